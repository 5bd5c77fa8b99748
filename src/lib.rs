//! Thimble says what piece of clothing is on a photo.
//!
//! A convolutional network is trained natively with [burn] on [Fashion-MNIST], its weights are
//! embedded, and the same module definition runs natively and in the browser (WebGPU or CPU).
//!
//! Data flows one way: photo → [`photo`] (28x28 grey, light on dark) → [`network`] (logits) →
//! [`evaluate`] (probabilities and verdict) → command line or page.
//!
//! [burn]: https://burn.dev
//! [Fashion-MNIST]: https://github.com/zalandoresearch/fashion-mnist

pub mod evaluate;
pub mod labels;
pub mod network;
#[cfg(feature = "burn")]
pub mod operation;
pub mod photo;

#[cfg(feature = "train")]
pub mod card;
#[cfg(feature = "train")]
pub mod cli;
#[cfg(feature = "train")]
pub mod data;
#[cfg(feature = "train")]
pub mod files;
#[cfg(feature = "train")]
pub mod train;
#[cfg(feature = "train")]
pub mod tune;

#[cfg(feature = "web")]
mod web;

#[cfg(all(test, feature = "train"))]
mod drawn;
#[cfg(all(test, feature = "train"))]
mod kernel_tests;

pub use thimble_kernels as kernel;

/// The version of burn that this crate is built with.
pub const BURN_VERSION: &str = env!("THIMBLE_BURN_VERSION");
