//! A network as a row of fused operations.

use burn::tensor::Tensor;

use crate::operation::{ConvWeights, DenseWeights, Ending, conv, dense, weighted_sums};

/// The operations of a network in their order, with weights in the form that the kernels read; for
/// burn's flex device only.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Over channels-last activations.
    pub(super) convolutions: Vec<Convolution>,
    /// Of a weighted sum over the pixels that are left, `[pixels, channels]`.
    pub(super) sums: Option<Tensor<2>>,
    /// With a ReLU after each layer but the last.
    pub(super) dense: Vec<DenseWeights>,
}

/// A convolution and what follows it.
#[derive(Debug)]
pub(super) struct Convolution {
    pub(super) weights: ConvWeights,
    pub(super) after: After,
}

/// What follows a convolution, and what becomes of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// ReLU.
    Rectify,
    /// ReLU; the input is kept for [`After::AddKept`].
    KeepInput,
    /// The sum with what was kept, then ReLU.
    AddKept,
    /// ReLU and 2x2 pooling.
    Pool,
}

impl Plan {
    /// Adds a convolution.
    pub(super) fn convolve(&mut self, weights: ConvWeights, after: After) {
        self.convolutions.push(Convolution {
            weights: weights.prepared(),
            after,
        });
    }

    /// Logits of shape `[batch, 10]` for pictures of shape `[batch, 1, 28, 28]`, values 0 to 1.
    pub(super) fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let [batch, channels, height, width] = pictures.dims();
        // One channel lies the same first or last.
        let mut x = pictures.reshape([batch, height, width, channels]);
        let mut kept = None;
        for Convolution { weights, after } in &self.convolutions {
            let ending = match after {
                After::Rectify => Ending::Rectify(None),
                After::KeepInput => {
                    kept = Some(x.clone());
                    Ending::Rectify(None)
                }
                After::AddKept => Ending::Rectify(kept.take()),
                After::Pool => Ending::Pool,
            };
            x = conv(x, weights, ending);
        }
        let mut x = match &self.sums {
            Some(weights) => weighted_sums(x, weights),
            None => x.flatten(1, 3),
        };
        for (index, weights) in self.dense.iter().enumerate() {
            x = dense(x, weights, index + 1 < self.dense.len());
        }
        x
    }
}
