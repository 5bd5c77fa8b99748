//! A 3x3 convolution with bias, residual sum and ReLU in inference.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;

/// `relu(convolution + bias + residual)`, the convolution of 3x3 with one pixel of zeros around.
///
/// `input` is `[batch, height, width, inputs]`, `weights` are packed,
/// `[outputs / 16, 9 * inputs, 16]`, `bias` is `[outputs]`, and `residual` has the output's shape:
/// `[batch, height, width, outputs]`, of half the height and width where the stride is 2.
pub fn conv(
    input: Tensor<4>,
    weights: Tensor<3>,
    bias: Tensor<1>,
    residual: Option<Tensor<4>>,
    stride: usize,
) -> Tensor<4> {
    #[cfg(any(feature = "train", feature = "cpu"))]
    if super::has_kernels(&input.device()) {
        return flex::conv(input, weights, bias, residual, stride);
    }
    composed(input, weights, bias, residual, stride)
}

/// The same of burn's own operations: what it runs on other devices, and the reference in tests.
pub(super) fn composed(
    input: Tensor<4>,
    weights: Tensor<3>,
    bias: Tensor<1>,
    residual: Option<Tensor<4>>,
    stride: usize,
) -> Tensor<4> {
    let [.., inputs] = input.dims();
    let [groups, _, group] = weights.dims();
    let weights = weights
        .swap_dims(1, 2)
        .reshape([groups * group, 3, 3, inputs])
        .permute([0, 3, 1, 2]);
    let options = ConvOptions::new([stride; 2], [1, 1], [1, 1], 1);
    let output = conv2d(input.permute([0, 3, 1, 2]), weights, Some(bias), options);
    let output = output.permute([0, 2, 3, 1]);
    relu(match residual {
        Some(residual) => output + residual,
        None => output,
    })
}

#[cfg(any(feature = "train", feature = "cpu"))]
mod flex {
    use burn::backend::tensor::FloatTensor;
    use burn::backend::{Backend, Dispatch, Flex, TensorMetadata, backend_extension};
    use burn::tensor::Tensor;

    use crate::kernel::{Conv3x3, rectified};
    use crate::operation::flex::{tensor, values};

    pub(super) fn conv(
        input: Tensor<4>,
        weights: Tensor<3>,
        bias: Tensor<1>,
        residual: Option<Tensor<4>>,
        stride: usize,
    ) -> Tensor<4> {
        let input = input.into_dispatch();
        let [weights, bias] = [weights.into_dispatch(), bias.into_dispatch()];
        Tensor::from_dispatch(match residual {
            Some(residual) => {
                Dispatch::conv_residual(input, weights, bias, residual.into_dispatch(), stride)
            }
            None => Dispatch::conv(input, weights, bias, stride),
        })
    }

    /// The operation on a device's own tensors.
    #[backend_extension(Flex)]
    trait ConvOps: Backend {
        fn conv(
            input: FloatTensor<Self>,
            weights: FloatTensor<Self>,
            bias: FloatTensor<Self>,
            stride: usize,
        ) -> FloatTensor<Self>;

        fn conv_residual(
            input: FloatTensor<Self>,
            weights: FloatTensor<Self>,
            bias: FloatTensor<Self>,
            residual: FloatTensor<Self>,
            stride: usize,
        ) -> FloatTensor<Self>;
    }

    impl ConvOps for Flex {
        fn conv(
            input: FloatTensor<Self>,
            weights: FloatTensor<Self>,
            bias: FloatTensor<Self>,
            stride: usize,
        ) -> FloatTensor<Self> {
            run(&input, &weights, &bias, None, stride)
        }

        fn conv_residual(
            input: FloatTensor<Self>,
            weights: FloatTensor<Self>,
            bias: FloatTensor<Self>,
            residual: FloatTensor<Self>,
            stride: usize,
        ) -> FloatTensor<Self> {
            run(&input, &weights, &bias, Some(&residual), stride)
        }
    }

    fn run(
        input: &FloatTensor<Flex>,
        weights: &FloatTensor<Flex>,
        bias: &FloatTensor<Flex>,
        residual: Option<&FloatTensor<Flex>>,
        stride: usize,
    ) -> FloatTensor<Flex> {
        let [batch, height, width, inputs] = input.shape().dims();
        let [outputs] = bias.shape().dims();
        let conv = Conv3x3 {
            size: [height, width],
            inputs,
            outputs,
            stride,
        };
        let residual = residual.map(FloatTensor::<Flex>::to_contiguous);
        let output = rectified(
            &conv,
            values(&input.to_contiguous()),
            values(&weights.to_contiguous()),
            values(bias),
            residual.as_ref().map(values),
        );
        let [height, width] = conv.output_size();
        tensor(output, [batch, height, width, outputs])
    }
}
