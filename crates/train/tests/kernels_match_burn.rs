//! Compares the kernels with burn's convolution and autodiff. Their other tests are in crates/kernels.
#![allow(clippy::unwrap_used)] // A test that cannot go on has failed.

use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;

use thimble_kernels::{Conv3x3, Convolution, GROUP, Precision, backward, forward, pack};

/// Input channels: mostly whole groups, as all layers but the first have them.
fn channels() -> impl Strategy<Value = usize> {
    prop_oneof![
        (1_usize..=3).prop_map(|groups| groups * GROUP),
        1_usize..=19
    ]
}

/// Values from -1 to 1 that repeat for the same seed.
fn values(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2) + 1;
    (0..count)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

/// Asserts that sums of `terms` products of values up to 1 agree up to rounding.
fn assert_close(what: &str, found: &[f32], expected: &[f32], terms: usize) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let tolerance = 1e-6 * terms as f64 + 1e-5;
    for (index, (&a, &b)) in found.iter().zip(expected).enumerate() {
        let (a, b) = (f64::from(a), f64::from(b));
        assert!((a - b).abs() <= tolerance, "{what} {index}: {a}, not {b}");
    }
}

/// Computes output, input gradient and weight gradient with burn's convolution and autodiff.
fn by_burn(conv: &Conv3x3, input: &[f32], weights: &[f32], gradient: &[f32]) -> [Vec<f32>; 3] {
    let device = Device::flex().autodiff();
    let tensor = |values: &[f32], shape: [usize; 4]| {
        Tensor::<4>::from_data(TensorData::new(values.to_vec(), shape), &device)
    };
    let batch = input.len() / (conv.size[0] * conv.size[1] * conv.inputs);
    let input = tensor(input, [batch, conv.size[0], conv.size[1], conv.inputs]).require_grad();
    let weights = tensor(weights, [conv.outputs, 3, 3, conv.inputs]).require_grad();
    let [height, width] = conv.output_size();
    let gradient = tensor(gradient, [batch, height, width, conv.outputs]);
    let options = ConvOptions::new([conv.stride; 2], [1, 1], [1, 1], 1);
    let output = conv2d(
        input.clone().permute([0, 3, 1, 2]),
        weights.clone().permute([0, 3, 1, 2]),
        None,
        options,
    );
    let output = output.permute([0, 2, 3, 1]);
    let gradients = (output.clone() * gradient).sum().backward();
    let data = |tensor: Tensor<4>| tensor.into_data().try_to_vec::<f32>().unwrap();
    [
        data(output),
        data(input.grad(&gradients).unwrap()),
        data(weights.grad(&gradients).unwrap()),
    ]
}

/// 2x2 max pooling of NHWC values.
fn pooled(values: &[f32], [height, width, channels]: [usize; 3]) -> Vec<f32> {
    let mut maxima = Vec::new();
    for image in values.chunks_exact(height * width * channels) {
        for y in 0..height / 2 {
            for x in 0..width / 2 {
                maxima.extend((0..channels).map(|channel| {
                    let at = |row: usize, column: usize| {
                        image[((2 * y + row) * width + 2 * x + column) * channels + channel]
                    };
                    at(0, 0).max(at(0, 1)).max(at(1, 0)).max(at(1, 1))
                }));
            }
        }
    }
    maxima
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn training_kernels_match_burn_convolution(
        height in 1_usize..12, width in 1_usize..12, inputs in channels(), output_groups in 1_usize..4,
        batch in 1_usize..40, stride in 1_usize..3, seed in any::<u64>()
    ) {
        let outputs = output_groups * GROUP;
        let conv = Conv3x3 { size: [height, width], inputs, outputs, stride };
        let [out_height, out_width] = conv.output_size();
        let input = values(batch * height * width * inputs, seed);
        let weights = values(outputs * inputs * 9, seed ^ 1);
        let gradient = values(batch * out_height * out_width * outputs, seed ^ 2);
        let [output, input_grad, weight_grad] = by_burn(&conv, &input, &weights, &gradient);
        assert_close("output", &forward(&conv, &input, &weights), &output, 9 * inputs);
        let wants_input = inputs.is_multiple_of(GROUP);
        let (found, found_input) = backward(&conv, &input, &weights, &gradient, wants_input);
        assert_close("weight gradient", &found, &weight_grad, batch * out_height * out_width);
        assert_eq!(found_input.is_some(), wants_input);
        if let Some(found) = found_input {
            assert_close("input gradient", &found, &input_grad, 9 * outputs);
        }
    }

    #[test]
    fn inference_kernels_match_burn_convolution(
        height in 1_usize..18, width in 1_usize..18, inputs in channels(), output_groups in 1_usize..4,
        batch in 1_usize..9, stride in 1_usize..3, ending in 0..3, seed in any::<u64>()
    ) {
        let outputs = output_groups * GROUP;
        let conv = Conv3x3 { size: [height, width], inputs, outputs, stride };
        let [out_height, out_width] = conv.output_size();
        let values_of_output = batch * out_height * out_width * outputs;
        let input = values(batch * height * width * inputs, seed);
        let weights = values(outputs * inputs * 9, seed ^ 1);
        let bias = values(outputs, seed ^ 2);
        let residual = values(values_of_output, seed ^ 3);
        let residual = (ending == 1).then_some(residual.as_slice());
        let [mut expected, ..] = by_burn(&conv, &input, &weights, &vec![0.0; values_of_output]);
        for (index, value) in expected.iter_mut().enumerate() {
            *value = (*value + bias[index % outputs] + residual.map_or(0.0, |values| values[index])).max(0.0);
        }
        let pools = ending == 2;
        if pools {
            expected = pooled(&expected, [out_height, out_width, outputs]);
        }
        let convolution = Convolution::new(conv, pack(&weights, outputs), bias, pools, Precision::F32);
        let mut found = vec![f32::NAN; batch * convolution.output_values()];
        convolution.run(&input, residual, &mut found);
        assert_close("output", &found, &expected, 9 * inputs);
    }
}
