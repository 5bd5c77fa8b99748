//! A 3x3 convolution, batch normalisation, residual sum and ReLU as one operation of training.
//!
//! Forward, a few pictures at a time are convolved and their channels' sums taken while they are
//! in the cache; when the whole batch's mean and variance are known, a second pass normalises.
//! Backward, a first pass takes the sums that the gradient of a batch normalisation needs, and a
//! second one makes the gradient of the convolution's output for a few pictures at a time, which
//! never leaves the cache.

use super::batch::part_of;
use super::conv3x3::Conv3x3;
use super::gradient::backward_by_rows;
use super::normalize::{gradient_moments, moments, normalize, rectify_gradient, value_gradient};
use super::parallel::{each, filled};
use super::ways::Forward;

/// `relu(normalised convolution + residual)`, over a batch.
#[derive(Clone, Copy, Debug)]
pub struct ConvNorm {
    /// The convolution.
    pub conv: Conv3x3,
    /// What is added to the variance.
    pub epsilon: f32,
}

/// What the forward pass gives.
#[derive(Clone, Debug)]
pub struct ConvNormForward {
    /// The convolution's output, `[batch, height, width, outputs]`, for the backward pass.
    pub convolved: Vec<f32>,
    /// The result, of the same shape.
    pub output: Vec<f32>,
    /// Mean of each output channel of the convolution over the batch.
    pub mean: Vec<f32>,
    /// Variance of each output channel of the convolution over the batch (that of the batch, not
    /// the estimate for what it was drawn from).
    pub variance: Vec<f32>,
}

/// What the backward pass is given beside the forward pass's input.
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
    /// The gradient of the output.
    pub gradient: &'a [f32],
    /// Whether the input's gradient is asked for.
    pub wants_input: bool,
    /// Whether there was a residual, whose gradient is asked for.
    pub wants_residual: bool,
}

/// The gradients of what the forward pass was given.
#[derive(Clone, Debug)]
pub struct ConvNormGradients {
    /// Of the input, where asked for.
    pub input: Option<Vec<f32>>,
    /// Of the weights.
    pub weights: Vec<f32>,
    /// Of the normalisation's scale.
    pub gamma: Vec<f32>,
    /// Of the normalisation's shift.
    pub beta: Vec<f32>,
    /// Of the residual, where asked for.
    pub residual: Option<Vec<f32>>,
}

impl ConvNorm {
    /// Runs on `input`, `[batch, height, width, inputs]`, with weights `[outputs, 3, 3, inputs]`,
    /// the normalisation's scale `gamma` and shift `beta`, and a residual of the output's shape.
    ///
    /// # Panics
    /// If a length does not match, or the channels are none that the kernels know.
    pub fn forward(
        &self,
        input: &[f32],
        weights: &[f32],
        [gamma, beta]: [&[f32]; 2],
        residual: Option<&[f32]>,
    ) -> ConvNormForward {
        let conv = &self.conv;
        let pictures = conv.pictures(input.len(), weights.len());
        let part = conv.part();
        let out_part = part * conv.output_values();
        let way = Forward::new(conv, part, weights);
        let len = pictures * conv.output_values();
        assert!(
            residual.is_none_or(|residual| residual.len() == len),
            "residual"
        );
        let (convolved, sums) =
            conv.by_parts(input, conv.output_values(), |_, input, convolved| {
                way.run(conv, input, convolved);
                moments(convolved, conv.outputs)
            });
        let pixels = (len / conv.outputs) as f64;
        let sums = total(&sums, 2 * conv.outputs);
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
        let affine = [singles(&scale), shift];
        let (output, _) = filled(len, out_part, |index, output| {
            let residual = residual.map(|residual| part_of(residual, out_part, index));
            normalize(
                part_of(&convolved, out_part, index),
                &affine,
                residual,
                output,
            );
        });
        ConvNormForward {
            convolved,
            output,
            mean: singles(&mean),
            variance: singles(&variance),
        }
    }

    /// The gradients of the forward pass on `input` with `weights` and `gamma`.
    ///
    /// # Panics
    /// If a length does not match, or the channels are none that the kernels know.
    pub fn backward(
        &self,
        input: &[f32],
        weights: &[f32],
        gamma: &[f32],
        pass: &ConvNormBackward<'_>,
    ) -> ConvNormGradients {
        let conv = &self.conv;
        let pictures = conv.pictures(input.len(), weights.len());
        let len = pictures * conv.output_values();
        for (what, values) in [
            ("convolved", pass.convolved),
            ("output", pass.output),
            ("gradient", pass.gradient),
        ] {
            assert_eq!(values.len(), len, "{what}");
        }
        let (residual, sums) = self.gradient_sums(pictures, pass);

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
            beta: singles(beta),
            residual,
        }
    }

    /// The sums that the normalisation's gradient needs, and the residual's gradient.
    fn gradient_sums(
        &self,
        pictures: usize,
        pass: &ConvNormBackward<'_>,
    ) -> (Option<Vec<f32>>, Vec<f64>) {
        let conv = &self.conv;
        let part = conv.part() * conv.output_values();
        let sums_of = |index: usize| {
            gradient_moments(
                part_of(pass.gradient, part, index),
                part_of(pass.output, part, index),
                part_of(pass.convolved, part, index),
                conv.outputs,
            )
        };
        let (residual, sums) = if pass.wants_residual {
            let (residual, sums) = filled(pass.gradient.len(), part, |index, passed| {
                let gradient = part_of(pass.gradient, part, index);
                rectify_gradient(gradient, part_of(pass.output, part, index), passed);
                sums_of(index)
            });
            (Some(residual), sums)
        } else {
            (None, each(pictures.div_ceil(conv.part()), sums_of))
        };
        (residual, total(&sums, 2 * conv.outputs))
    }

    /// The gradients of the convolution's input and weights.
    fn convolution_gradients(
        &self,
        input: &[f32],
        weights: &[f32],
        terms: &[Vec<f32>; 3],
        pass: &ConvNormBackward<'_>,
    ) -> (Option<Vec<f32>>, Vec<f32>) {
        let conv = &self.conv;
        let [_, width, channels] = conv.output();
        let row = width * channels;
        let gradients =
            backward_by_rows(conv, input, weights, pass.wants_input, |index, part, to| {
                let part = part * conv.output_values();
                let rows = part_of(pass.gradient, part, index)
                    .chunks_exact(row)
                    .zip(part_of(pass.output, part, index).chunks_exact(row))
                    .zip(part_of(pass.convolved, part, index).chunks_exact(row));
                for (to, ((gradient, output), convolved)) in to.zip(rows) {
                    value_gradient(gradient, output, convolved, terms, to);
                }
            });
        (gradients.input, gradients.weights)
    }

    fn inverse_deviation(&self, variance: f64) -> f64 {
        1.0 / (variance + f64::from(self.epsilon)).sqrt()
    }
}

/// The sum of the parts' sums, in their order.
fn total(parts: &[Vec<f32>], len: usize) -> Vec<f64> {
    let mut sums = vec![0.0; len];
    for part in parts {
        for (sum, value) in sums.iter_mut().zip(part) {
            *sum += f64::from(*value);
        }
    }
    sums
}

fn singles(values: &[f64]) -> Vec<f32> {
    values.iter().map(|value| *value as f32).collect()
}
