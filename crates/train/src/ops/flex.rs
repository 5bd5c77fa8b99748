//! From and to the tensors of burn's flex device.

use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{Shape, TensorData};

/// The values of a contiguous tensor of 32-bit floats.
pub(super) fn values(tensor: &FloatTensor<Flex>) -> &[f32] {
    match tensor.as_slice() {
        Some(values) => values,
        None => unreachable!("the networks compute with contiguous 32-bit floats"),
    }
}

/// A tensor of `values`.
pub(super) fn tensor(values: Vec<f32>, shape: impl Into<Shape>) -> FloatTensor<Flex> {
    FloatTensor::<Flex>::from_data(TensorData::new(values, shape))
}
