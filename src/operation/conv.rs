//! A 3x3 convolution with its bias, residual sum and ReLU, in inference.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::conv2d;
use crate::kernel::GROUP;

/// Weights `[outputs, steps]` packed as `[outputs / 16, steps, 16]`.
pub fn pack(weights: Tensor<2>) -> Tensor<3> {
    let [outputs, steps] = weights.dims();
    weights
        .reshape([outputs / GROUP, GROUP, steps])
        .swap_dims(1, 2)
}

/// The reverse of [`pack`].
pub fn unpack(packed: Tensor<3>) -> Tensor<2> {
    let [groups, steps, group] = packed.dims();
    packed.swap_dims(1, 2).reshape([groups * group, steps])
}

/// `relu(convolution + bias + residual)`, where the convolution is of 3x3 with one pixel of zeros
/// around, and the residual has the output's shape.
///
/// `input` is `[batch, height, width, inputs]`, `weights` are `[outputs, 9 * inputs]`, whose columns
/// go over the kernel's rows, its columns and the input channels; the output is
/// `[batch, height, width, outputs]`, of half the height and width where the stride is 2.
pub fn conv(
    input: Tensor<4>,
    weights: Tensor<2>,
    bias: Tensor<1>,
    stride: usize,
    residual: Option<Tensor<4>>,
) -> Tensor<4> {
    let output = conv2d(input, weights, Some(bias), stride).permute([0, 2, 3, 1]);
    relu(match residual {
        Some(residual) => output + residual,
        None => output,
    })
}
