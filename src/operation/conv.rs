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
    use burn::backend::{
        Backend, Dispatch, ExtensionType, Flex, TensorMetadata, backend_extension,
    };
    use burn::tensor::Tensor;

    use crate::kernel::{Conv3x3, rectified};
    use crate::operation::flex::{tensor, values};
    use crate::operation::residual::Residual;

    pub(super) fn conv(
        input: Tensor<4>,
        weights: Tensor<3>,
        bias: Tensor<1>,
        residual: Option<Tensor<4>>,
        stride: usize,
    ) -> Tensor<4> {
        let inputs = Inputs {
            input: input.into_dispatch(),
            weights: weights.into_dispatch(),
            bias: bias.into_dispatch(),
            residual: residual.into(),
        };
        Tensor::from_dispatch(Dispatch::conv(inputs, stride))
    }

    /// What the operation is given, as a device's own tensors.
    #[derive(ExtensionType)]
    struct Inputs<B: Backend> {
        input: FloatTensor<B>,
        weights: FloatTensor<B>,
        bias: FloatTensor<B>,
        #[extension_type]
        residual: Residual<B>,
    }

    /// The operation on a device's own tensors.
    #[backend_extension(Flex)]
    trait ConvOps: Backend {
        fn conv(#[extension_type] inputs: Inputs<Self>, stride: usize) -> FloatTensor<Self>;
    }

    impl ConvOps for Flex {
        fn conv(inputs: Inputs<Self>, stride: usize) -> FloatTensor<Self> {
            let [batch, height, width, channels] = inputs.input.shape().dims();
            let [outputs] = inputs.bias.shape().dims();
            let conv = Conv3x3 {
                size: [height, width],
                inputs: channels,
                outputs,
                stride,
            };
            let residual = match inputs.residual {
                Residual::Some(residual) => Some(residual.to_contiguous()),
                Residual::None => None,
            };
            let output = rectified(
                &conv,
                values(&inputs.input.to_contiguous()),
                values(&inputs.weights.to_contiguous()),
                values(&inputs.bias),
                residual.as_ref().map(values),
            );
            let [height, width] = conv.output_size();
            tensor(output, [batch, height, width, outputs])
        }
    }
}
