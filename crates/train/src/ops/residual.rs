//! What is added to a convolution before its ReLU.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, ExtensionType};
use burn::tensor::Tensor;

/// A residual, or none, on its way to a device's own operation.
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
