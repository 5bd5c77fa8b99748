//! Dense layers, and the weighted sum over pixels before the last one.
#![expect(
    clippy::extra_unused_type_parameters,
    reason = "`with_simd` asks for a type of vectors"
)]

use macerator::Simd;

use super::layout::GROUP;
use super::matmul::matmul;
use super::parallel::filled;

/// Rows that are worked on at once.
const PART_ROWS: usize = 48;

/// Packs the weights of a dense layer, `[steps, outputs]`, as [`dense`] takes them:
/// `[outputs / 16, steps, 16]`, with zeros up to the next multiple of 16 outputs.
pub fn pack_dense(weights: &[f32], outputs: usize) -> Vec<f32> {
    let steps = weights.len() / outputs.max(1);
    let mut packed = vec![0.0; outputs.div_ceil(GROUP) * steps * GROUP];
    for (step, weights) in weights.chunks_exact(outputs.max(1)).enumerate() {
        for (output, weight) in weights.iter().enumerate() {
            packed[(output / GROUP * steps + step) * GROUP + output % GROUP] = *weight;
        }
    }
    packed
}

/// `input`, `[batch, steps]`, times packed weights, plus `bias`, `[outputs]`, and rectified if so
/// asked: `[batch, outputs]`.
///
/// # Panics
/// If a length does not match.
pub fn dense(input: &[f32], packed: &[f32], bias: &[f32], rectify: bool) -> Vec<f32> {
    let outputs = bias.len();
    let wide = outputs.div_ceil(GROUP) * GROUP;
    let steps = packed.len() / wide.max(1);
    assert!(steps > 0 && packed.len() == steps * wide, "packed weights");
    assert!(input.len().is_multiple_of(steps), "input");
    let rows = input.len() / steps;
    let (output, _) = filled(rows * outputs, PART_ROWS * outputs, |index, output| {
        let count = output.len() / outputs;
        let input = &input[index * PART_ROWS * steps..][..count * steps];
        let mut sums = [0.0; PART_ROWS * GROUP];
        for (group, packed) in packed.chunks_exact(steps * GROUP).enumerate() {
            let sums = &mut sums[..count * GROUP];
            multiply(count, steps, input, packed, sums);
            let first = group * GROUP;
            let last = outputs.min(first + GROUP);
            for (output, sums) in output
                .chunks_exact_mut(outputs)
                .zip(sums.chunks_exact(GROUP))
            {
                for ((output, sum), bias) in
                    (output[first..last].iter_mut().zip(sums)).zip(&bias[first..last])
                {
                    let value = sum + bias;
                    *output = if rectify { value.max(0.0) } else { value };
                }
            }
        }
    });
    output
}

#[macerator::with_simd]
fn multiply<'a, S: Simd>(
    rows: usize,
    steps: usize,
    input: &'a [f32],
    packed: &'a [f32],
    sums: &mut [f32],
) {
    matmul::<S>(rows, steps, input, packed, sums);
}

/// The sums over the pixels of `input`, `[batch, pixels, channels]`, with weights
/// `[pixels, channels]`: `[batch, channels]`.
///
/// # Panics
/// If a length does not match.
pub fn weighted_sums(input: &[f32], weights: &[f32], channels: usize) -> Vec<f32> {
    assert!(
        channels > 0 && !weights.is_empty() && weights.len().is_multiple_of(channels),
        "weights"
    );
    assert!(input.len().is_multiple_of(weights.len()), "input");
    let batch = input.len() / weights.len();
    let (output, _) = filled(batch * channels, channels, |index, sums| {
        let input = &input[index * weights.len()..][..weights.len()];
        add_weighted(input, weights, sums);
    });
    output
}

#[macerator::with_simd]
fn add_weighted<'a, S: Simd>(input: &'a [f32], weights: &'a [f32], sums: &mut [f32]) {
    let channels = sums.len();
    for (input, weights) in input
        .chunks_exact(channels)
        .zip(weights.chunks_exact(channels))
    {
        for ((sum, value), weight) in sums.iter_mut().zip(input).zip(weights) {
            *sum += value * weight;
        }
    }
}
