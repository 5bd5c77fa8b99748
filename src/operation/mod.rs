//! Operations of the project's own beside burn's. Those of training run the kernels of
//! [`crate::kernel`] on burn's flex device; anything else is composed of burn's operations.
//!
//! Activations are channels-last, `[batch, height, width, channels]`. The weights of a 3x3
//! convolution are a matrix `[outputs, 9 * inputs]`, whose columns go over the kernel's rows, its
//! columns and the input channels.

mod composed;
mod conv;
#[cfg(feature = "train")]
mod conv_norm;
#[cfg(feature = "train")]
mod conv_pool;
#[cfg(feature = "train")]
mod flex;
#[cfg(feature = "train")]
mod residual;

pub use composed::conv2d;
pub use conv::{conv, pack, unpack};
#[cfg(feature = "train")]
pub use conv_norm::{Normalized, conv_norm};

#[cfg(feature = "train")]
pub(crate) use conv_pool::conv_pool;

/// Whether tensors on `device` run the project's kernels.
#[cfg(feature = "train")]
pub(crate) fn has_kernels(device: &burn::tensor::Device) -> bool {
    let device = device.clone().without_autodiff();
    matches!(device.as_dispatch(), burn::backend::DispatchDevice::Flex(_))
}

#[cfg(test)]
mod tests;
