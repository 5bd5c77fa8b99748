//! 3x3 convolutions by burn's operations, on NHWC activations, `[batch, height, width, channels]`.
//!
//! Weights are a matrix `[outputs, 9 * inputs]`, whose columns go over the kernel's rows, its columns and the
//! input channels.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::module;
use burn::tensor::ops::ConvOptions;
use thimble_kernels::GROUP;

/// Convolves `input`, `[batch, height, width, inputs]`, with 3x3 weights `[outputs, 9 * inputs]` and one pixel of
/// zero padding. Returns burn's layout, `[batch, outputs, height, width]`, with half the height and width at
/// stride 2.
pub fn conv2d(
    input: Tensor<4>,
    weights: Tensor<2>,
    bias: Option<Tensor<1>>,
    stride: usize,
) -> Tensor<4> {
    let [.., inputs] = input.dims();
    let [outputs, _] = weights.dims();
    let weights = weights.reshape([outputs, 3, 3, inputs]);
    module::conv2d(
        input.permute([0, 3, 1, 2]),
        weights.permute([0, 3, 1, 2]),
        bias,
        ConvOptions::new([stride; 2], [1, 1], [1, 1], 1),
    )
}

/// Packs weights `[outputs, k]` as `[outputs / 16, k, 16]`, the layout of the kernels.
pub fn pack(weights: Tensor<2>) -> Tensor<3> {
    let [outputs, k] = weights.dims();
    weights.reshape([outputs / GROUP, GROUP, k]).swap_dims(1, 2)
}

/// Reverses [`pack`].
pub fn unpack(packed: Tensor<3>) -> Tensor<2> {
    let [groups, k, group] = packed.dims();
    packed.swap_dims(1, 2).reshape([groups * group, k])
}

/// Computes `relu(convolution + bias + residual)` of a 3x3 convolution with one pixel of zero padding, where the
/// residual has the output's shape.
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
