//! A 3x3 convolution with all that follows it, in inference.

use burn::nn::pool::MaxPool2dConfig;
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::conv2d;
use crate::kernel::GROUP;

/// What follows a convolution and its bias.
#[derive(Clone, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "few are alive at a time, and only with some devices are they large"
)]
pub enum Ending {
    /// `relu(output + residual)`, where the residual has the output's shape.
    Rectify(Option<Tensor<4>>),
    /// ReLU, then the greatest of each 2x2 pixels; the output's height and width are even.
    Pool,
}

/// The weights and the bias of a 3x3 convolution in inference.
#[derive(Clone, Debug)]
pub struct ConvWeights {
    /// `[outputs / 16, 9 * inputs, 16]`.
    packed: Tensor<3>,
    /// `[outputs]`.
    bias: Tensor<1>,
    /// 1, or 2 for every second pixel each way.
    stride: usize,
}

impl ConvWeights {
    /// Of weights packed as `[outputs / 16, 9 * inputs, 16]`, whose steps go over the kernel's
    /// rows, its columns and the input channels.
    pub fn new(packed: Tensor<3>, bias: Tensor<1>, stride: usize) -> Self {
        Self {
            packed,
            bias,
            stride,
        }
    }
}

/// Weights `[outputs, steps]` packed as `[outputs / 16, steps, 16]`.
pub fn pack(weights: Tensor<2>) -> Tensor<3> {
    let [outputs, steps] = weights.dims();
    weights
        .reshape([outputs / GROUP, GROUP, steps])
        .swap_dims(1, 2)
}

/// A convolution of 3x3 with one pixel of zeros around, its bias and what follows it.
///
/// `input` is `[batch, height, width, inputs]`; the output is `[batch, height, width, outputs]`, of
/// half the height and width where the stride is 2, and where it is pooled.
pub fn conv(input: Tensor<4>, weights: &ConvWeights, ending: Ending) -> Tensor<4> {
    let [groups, steps, group] = weights.packed.dims();
    let unpacked = weights.packed.clone().swap_dims(1, 2);
    let unpacked = unpacked.reshape([groups * group, steps]);
    let output = conv2d(input, unpacked, Some(weights.bias.clone()), weights.stride);
    match ending {
        Ending::Rectify(residual) => {
            let output = output.permute([0, 2, 3, 1]);
            relu(match residual {
                Some(residual) => output + residual,
                None => output,
            })
        }
        Ending::Pool => {
            let pool = MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init();
            pool.forward(relu(output)).permute([0, 2, 3, 1])
        }
    }
}
