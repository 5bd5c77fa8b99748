//! Layers in int8: exact where the values are integers of 8 bits times a scale, else within the error
//! of rounding.
//!
//! Exact values are integers times a scale. The maximum of an image's activations is 127 times the
//! scale of the image, and that of an output's weights 127 times the scale of the output.

use super::*;

/// Returns rows of `row` integers from 0 to 127, divided by 127; each row has a 1.
fn activations(count: usize, row: usize, seed: u64) -> Vec<f32> {
    let mut found: Vec<f32> = (values(count, seed).iter())
        .map(|value| (value.abs() * 127.0).round() / 127.0)
        .collect();
    for (index, row) in found.chunks_mut(row).enumerate() {
        let at = index * 7919 % row.len();
        row[at] = 1.0;
    }
    found
}

/// Returns weights `[outputs, k]`: integers from -127 to 127 times a scale for each row; each row has a
/// -127 or 127.
fn weights(outputs: usize, k: usize, seed: u64) -> Vec<f32> {
    let mut found = values(outputs * k, seed);
    for (output, row) in found.chunks_mut(k).enumerate() {
        let scale = 0.5_f32.powi((output % 5) as i32) / 127.0;
        for weight in row.iter_mut() {
            *weight = (*weight * 127.0).round() * scale;
        }
        row[output * 7919 % k] = if output % 2 == 0 { 127.0 } else { -127.0 } * scale;
    }
    found
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn int8_convolution_of_integers_is_exact(
        mut conv in convolutions(18), batch in up_to(3, 2), ending in endings(), seed in any::<u64>()
    ) {
        conv.inputs = conv.inputs.next_multiple_of(4);
        let image = conv.size[0] * conv.size[1] * conv.inputs;
        let input = activations(batch * image, image, seed);
        let weights = weights(conv.outputs, conv.inputs * 9, seed ^ 1);
        assert_convolution(conv, batch, [&input, &weights], ending, seed, Precision::Int8);
    }

    #[test]
    fn int8_dense_layer_of_integers_is_exact(
        rows in up_to(9, 3), dots in up_to(40, 3), groups in up_to(5, 2), relu in any::<bool>(),
        seed in any::<u64>()
    ) {
        // With an odd number of groups the layer computes in floats, with the same result.
        let (k, outputs) = (dots * 4, groups * GROUP);
        let input = activations(rows * k, k, seed);
        let weights = weights(outputs, k, seed ^ 1);
        let bias = values(outputs, seed ^ 2);
        let columns: Vec<f32> = (0..k * outputs)
            .map(|index| weights[index % outputs * k + index / outputs])
            .collect();
        let expected = reference::dense([&*input, &*columns, &*bias], relu);
        let dense = Dense::new(&columns, bias, relu, Precision::Int8);
        for found in outputs_of(rows * outputs, |output| dense.run(&input, output)) {
            assert_close("output", &found, &expected, k);
        }
    }

    /// Each activation and each weight is off by at most half of its scale.
    #[test]
    fn int8_convolution_is_within_rounding_error_of_f32(
        groups in up_to(2, 1), side in up_to(9, 3), seed in any::<u64>()
    ) {
        let conv = Conv3x3 { size: [side; 2], inputs: groups * GROUP, outputs: GROUP, stride: 1 };
        let input: Vec<f32> = values(side * side * conv.inputs, seed).iter().map(|x| x.max(0.0)).collect();
        let weights = values(conv.outputs * conv.inputs * 9, seed ^ 1);
        let bias = vec![0.1; conv.outputs];
        let run = |precision| {
            let packed = pack(&weights, conv.outputs);
            let convolution = Convolution::new(conv, packed, bias.clone(), false, precision);
            let mut output = vec![f32::NAN; convolution.output_values()];
            convolution.run(&input, None, &mut output);
            output
        };
        let pairs = run(Precision::F32).into_iter().zip(run(Precision::Int8));
        let max_error = (9 * conv.inputs) as f32 * 1.5 / 127.0;
        for (floats, integers) in pairs {
            prop_assert!((floats - integers).abs() <= max_error, "expected {floats}, got {integers}");
        }
    }
}

#[test]
fn int8_layers_accept_zeros_and_empty_batches() {
    let conv = Conv3x3 {
        size: [4; 2],
        inputs: 16,
        outputs: 16,
        stride: 1,
    };
    let new =
        |weights: Vec<f32>| Convolution::new(conv, weights, vec![0.5; 16], false, Precision::Int8);
    let mut output = vec![f32::NAN; 4 * 4 * 16];
    new(vec![0.0; 9 * 16 * 16]).run(&[1.0; 4 * 4 * 16], None, &mut output);
    assert_eq!(output, [0.5; 4 * 4 * 16]);
    new(vec![1.0; 9 * 16 * 16]).run(&[0.0; 4 * 4 * 16], None, &mut output);
    assert_eq!(output, [0.5; 4 * 4 * 16]);
    new(vec![1.0; 9 * 16 * 16]).run(&[], None, &mut []);
    for precision in [Precision::F32, Precision::Int8] {
        let dense = Dense::new(&[1.0; 8 * 32], vec![0.5; 32], false, precision);
        let mut output = vec![f32::NAN; 32];
        dense.run(&[0.0; 8], &mut output);
        assert_eq!(output, [0.5; 32]);
        dense.run(&[], &mut []);
    }
}
