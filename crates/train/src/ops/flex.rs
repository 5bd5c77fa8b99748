//! Conversions to and from the tensors of burn's devices.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, ExtensionType, Flex};
use burn::tensor::{Shape, Tensor, TensorData};

/// The values of a contiguous tensor of 32-bit floats.
pub(super) fn values(tensor: &FloatTensor<Flex>) -> &[f32] {
    match tensor.as_slice() {
        Some(values) => values,
        None => unreachable!("tensors must be contiguous 32-bit floats"),
    }
}

/// A tensor of `values`.
pub(super) fn tensor(values: Vec<f32>, shape: impl Into<Shape>) -> FloatTensor<Flex> {
    FloatTensor::<Flex>::from_data(TensorData::new(values, shape))
}

/// An optional residual, as a device's own tensor.
#[derive(ExtensionType)]
pub enum Residual<B: Backend> {
    /// There is one.
    Some(FloatTensor<B>),
    /// There is none.
    None,
}

impl From<Option<Tensor<4>>> for Residual<Dispatch> {
    fn from(residual: Option<Tensor<4>>) -> Self {
        match residual {
            Some(residual) => Self::Some(residual.into_dispatch()),
            None => Self::None,
        }
    }
}
