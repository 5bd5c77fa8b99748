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
    /// `[36, outputs / 16, inputs, 16]`, transformed for Winograd's convolution, where that runs.
    #[cfg(feature = "kernels")]
    transformed: Option<Tensor<4>>,
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
            #[cfg(feature = "kernels")]
            transformed: None,
            bias,
            stride,
        }
    }

    /// Of weights `[outputs, 9 * inputs]`.
    #[cfg(feature = "kernels")]
    pub fn of(weights: Tensor<2>, bias: Tensor<1>, stride: usize) -> Self {
        Self::new(pack(weights), bias, stride)
    }

    /// The same with what the device's fastest kernel reads, made once for many calls.
    #[cfg(feature = "kernels")]
    pub fn prepared(self) -> Self {
        use burn::tensor::TensorData;

        use crate::kernel::winograd_weights;

        let [groups, steps, group] = self.packed.dims();
        let inputs = steps / 9;
        let device = self.packed.device();
        let fits = super::has_kernels(&device) && self.stride == 1 && inputs.is_multiple_of(GROUP);
        let packed = self.packed.clone().into_data();
        let transformed = match packed.as_slice::<f32>() {
            Ok(packed) if fits => {
                let values = winograd_weights(packed, inputs, groups * group);
                let shape = [
                    values.len() / (groups * inputs * group),
                    groups,
                    inputs,
                    group,
                ];
                Some(Tensor::from_data(TensorData::new(values, shape), &device))
            }
            _ => None,
        };
        Self {
            transformed,
            ..self
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
    #[cfg(feature = "kernels")]
    if super::has_kernels(&input.device()) {
        return flex::conv(input, weights, ending);
    }
    composed(input, weights, ending)
}

/// The same of burn's own operations: what it runs on other devices, and the reference in tests.
pub(super) fn composed(input: Tensor<4>, weights: &ConvWeights, ending: Ending) -> Tensor<4> {
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

#[cfg(feature = "kernels")]
mod flex {
    use burn::backend::tensor::FloatTensor;
    use burn::backend::{
        Backend, Dispatch, ExtensionType, Flex, TensorMetadata, backend_extension,
    };
    use burn::tensor::Tensor;

    use super::{ConvWeights, Ending};
    use crate::kernel::{Conv3x3, pooled, rectified, winograd_pooled, winograd_rectified};
    use crate::operation::flex::{tensor, values};
    use crate::operation::residual::Residual;

    pub(super) fn conv(input: Tensor<4>, weights: &ConvWeights, ending: Ending) -> Tensor<4> {
        let (residual, pools) = match ending {
            Ending::Rectify(residual) => (residual, false),
            Ending::Pool => (None, true),
        };
        let inputs = Inputs {
            input: input.into_dispatch(),
            weights: match &weights.transformed {
                Some(transformed) => transformed.clone().into_dispatch(),
                None => weights.packed.clone().into_dispatch(),
            },
            bias: weights.bias.clone().into_dispatch(),
            residual: residual.into(),
        };
        Tensor::from_dispatch(Dispatch::conv(inputs, weights.stride, pools))
    }

    /// What the operation is given, as a device's own tensors.
    #[derive(ExtensionType)]
    struct Inputs<B: Backend> {
        input: FloatTensor<B>,
        /// Packed, of three dimensions, or transformed, of four.
        weights: FloatTensor<B>,
        bias: FloatTensor<B>,
        #[extension_type]
        residual: Residual<B>,
    }

    /// The operation on a device's own tensors.
    #[backend_extension(Flex)]
    trait ConvOps: Backend {
        fn conv(
            #[extension_type] inputs: Inputs<Self>,
            stride: usize,
            pools: bool,
        ) -> FloatTensor<Self>;
    }

    impl ConvOps for Flex {
        fn conv(inputs: Inputs<Self>, stride: usize, pools: bool) -> FloatTensor<Self> {
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
            let residual = residual.as_ref().map(values);
            let is_transformed = inputs.weights.shape().num_dims() == 4;
            let [input, weights] =
                [inputs.input, inputs.weights].map(|tensor| tensor.to_contiguous());
            let [input, weights, bias] = [&input, &weights, &inputs.bias].map(values);
            let [height, width] = conv.output_size();
            let output = match (pools, is_transformed) {
                (false, false) => rectified(&conv, input, weights, bias, residual),
                (false, true) => winograd_rectified(&conv, input, weights, bias, residual),
                (true, false) => pooled(&conv, input, weights, bias),
                (true, true) => winograd_pooled(&conv, input, weights, bias),
            };
            let [height, width] = [height, width].map(|side| if pools { side / 2 } else { side });
            tensor(output, [batch, height, width, outputs])
        }
    }
}
