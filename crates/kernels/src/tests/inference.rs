use super::*;

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn convolution_with_epilogue_equals_plain_sums(
        conv in convolutions(18), batch in up_to(8, 2), ending in endings(), seed in any::<u64>()
    ) {
        let input = values(batch * conv.size[0] * conv.size[1] * conv.inputs, seed);
        let weights = values(conv.outputs * conv.inputs * 9, seed ^ 1);
        assert_convolution(conv, batch, [&input, &weights], ending, seed, Precision::F32);
    }

    #[test]
    fn dense_layer_equals_matrix_product(
        rows in up_to(119, 20), k in up_to(69, 9), outputs in up_to(69, 34), relu in any::<bool>(),
        seed in any::<u64>()
    ) {
        let input = values(rows * k, seed);
        let weights = values(k * outputs, seed ^ 1);
        let bias = values(outputs, seed ^ 2);
        let expected = reference::dense([&*input, &*weights, &*bias], relu);
        let dense = Dense::new(&weights, bias, relu, Precision::F32);
        for found in outputs_of(rows * outputs, |output| dense.run(&input, output)) {
            assert_close("output", &found, &expected, k);
        }
    }

    /// A single row is computed in tiles of several groups.
    #[test]
    fn dense_layer_of_single_row_equals_matrix_product(groups in up_to(20, 9), k in up_to(69, 5), seed in any::<u64>()) {
        let outputs = groups * GROUP;
        let input = values(k, seed);
        let weights = values(k * outputs, seed ^ 1);
        let expected = reference::dense([&*input, &*weights, &vec![0.0; outputs]], false);
        let dense = Dense::new(&weights, vec![0.0; outputs], false, Precision::F32);
        for found in outputs_of(outputs, |output| dense.run(&input, output)) {
            assert_close("output", &found, &expected, k);
        }
    }

    #[test]
    fn weighted_sums_equal_plain_sums_over_pixels(
        batch in up_to(4, 2), pixels in up_to(59, 9), channels in up_to(69, 34), seed in any::<u64>()
    ) {
        let input = values(batch * pixels * channels, seed);
        let weights = values(pixels * channels, seed ^ 1);
        let expected: Vec<f64> = (0..batch * channels).map(|index| {
            let (image, channel) = (index / channels, index % channels);
            (0..pixels).map(|pixel| {
                let at = pixel * channels + channel;
                f64::from(input[image * pixels * channels + at]) * f64::from(weights[at])
            }).sum()
        }).collect();
        let mut found = vec![f32::NAN; batch * channels];
        weighted_sums(&input, &weights, channels, &mut found);
        assert_close("sums", &found, &expected, pixels);
    }
}

#[test]
fn convolution_of_empty_batch_writes_nothing() {
    for (inputs, stride) in [(1, 1), (16, 1), (16, 2)] {
        let conv = Conv3x3 {
            size: [14; 2],
            inputs,
            outputs: 32,
            stride,
        };
        let weights = values(conv.outputs * inputs * 9, 1);
        for max_pool in [false, true] {
            let packed = pack(&weights, conv.outputs);
            let convolution = Convolution::new(
                conv,
                packed,
                vec![0.0; conv.outputs],
                max_pool,
                Precision::F32,
            );
            convolution.run(&[], None, &mut []);
        }
    }
}
