//! A channels-last 3x3 convolution of burn's own operations.

use burn::tensor::Tensor;
use burn::tensor::module;
use burn::tensor::ops::ConvOptions;

/// The 3x3 convolution of `input`, `[batch, height, width, inputs]`, with weights
/// `[outputs, 9 * inputs]` and one pixel of zeros around: `[batch, outputs, height, width]`, in
/// burn's order, of half the height and width where the stride is 2.
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
