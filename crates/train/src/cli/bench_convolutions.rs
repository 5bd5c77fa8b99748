//! `thimble-train bench --convolutions`: the convolution kernels beside burn's convolution.

use std::time::Instant;

use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData};
use serde_json::{Value, json};

use thimble_kernels::{Conv3x3, backward, forward};

/// Layers as in small residual networks: side in pixels, input channels, output channels.
const LAYERS: [[usize; 3]; 4] = [[28, 16, 16], [14, 32, 32], [7, 64, 64], [28, 32, 32]];
const BATCH: usize = 64;
/// Each time is the median of this many rounds, in which the two take turns.
const ROUNDS: usize = 7;

/// Times a forward and a backward pass of each layer, in microseconds per image.
///
/// # Errors
/// Where burn returns no result.
pub(super) fn rows() -> anyhow::Result<Vec<Value>> {
    LAYERS
        .iter()
        .map(|&[side, inputs, outputs]| row(side, inputs, outputs))
        .collect()
}

fn row(side: usize, inputs: usize, outputs: usize) -> anyhow::Result<Value> {
    let conv = Conv3x3 {
        size: [side; 2],
        inputs,
        outputs,
        stride: 1,
    };
    let values = |count: usize| {
        (0..count)
            .map(|index| (index % 23) as f32 / 23.0 - 0.5)
            .collect()
    };
    let input: Vec<f32> = values(BATCH * side * side * inputs);
    let weights: Vec<f32> = values(outputs * inputs * 9);
    let gradient: Vec<f32> = values(BATCH * side * side * outputs);
    let (mut kernel_seconds, mut burn_seconds) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let started = Instant::now();
        let output = forward(&conv, &input, &weights);
        let (weight_gradient, input_gradient) = backward(&conv, &input, &weights, &gradient, true);
        let results = [Some(output), Some(weight_gradient), input_gradient];
        let seconds = started.elapsed().as_secs_f64();
        anyhow::ensure!(
            results
                .iter()
                .flatten()
                .flatten()
                .all(|value| value.is_finite()),
            "the results of the kernels must be finite"
        );
        let burn = time_burn(&conv, &input, &weights, &gradient)?;
        // The first round only warms up.
        if round > 0 {
            kernel_seconds.push(seconds);
            burn_seconds.push(burn);
        }
    }
    // Forward, input gradient and weight gradient cost the same.
    let flop = 3.0 * 2.0 * (BATCH * side * side * 9 * inputs * outputs) as f64;
    let figures = |seconds: &mut Vec<f64>| {
        seconds.sort_by(f64::total_cmp);
        let median = seconds[ROUNDS / 2];
        json!({
            "us_per_image": {
                "median": median * 1e6 / BATCH as f64,
                "min": seconds[0] * 1e6 / BATCH as f64,
                "max": seconds[ROUNDS - 1] * 1e6 / BATCH as f64,
            },
            "gflops": flop / median / 1e9,
        })
    };
    Ok(json!({
        "layer": format!("3x3, {inputs} to {outputs} channels, {side}x{side}"),
        "batch": BATCH,
        "thimble": figures(&mut kernel_seconds),
        "burn-flex": figures(&mut burn_seconds),
    }))
}

/// Times burn's forward and backward pass in NCHW, in seconds.
fn time_burn(
    conv: &Conv3x3,
    input: &[f32],
    weights: &[f32],
    gradient: &[f32],
) -> anyhow::Result<f64> {
    let device = Device::flex().autodiff();
    let tensor = |values: &[f32], shape: [usize; 4]| {
        Tensor::<4>::from_data(TensorData::new(values.to_vec(), shape), &device)
    };
    let [height, width] = conv.size;
    let input = tensor(input, [BATCH, conv.inputs, height, width]).require_grad();
    let weights = tensor(weights, [conv.outputs, conv.inputs, 3, 3]).require_grad();
    let gradient = tensor(gradient, [BATCH, conv.outputs, height, width]);
    let started = Instant::now();
    let options = ConvOptions::new([1, 1], [1, 1], [1, 1], 1);
    let output = conv2d(input.clone(), weights.clone(), None, options);
    let gradients = (output * gradient).sum().backward();
    for found in [input.grad(&gradients), weights.grad(&gradients)] {
        let found = found.ok_or_else(|| anyhow::anyhow!("burn returned no gradient"))?;
        found.try_into_data()?;
    }
    Ok(started.elapsed().as_secs_f64())
}
