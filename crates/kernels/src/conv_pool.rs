//! A 3x3 convolution with bias, ReLU and 2x2 maximum pooling in training, forward and backward.

use super::batch::part_of;
use super::conv3x3::Conv3x3;
use super::gradient::backward_by_rows;
use super::layout::GROUP;
use super::pool::{Winners, pool_with_winners, spread};
use super::ways::Forward;

/// What the forward pass of training gives.
#[derive(Clone, Debug)]
pub struct ConvPoolForward {
    /// The result, `[batch, height / 2, width / 2, outputs]`.
    pub output: Vec<f32>,
    /// Which of each four pixels was the greatest, for the backward pass.
    pub winners: PoolWinners,
}

/// Which of each four pixels was the greatest, part by part of a batch.
#[derive(Clone, Debug)]
pub struct PoolWinners(Vec<Vec<Winners>>);

/// What the backward pass is given beside the forward pass's input.
#[derive(Clone, Copy, Debug)]
pub struct ConvPoolBackward<'a> {
    /// [`ConvPoolForward::output`].
    pub output: &'a [f32],
    /// [`ConvPoolForward::winners`].
    pub winners: &'a PoolWinners,
    /// The gradient of the output.
    pub gradient: &'a [f32],
    /// Whether the input's gradient is asked for.
    pub wants_input: bool,
}

/// The gradients of what the forward pass was given.
#[derive(Clone, Debug)]
pub struct ConvPoolGradients {
    /// Of the input, where asked for.
    pub input: Option<Vec<f32>>,
    /// Of the weights, `[outputs, 3, 3, inputs]`.
    pub weights: Vec<f32>,
    /// Of the bias.
    pub bias: Vec<f32>,
}

impl Conv3x3 {
    /// `pooled(relu(convolution + bias))` with weights `[outputs, 3, 3, inputs]`, in training.
    ///
    /// # Panics
    /// If a length does not match, or the channels or the size are none that the kernels know.
    pub fn pool_forward(&self, input: &[f32], weights: &[f32], bias: &[f32]) -> ConvPoolForward {
        self.pictures(input.len(), weights.len());
        check(self);
        assert_eq!(bias.len(), self.outputs, "bias");
        let way = Forward::new(self, self.part(), weights);
        let pooled = self.output_values() / 4;
        let (output, winners) = self.by_parts(input, pooled, |_, input, output| {
            let mut values = vec![0.0; 4 * output.len()];
            way.run(self, input, &mut values);
            pool_with_winners(&values, self.output(), bias, output)
        });
        ConvPoolForward {
            output,
            winners: PoolWinners(winners),
        }
    }

    /// The gradients of the forward pass on `input` with `weights`.
    ///
    /// # Panics
    /// If a length does not match, or the channels or the size are none that the kernels know.
    pub fn pool_backward(
        &self,
        input: &[f32],
        weights: &[f32],
        pass: &ConvPoolBackward<'_>,
    ) -> ConvPoolGradients {
        let pictures = self.pictures(input.len(), weights.len());
        check(self);
        let pooled = self.output_values() / 4;
        assert_eq!(pass.output.len(), pictures * pooled, "output");
        assert_eq!(pass.gradient.len(), pictures * pooled, "gradient");
        let row = self.output()[1] / 2 * self.outputs;
        let gradients =
            backward_by_rows(self, input, weights, pass.wants_input, |index, part, to| {
                let part = part * pooled;
                let rows = part_of(pass.gradient, part, index)
                    .chunks_exact(row)
                    .zip(part_of(pass.output, part, index).chunks_exact(row))
                    .zip(pass.winners.0[index].chunks_exact(row / GROUP));
                let mut bias = vec![0.0; self.outputs];
                for ((gradient, output), winners) in rows {
                    if let (Some(upper), Some(lower)) = (to.next(), to.next()) {
                        spread(gradient, output, winners, upper, lower, &mut bias);
                    }
                }
                bias
            });
        let mut bias = vec![0.0; self.outputs];
        for part in &gradients.filled {
            for (sum, value) in bias.iter_mut().zip(part) {
                *sum += value;
            }
        }
        ConvPoolGradients {
            input: gradients.input,
            weights: gradients.weights,
            bias,
        }
    }
}

fn check(conv: &Conv3x3) {
    let [height, width, channels] = conv.output();
    assert!(
        height % 2 == 0 && width % 2 == 0 && channels % GROUP == 0,
        "{height}x{width} pixels of {channels} channels cannot be pooled"
    );
}
