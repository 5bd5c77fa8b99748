//! Operations of training. On burn's flex device they run the kernels of [`thimble_kernels`], except for layers that
//! these do not have; on any other device they are composed of burn's operations, with which the tests compare.
//!
//! Activations are NHWC, `[batch, height, width, channels]`. The weights of a 3x3 convolution are a matrix
//! `[outputs, 9 * inputs]`, whose columns go over the kernel's rows, its columns and the input channels.

mod conv_norm;
mod conv_pool;
mod flex;
mod paper;
mod upsample;
mod weighted_cross_entropy;

pub use conv_norm::{Normalized, conv_norm};
pub(crate) use conv_pool::conv_pool;
pub(crate) use paper::paper_logits;
pub use upsample::upsample;
pub use weighted_cross_entropy::weighted_cross_entropy;

/// Whether operations on `device` run the CPU kernels: on burn's flex device, with or without autodiff.
pub(crate) fn has_kernels(device: &burn::tensor::Device) -> bool {
    let device = device.clone().without_autodiff();
    matches!(device.as_dispatch(), burn::backend::DispatchDevice::Flex(_))
}

#[cfg(test)]
mod tests;
