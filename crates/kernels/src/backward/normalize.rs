//! Batch normalisation, residual sum and ReLU over NHWC activations, in as few passes over memory as
//! possible.
#![expect(
    clippy::extra_unused_type_parameters,
    clippy::needless_lifetimes,
    reason = "`with_simd` needs a type of vectors, and named lifetimes inside of types"
)]

use macerator::Simd;

use crate::pack::GROUP;
use crate::simd::relu;

type Lanes = [f32; GROUP];

/// Returns the pixels of `[pixels, channels]`, as groups of channels.
fn pixels(values: &[f32], channels: usize) -> impl Iterator<Item = &[Lanes]> {
    values.as_chunks().0.chunks_exact(channels / GROUP)
}

fn pixels_mut(values: &mut [f32], channels: usize) -> impl Iterator<Item = &mut [Lanes]> {
    values.as_chunks_mut().0.chunks_exact_mut(channels / GROUP)
}

/// Returns the sum of each channel over the pixels, then that of its squares.
#[macerator::with_simd]
pub(super) fn moments<S: Simd>(values: &[f32], channels: usize) -> Vec<f32> {
    let (values, _) = values.as_chunks::<GROUP>();
    let mut sums = vec![0.0; 2 * channels];
    for group in 0..channels / GROUP {
        let (mut sum, mut squares) = ([0.0; GROUP], [0.0; GROUP]);
        for value in values.iter().skip(group).step_by(channels / GROUP) {
            for lane in 0..GROUP {
                sum[lane] += value[lane];
                squares[lane] += value[lane] * value[lane];
            }
        }
        sums[group * GROUP..][..GROUP].copy_from_slice(&sum);
        sums[channels + group * GROUP..][..GROUP].copy_from_slice(&squares);
    }
    sums
}

/// Writes `max(0, values * scale + shift + residual)` to `output`. `affine` is the scale and the shift of
/// each channel.
#[macerator::with_simd]
pub(super) fn normalize<'a, S: Simd>(
    values: &[f32],
    affine: &[Vec<f32>; 2],
    residual: Option<&'a [f32]>,
    output: &mut [f32],
) {
    let channels = affine[0].len();
    let scale = affine[0].as_chunks::<GROUP>().0;
    let shift = affine[1].as_chunks::<GROUP>().0;
    let rows = pixels_mut(output, channels).zip(pixels(values, channels));
    if let Some(residual) = residual {
        for ((output, value), residual) in rows.zip(pixels(residual, channels)) {
            let groups = output.iter_mut().zip(value).zip(residual);
            for (((output, value), residual), (scale, shift)) in groups.zip(scale.iter().zip(shift))
            {
                *output =
                    lanes(|lane| relu(value[lane] * scale[lane] + shift[lane] + residual[lane]));
            }
        }
    } else {
        for (output, value) in rows {
            let groups = output.iter_mut().zip(value);
            for ((output, value), (scale, shift)) in groups.zip(scale.iter().zip(shift)) {
                *output = lanes(|lane| relu(value[lane] * scale[lane] + shift[lane]));
            }
        }
    }
}

/// Returns what `of` returns for each lane.
#[inline(always)]
fn lanes(of: impl Fn(usize) -> f32) -> Lanes {
    std::array::from_fn(of)
}

/// Returns `gradient` where `output` is above 0, else 0: the gradient of ReLU.
#[inline(always)]
fn passed(gradient: &Lanes, output: &Lanes) -> Lanes {
    let (gradient, output) = (*gradient, *output);
    lanes(|lane| {
        if output[lane] > 0.0 {
            gradient[lane]
        } else {
            0.0
        }
    })
}

/// Writes `gradient` where `output` is above 0, else 0, to `passed`: the gradient of ReLU.
#[macerator::with_simd]
pub(super) fn relu_gradient<S: Simd>(gradient: &[f32], output: &[f32], passed: &mut [f32]) {
    for ((passed, gradient), output) in passed.iter_mut().zip(gradient).zip(output) {
        *passed = if *output > 0.0 { *gradient } else { 0.0 };
    }
}

/// Returns the sum of each channel of ReLU's gradient over the pixels, then that of its products with
/// the values that were normalised.
#[macerator::with_simd]
pub(super) fn gradient_moments<S: Simd>(
    gradient: &[f32],
    output: &[f32],
    values: &[f32],
    channels: usize,
) -> Vec<f32> {
    let groups = channels / GROUP;
    let rows = (gradient.as_chunks::<GROUP>().0.iter())
        .zip(output.as_chunks::<GROUP>().0)
        .zip(values.as_chunks::<GROUP>().0);
    let mut sums = vec![0.0; 2 * channels];
    for group in 0..groups {
        let (mut sum, mut products) = ([0.0; GROUP], [0.0; GROUP]);
        for ((gradient, output), value) in rows.clone().skip(group).step_by(groups) {
            let passed = passed(gradient, output);
            sum = lanes(|lane| sum[lane] + passed[lane]);
            products = lanes(|lane| products[lane] + passed[lane] * value[lane]);
        }
        sums[group * GROUP..][..GROUP].copy_from_slice(&sum);
        sums[channels + group * GROUP..][..GROUP].copy_from_slice(&products);
    }
    sums
}

/// Writes `relu_gradient * terms[0] + values * terms[1] + terms[2]` to `row`, one row of pixels, with
/// terms for each channel.
#[macerator::with_simd]
pub(super) fn value_gradient<S: Simd>(
    gradient: &[f32],
    output: &[f32],
    values: &[f32],
    terms: &[Vec<f32>; 3],
    row: &mut [f32],
) {
    let channels = terms[0].len();
    let [a, b, c] = terms.each_ref().map(|term| term.as_chunks::<GROUP>().0);
    let inputs = pixels(gradient, channels)
        .zip(pixels(output, channels))
        .zip(pixels(values, channels));
    for (row, ((gradient, output), value)) in pixels_mut(row, channels).zip(inputs) {
        let groups = row.iter_mut().zip(gradient).zip(output).zip(value);
        for ((((row, gradient), output), value), ((a, b), c)) in groups.zip(a.iter().zip(b).zip(c))
        {
            let passed = passed(gradient, output);
            *row = lanes(|lane| passed[lane] * a[lane] + (value[lane] * b[lane] + c[lane]));
        }
    }
}
