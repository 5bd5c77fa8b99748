//! A 3x3 convolution, batch normalisation, residual sum and ReLU as one operation of training.
//!
//! Forward, a first pass convolves a few images at a time and sums their channels while they are in
//! the cache; when mean and variance of the batch are known, a second pass normalises.
//!
//! Backward, a first pass takes the sums that the gradient of batch normalisation needs; a second one
//! makes the gradient of the convolution's output for a few images at a time, which never leaves the
//! cache.

use super::backward_with;
use super::normalize::{gradient_moments, moments, normalize, relu_gradient, value_gradient};
use crate::conv3x3::Conv3x3;
use crate::conv3x3::forward::ForwardPass;
use crate::parallel::{fill_parts, map_parts, part_of};

/// A convolution, batch normalisation, residual sum and ReLU, in training.
///
/// The result is `relu(gamma * normalised + beta + residual)`, where `normalised` is the convolution
/// minus its mean over the batch, divided by the root of its variance plus `epsilon` (Ioffe and
/// Szegedy, 2015).
///
/// ```
/// use thimble_kernels::{Conv3x3, ConvNorm, ConvNormBackward};
///
/// let conv = Conv3x3 { size: [4, 4], inputs: 16, outputs: 16, stride: 1 };
/// let layer = ConvNorm { conv, epsilon: 1e-5 };
/// let input: Vec<f32> = (0..2 * 4 * 4 * 16).map(|index| (index % 7) as f32).collect();
/// let weights: Vec<f32> = (0..16 * 9 * 16).map(|index| (index % 5) as f32 - 2.0).collect();
/// let (gamma, beta) = ([1.0; 16], [0.0; 16]);
/// let found = layer.forward(&input, &weights, [&gamma, &beta], None);
/// assert_eq!(found.output.len(), 2 * 4 * 4 * 16);
///
/// let gradients = layer.backward(&input, &weights, &gamma, &ConvNormBackward {
///     convolved: &found.convolved,
///     output: &found.output,
///     mean: &found.mean,
///     variance: &found.variance,
///     gradient: &vec![1.0; found.output.len()],
///     wants_input: true,
///     wants_residual: false,
/// });
/// assert_eq!(gradients.weights.len(), weights.len());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ConvNorm {
    /// The convolution.
    pub conv: Conv3x3,
    /// Added to the variance.
    pub epsilon: f32,
}

/// The results of [`ConvNorm::forward`].
#[derive(Clone, Debug)]
pub struct ConvNormForward {
    /// The output of the convolution, `[batch, height, width, outputs]`, for the backward pass.
    pub convolved: Vec<f32>,
    /// The result, of the same shape.
    pub output: Vec<f32>,
    /// The mean of each output channel of the convolution over the batch.
    pub mean: Vec<f32>,
    /// The variance of each output channel of the convolution over the batch (the biased one, divided by
    /// the number of pixels).
    pub variance: Vec<f32>,
}

/// The arguments of [`ConvNorm::backward`] besides those of the forward pass.
#[derive(Clone, Copy, Debug)]
pub struct ConvNormBackward<'a> {
    /// [`ConvNormForward::convolved`].
    pub convolved: &'a [f32],
    /// [`ConvNormForward::output`].
    pub output: &'a [f32],
    /// [`ConvNormForward::mean`].
    pub mean: &'a [f32],
    /// [`ConvNormForward::variance`].
    pub variance: &'a [f32],
    /// The gradient of the output, `[batch, height, width, outputs]`.
    pub gradient: &'a [f32],
    /// Whether to compute the gradient of the input, whose channels are then a multiple of 16.
    pub wants_input: bool,
    /// Whether to compute the gradient of the residual.
    pub wants_residual: bool,
}

/// The results of [`ConvNorm::backward`].
#[derive(Clone, Debug)]
pub struct ConvNormGradients {
    /// The gradient of the input, if asked for.
    pub input: Option<Vec<f32>>,
    /// The gradient of the weights, `[outputs, 3, 3, inputs]`.
    pub weights: Vec<f32>,
    /// The gradient of the normalisation's scale, `[outputs]`.
    pub gamma: Vec<f32>,
    /// The gradient of the normalisation's shift, `[outputs]`.
    pub beta: Vec<f32>,
    /// The gradient of the residual, if asked for.
    pub residual: Option<Vec<f32>>,
}

impl ConvNorm {
    /// Runs on `input`, `[batch, height, width, inputs]`, with weights `[outputs, 3, 3, inputs]`,
    /// the normalisation's scale `gamma` and shift `beta`, `[outputs]` each, and a residual of the
    /// output's shape.
    ///
    /// # Panics
    /// If a length does not match, the output channels are no multiple of [`GROUP`](crate::GROUP), or
    /// the stride is neither 1 nor 2.
    pub fn forward(
        &self,
        input: &[f32],
        weights: &[f32],
        [gamma, beta]: [&[f32]; 2],
        residual: Option<&[f32]>,
    ) -> ConvNormForward {
        let conv = &self.conv;
        let batch = conv.batch(input.len(), weights.len());
        let part_len = conv.part_batch() * conv.output_values();
        let pass = ForwardPass::new(conv, weights);
        let len = batch * conv.output_values();
        assert!(
            residual.is_none_or(|residual| residual.len() == len),
            "residual must have the output's {len} values"
        );
        let (convolved, sums) =
            conv.map_parts(input, conv.output_values(), |_, input, convolved| {
                pass.run(conv, input, convolved);
                moments(convolved, conv.outputs)
            });
        let pixels = (len / conv.outputs) as f64;
        let sums = sum_parts(&sums, 2 * conv.outputs);
        let (sums, squares) = sums.split_at(conv.outputs);
        let mean: Vec<f64> = sums.iter().map(|sum| sum / pixels).collect();
        let variance: Vec<f64> = (squares.iter().zip(&mean))
            .map(|(square, mean)| (square / pixels - mean * mean).max(0.0))
            .collect();
        let scale: Vec<f64> = (gamma.iter().zip(&variance))
            .map(|(gamma, variance)| f64::from(*gamma) * self.inverse_deviation(*variance))
            .collect();
        let shift = (beta.iter().zip(&mean).zip(&scale))
            .map(|((beta, mean), scale)| (f64::from(*beta) - mean * scale) as f32)
            .collect();
        let affine = [to_f32(&scale), shift];
        let (output, _) = fill_parts(len, part_len, |index, output| {
            let residual = residual.map(|residual| part_of(residual, part_len, index));
            normalize(
                part_of(&convolved, part_len, index),
                &affine,
                residual,
                output,
            );
        });
        ConvNormForward {
            convolved,
            output,
            mean: to_f32(&mean),
            variance: to_f32(&variance),
        }
    }

    /// Returns the gradients of the forward pass on `input` with `weights` and `gamma`.
    ///
    /// # Panics
    /// If a length does not match, the output channels are no multiple of [`GROUP`](crate::GROUP), those
    /// of the input are none and its gradient is asked for, or the stride is neither 1 nor 2.
    pub fn backward(
        &self,
        input: &[f32],
        weights: &[f32],
        gamma: &[f32],
        pass: &ConvNormBackward<'_>,
    ) -> ConvNormGradients {
        let conv = &self.conv;
        let batch = conv.batch(input.len(), weights.len());
        let len = batch * conv.output_values();
        for (what, values) in [
            ("convolved", pass.convolved),
            ("output", pass.output),
            ("gradient", pass.gradient),
        ] {
            assert_eq!(values.len(), len, "number of {what} values");
        }
        let (residual, sums) = self.gradient_sums(batch, pass);

        let pixels = (len / conv.outputs) as f64;
        let (beta, products) = sums.split_at(conv.outputs);
        let mut terms = [const { Vec::new() }; 3];
        let mut gamma_gradient = Vec::with_capacity(conv.outputs);
        for channel in 0..conv.outputs {
            let mean = f64::from(pass.mean[channel]);
            let inverse = self.inverse_deviation(f64::from(pass.variance[channel]));
            let normalised = inverse * (products[channel] - mean * beta[channel]);
            let scale = f64::from(gamma[channel]) * inverse;
            let slope = -scale * inverse * normalised / pixels;
            terms[0].push(scale as f32);
            terms[1].push(slope as f32);
            terms[2].push((-scale * beta[channel] / pixels - slope * mean) as f32);
            gamma_gradient.push(normalised as f32);
        }

        let (input, weights) = self.convolution_gradients(input, weights, &terms, pass);
        ConvNormGradients {
            input,
            weights,
            gamma: gamma_gradient,
            beta: to_f32(beta),
            residual,
        }
    }

    /// Returns the gradient of the residual, if asked for, and the sums that the gradient of the
    /// normalisation needs.
    fn gradient_sums(
        &self,
        batch: usize,
        pass: &ConvNormBackward<'_>,
    ) -> (Option<Vec<f32>>, Vec<f64>) {
        let conv = &self.conv;
        let part_len = conv.part_batch() * conv.output_values();
        let sums_of = |index: usize| {
            gradient_moments(
                part_of(pass.gradient, part_len, index),
                part_of(pass.output, part_len, index),
                part_of(pass.convolved, part_len, index),
                conv.outputs,
            )
        };
        let (residual, sums) = if pass.wants_residual {
            let (residual, sums) = fill_parts(pass.gradient.len(), part_len, |index, passed| {
                let gradient = part_of(pass.gradient, part_len, index);
                relu_gradient(gradient, part_of(pass.output, part_len, index), passed);
                sums_of(index)
            });
            (Some(residual), sums)
        } else {
            (None, map_parts(batch.div_ceil(conv.part_batch()), sums_of))
        };
        (residual, sum_parts(&sums, 2 * conv.outputs))
    }

    /// Returns the gradients of the convolution's input and weights.
    fn convolution_gradients(
        &self,
        input: &[f32],
        weights: &[f32],
        terms: &[Vec<f32>; 3],
        pass: &ConvNormBackward<'_>,
    ) -> (Option<Vec<f32>>, Vec<f32>) {
        let conv = &self.conv;
        let [_, width, channels] = conv.output_shape();
        let row = width * channels;
        let gradients = backward_with(
            conv,
            input,
            weights,
            pass.wants_input,
            |index, part, rows| {
                let part_len = part * conv.output_values();
                let values = part_of(pass.gradient, part_len, index)
                    .chunks_exact(row)
                    .zip(part_of(pass.output, part_len, index).chunks_exact(row))
                    .zip(part_of(pass.convolved, part_len, index).chunks_exact(row));
                for (to, ((gradient, output), convolved)) in rows.zip(values) {
                    value_gradient(gradient, output, convolved, terms, to);
                }
            },
        );
        (gradients.input, gradients.weights)
    }

    fn inverse_deviation(&self, variance: f64) -> f64 {
        1.0 / (variance + f64::from(self.epsilon)).sqrt()
    }
}

/// Sums the parts' sums, in order.
fn sum_parts(parts: &[Vec<f32>], len: usize) -> Vec<f64> {
    let mut sums = vec![0.0; len];
    for part in parts {
        for (sum, value) in sums.iter_mut().zip(part) {
            *sum += f64::from(*value);
        }
    }
    sums
}

fn to_f32(values: &[f64]) -> Vec<f32> {
    values.iter().map(|value| *value as f32).collect()
}
