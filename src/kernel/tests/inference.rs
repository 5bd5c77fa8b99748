use super::*;

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn convolutions_of_inference_are_sums_of_products(
        conv in convolutions(18), batch in up_to(8, 2), ending in 0..3, seed in any::<u64>()
    ) {
        let [height, width] = conv.output_size();
        let input = values(batch * conv.size[0] * conv.size[1] * conv.inputs, seed);
        let weights = values(conv.outputs * conv.inputs * 9, seed ^ 1);
        let bias = values(conv.outputs, seed ^ 2);
        let residual = values(batch * height * width * conv.outputs, seed ^ 3);
        let (adds, pools) = (ending == 1, ending == 2);
        let mut expected = reference::convolved(&conv, batch, &input, &weights);
        for (index, value) in expected.iter_mut().enumerate() {
            let added = if adds { f64::from(residual[index]) } else { 0.0 };
            *value = (*value + f64::from(bias[index % conv.outputs]) + added).max(0.0);
        }
        if pools {
            expected = reference::fours(batch, [height, width], conv.outputs)
                .map(|four| four.map(|at| expected[at]).into_iter().fold(0.0, f64::max))
                .collect();
        }
        let convolution = Convolution::new(conv, pack(&weights, conv.outputs), bias, pools);
        prop_assert_eq!(convolution.outputs(), conv.outputs);
        let residual = adds.then_some(residual.as_slice());
        let len = batch * convolution.output_values();
        for found in written(len, |output| convolution.run(&input, residual, output)) {
            assert_close("output", &found, &expected, 9 * conv.inputs);
        }
    }

    #[test]
    fn dense_layers_are_products_of_matrices(
        rows in up_to(119, 20), steps in up_to(69, 9), outputs in up_to(69, 34), rectify in any::<bool>(),
        seed in any::<u64>()
    ) {
        let input = values(rows * steps, seed);
        let weights = values(steps * outputs, seed ^ 1);
        let bias = values(outputs, seed ^ 2);
        let expected: Vec<f64> = (0..rows * outputs).map(|index| {
            let (row, output) = (index / outputs, index % outputs);
            let products = (0..steps).map(|step| {
                f64::from(input[row * steps + step]) * f64::from(weights[step * outputs + output])
            });
            let value = products.sum::<f64>() + f64::from(bias[output]);
            if rectify { value.max(0.0) } else { value }
        }).collect();
        let dense = Dense::new(&weights, bias, rectify);
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
        let expected: Vec<f64> = (0..outputs).map(|output| {
            (0..steps).map(|step| f64::from(input[step]) * f64::from(weights[step * outputs + output])).sum()
        }).collect();
        let dense = Dense::new(&weights, vec![0.0; outputs], false);
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
            let convolution = Convolution::new(conv, packed, vec![0.0; conv.outputs], pools);
            convolution.run(&[], None, &mut []);
        }
    }
}
