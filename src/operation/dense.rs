//! Dense layers and weighted sums of inference, for tensors on burn's flex device only.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::nn::Linear;
use burn::tensor::{Tensor, TensorData};

use super::flex::{tensor, values};
use crate::kernel;

/// The weights and the bias of a dense layer, packed for its kernel.
#[derive(Clone, Debug)]
pub(crate) struct DenseWeights {
    /// `[outputs / 16 rounded up, inputs, 16]`.
    packed: Tensor<3>,
    /// `[outputs]`.
    bias: Tensor<1>,
}

impl DenseWeights {
    /// Of a layer whose inputs come in the order that `order` gives: the layer's own number of
    /// each.
    pub(crate) fn new(layer: &Linear, order: impl Iterator<Item = usize>) -> Self {
        let weights = layer.weight.val();
        let ([inputs, outputs], device) = (weights.dims(), weights.device());
        let weights = weights.into_data();
        let rows = weights.as_slice::<f32>().unwrap_or_default();
        let ordered: Vec<f32> = order
            .flat_map(|input| &rows[input * outputs..(input + 1) * outputs])
            .copied()
            .collect();
        let packed = kernel::pack_dense(&ordered, outputs);
        let shape = [
            packed.len() / (inputs * kernel::GROUP),
            inputs,
            kernel::GROUP,
        ];
        Self {
            packed: Tensor::from_data(TensorData::new(packed, shape), &device),
            bias: match &layer.bias {
                Some(bias) => bias.val(),
                None => Tensor::zeros([outputs], &device),
            },
        }
    }
}

/// A dense layer over `input`, `[batch, inputs]`, rectified if so asked: `[batch, outputs]`.
pub(crate) fn dense(input: Tensor<2>, weights: &DenseWeights, rectify: bool) -> Tensor<2> {
    Tensor::from_dispatch(Dispatch::dense(
        input.into_dispatch(),
        weights.packed.clone().into_dispatch(),
        weights.bias.clone().into_dispatch(),
        rectify,
    ))
}

/// The sums over the pixels of `input`, `[batch, height, width, channels]`, with weights
/// `[height * width, channels]`: `[batch, channels]`.
pub(crate) fn weighted_sums(input: Tensor<4>, weights: &Tensor<2>) -> Tensor<2> {
    Tensor::from_dispatch(Dispatch::weighted_sums(
        input.into_dispatch(),
        weights.clone().into_dispatch(),
    ))
}

/// The operations on a device's own tensors.
#[backend_extension(Flex)]
trait DenseOps: Backend {
    fn dense(
        input: FloatTensor<Self>,
        packed: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        rectify: bool,
    ) -> FloatTensor<Self>;

    fn weighted_sums(input: FloatTensor<Self>, weights: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl DenseOps for Flex {
    fn dense(
        input: FloatTensor<Self>,
        packed: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        rectify: bool,
    ) -> FloatTensor<Self> {
        let [batch, _] = input.shape().dims();
        let [outputs] = bias.shape().dims();
        let input = input.to_contiguous();
        let output = kernel::dense(values(&input), values(&packed), values(&bias), rectify);
        tensor(output, [batch, outputs])
    }

    fn weighted_sums(input: FloatTensor<Self>, weights: FloatTensor<Self>) -> FloatTensor<Self> {
        let [batch, _, _, channels] = input.shape().dims();
        let (input, weights) = (input.to_contiguous(), weights.to_contiguous());
        let sums = kernel::weighted_sums(values(&input), values(&weights), channels);
        tensor(sums, [batch, channels])
    }
}
