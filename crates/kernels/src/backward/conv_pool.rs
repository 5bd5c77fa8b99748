//! A 3x3 convolution with bias, ReLU and 2x2 max pooling in training, forward and backward.

use super::backward_with;
use crate::conv3x3::Conv3x3;
use crate::conv3x3::forward::ForwardPass;
use crate::conv3x3::pool::{Winners, max_pool_gradient, max_pool_with_winners};
use crate::pack::GROUP;
use crate::parallel::part_of;

/// The results of [`Conv3x3::pool_forward`].
#[derive(Clone, Debug)]
pub struct ConvPoolForward {
    /// The result, `[batch, height / 2, width / 2, outputs]`.
    pub output: Vec<f32>,
    /// Which of each 2x2 pixels was the maximum, for the backward pass.
    pub winners: PoolWinners,
}

/// Which of each 2x2 pixels was the maximum, for each part of a batch.
#[derive(Clone, Debug)]
pub struct PoolWinners(Vec<Vec<Winners>>);

/// The arguments of [`Conv3x3::pool_backward`] besides those of the forward pass.
#[derive(Clone, Copy, Debug)]
pub struct ConvPoolBackward<'a> {
    /// [`ConvPoolForward::output`].
    pub output: &'a [f32],
    /// [`ConvPoolForward::winners`].
    pub winners: &'a PoolWinners,
    /// The gradient of the output, `[batch, height / 2, width / 2, outputs]`.
    pub gradient: &'a [f32],
    /// Whether to compute the gradient of the input, whose channels are then a multiple of 16.
    pub wants_input: bool,
}

/// The results of [`Conv3x3::pool_backward`].
#[derive(Clone, Debug)]
pub struct ConvPoolGradients {
    /// The gradient of the input, if asked for.
    pub input: Option<Vec<f32>>,
    /// The gradient of the weights, `[outputs, 3, 3, inputs]`.
    pub weights: Vec<f32>,
    /// The gradient of the bias, `[outputs]`.
    pub bias: Vec<f32>,
}

impl Conv3x3 {
    /// Returns `max_pool(relu(convolution + bias))` of `input`, `[batch, height, width, inputs]`, with
    /// weights `[outputs, 3, 3, inputs]` and a bias `[outputs]`, for training.
    ///
    /// ```
    /// use thimble_kernels::{Conv3x3, ConvPoolBackward};
    ///
    /// let conv = Conv3x3 { size: [4, 4], inputs: 1, outputs: 16, stride: 1 };
    /// let (input, weights) = (vec![1.0; 4 * 4], vec![1.0; 16 * 9]);
    /// let found = conv.pool_forward(&input, &weights, &[0.5; 16]);
    /// // Each of the four middle pixels has a whole window of ones.
    /// assert_eq!(found.output, [9.5; 2 * 2 * 16]);
    ///
    /// let gradients = conv.pool_backward(&input, &weights, &ConvPoolBackward {
    ///     output: &found.output,
    ///     winners: &found.winners,
    ///     gradient: &[1.0; 2 * 2 * 16],
    ///     wants_input: false,
    /// });
    /// assert_eq!(gradients.bias, [4.0; 16]);
    /// ```
    ///
    /// # Panics
    /// If a length does not match, the output channels are no multiple of [`GROUP`], or height or width
    /// of the output is odd.
    pub fn pool_forward(&self, input: &[f32], weights: &[f32], bias: &[f32]) -> ConvPoolForward {
        self.batch(input.len(), weights.len());
        check(self);
        assert_eq!(bias.len(), self.outputs, "number of biases");
        let pass = ForwardPass::new(self, weights);
        let pooled = self.output_values() / 4;
        let (output, winners) = self.map_parts(input, pooled, |_, input, output| {
            let mut values = vec![0.0; 4 * output.len()];
            pass.run(self, input, &mut values);
            max_pool_with_winners(&values, self.output_shape(), bias, output)
        });
        ConvPoolForward {
            output,
            winners: PoolWinners(winners),
        }
    }

    /// Returns the gradients of [`Self::pool_forward`] on `input` with `weights`.
    ///
    /// # Panics
    /// If a length does not match, the output channels are no multiple of [`GROUP`], those of the input
    /// are none and its gradient is asked for, or height or width of the output is odd.
    pub fn pool_backward(
        &self,
        input: &[f32],
        weights: &[f32],
        pass: &ConvPoolBackward<'_>,
    ) -> ConvPoolGradients {
        let batch = self.batch(input.len(), weights.len());
        check(self);
        let pooled = self.output_values() / 4;
        assert_eq!(pass.output.len(), batch * pooled, "number of output values");
        assert_eq!(
            pass.gradient.len(),
            batch * pooled,
            "number of gradient values"
        );
        let row = self.output_shape()[1] / 2 * self.outputs;
        let gradients = backward_with(
            self,
            input,
            weights,
            pass.wants_input,
            |index, part, rows| {
                let part_len = part * pooled;
                let values = part_of(pass.gradient, part_len, index)
                    .chunks_exact(row)
                    .zip(part_of(pass.output, part_len, index).chunks_exact(row))
                    .zip(pass.winners.0[index].chunks_exact(row / GROUP));
                let mut bias = vec![0.0; self.outputs];
                for ((gradient, output), winners) in values {
                    if let (Some(upper), Some(lower)) = (rows.next(), rows.next()) {
                        max_pool_gradient(gradient, output, winners, upper, lower, &mut bias);
                    }
                }
                bias
            },
        );
        let mut bias = vec![0.0; self.outputs];
        for part in &gradients.parts {
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
    let [height, width, channels] = conv.output_shape();
    assert!(
        height % 2 == 0 && width % 2 == 0 && channels % GROUP == 0,
        "max pooling needs even sides and a multiple of {GROUP} channels, got {height}x{width} pixels of \
         {channels} channels"
    );
}
