//! The cost of a network: parameters to load, multiply-accumulates to run.

use core::ops::Add;

use burn::nn::Linear;
use burn::nn::conv::Conv2d;

/// Parameters and multiply-accumulates (MACs) per input. As usual, biases count as parameters but not as MACs, and
/// activations and pooling do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Trained values, biases included.
    pub parameters: u64,
    /// Multiply-accumulates of the convolutions and dense layers for one input.
    pub macs: u64,
}

impl Cost {
    /// A convolution whose output has `positions` pixels.
    pub(super) fn convolution(layer: &Conv2d, positions: usize) -> Self {
        let weights = layer.weight.lazy_shape().num_elements();
        let bias = layer
            .bias
            .as_ref()
            .map_or(0, |bias| bias.lazy_shape().num_elements());
        Self {
            parameters: (weights + bias) as u64,
            macs: (weights * positions) as u64,
        }
    }

    /// A dense layer.
    pub(super) fn dense(layer: &Linear) -> Self {
        let weights = layer.weight.lazy_shape().num_elements();
        let bias = layer
            .bias
            .as_ref()
            .map_or(0, |bias| bias.lazy_shape().num_elements());
        Self {
            parameters: (weights + bias) as u64,
            macs: weights as u64,
        }
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            parameters: self.parameters + other.parameters,
            macs: self.macs + other.macs,
        }
    }
}
