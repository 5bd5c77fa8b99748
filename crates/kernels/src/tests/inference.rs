use super::*;

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn convolutions_of_inference_are_sums_of_products(
        conv in convolutions(18), batch in up_to(8, 2), ending in 0_usize..3, seed in any::<u64>()
    ) {
        let input = values(batch * conv.size[0] * conv.size[1] * conv.inputs, seed);
        let weights = values(conv.outputs * conv.inputs * 9, seed ^ 1);
        assert_convolution(conv, batch, [&input, &weights], ending, seed, Arithmetic::Floats);
    }

    #[test]
    fn dense_layers_are_products_of_matrices(
        rows in up_to(119, 20), steps in up_to(69, 9), outputs in up_to(69, 34), rectify in any::<bool>(),
        seed in any::<u64>()
    ) {
        let input = values(rows * steps, seed);
        let weights = values(steps * outputs, seed ^ 1);
        let bias = values(outputs, seed ^ 2);
        let expected = reference::dense([&*input, &*weights, &*bias], rectify);
        let dense = Dense::new(&weights, bias, rectify, Arithmetic::Floats);
        for found in written(rows * outputs, |output| dense.run(&input, output)) {
            assert_close("output", &found, &expected, steps);
        }
    }

    /// A single row takes several groups of outputs at once.
    #[test]
    fn dense_layers_take_a_single_row(groups in up_to(20, 9), steps in up_to(69, 5), seed in any::<u64>()) {
        let outputs = groups * GROUP;
        let input = values(steps, seed);
        let weights = values(steps * outputs, seed ^ 1);
        let expected = reference::dense([&*input, &*weights, &vec![0.0; outputs]], false);
        let dense = Dense::new(&weights, vec![0.0; outputs], false, Arithmetic::Floats);
        for found in written(outputs, |output| dense.run(&input, output)) {
            assert_close("output", &found, &expected, steps);
        }
    }

    #[test]
    fn weighted_sums_go_over_the_pixels(
        batch in up_to(4, 2), pixels in up_to(59, 9), channels in up_to(69, 34), seed in any::<u64>()
    ) {
        let input = values(batch * pixels * channels, seed);
        let weights = values(pixels * channels, seed ^ 1);
        let expected: Vec<f64> = (0..batch * channels).map(|index| {
            let (picture, channel) = (index / channels, index % channels);
            (0..pixels).map(|pixel| {
                let at = pixel * channels + channel;
                f64::from(input[picture * pixels * channels + at]) * f64::from(weights[at])
            }).sum()
        }).collect();
        let mut found = vec![f32::NAN; batch * channels];
        weighted_sums(&input, &weights, channels, &mut found);
        assert_close("sums", &found, &expected, pixels);
    }
}

#[test]
fn convolutions_of_no_pictures_give_nothing() {
    for (inputs, stride) in [(1, 1), (16, 1), (16, 2)] {
        let conv = Conv3x3 {
            size: [14; 2],
            inputs,
            outputs: 32,
            stride,
        };
        let weights = values(conv.outputs * inputs * 9, 1);
        for pools in [false, true] {
            let packed = pack(&weights, conv.outputs);
            let convolution = Convolution::new(
                conv,
                packed,
                vec![0.0; conv.outputs],
                pools,
                Arithmetic::Floats,
            );
            convolution.run(&[], None, &mut []);
        }
    }
}
