//! Thimble's networks as burn modules: for training, for burn's devices (WebGPU, ndarray, flex), and as the reference
//! for the tests of the CPU kernels.
//!
//! The backends are burn's own features: a crate that depends on this one asks `burn` for the devices that it
//! opens.
//!
//! ```no_run
//! use burn::tensor::Device;
//! use thimble::network::{Model, NetworkName, ShippedNetwork};
//! use thimble_burn::{BurnModel, BurnNetwork};
//!
//! # fn run(device: &Device) -> Result<(), Box<dyn std::error::Error>> {
//! let weights = ShippedNetwork::find(NetworkName::Paper)?.weights(None)?;
//! let model = BurnModel::new(BurnNetwork::load(weights, device)?, device);
//! let logits = model.run(&[0.5; 784]).wait()?;
//! assert_eq!(logits.len(), 10);
//! # Ok(())
//! # }
//! ```

mod conv;
mod cost;
mod load;
mod model;
mod network;
mod paper;
mod residual;
mod segmentation;
mod tensors;

pub use conv::{conv, conv2d, pack, unpack};
pub use cost::Cost;
pub use model::{BurnModel, tensor_values};
pub use network::BurnNetwork;
pub use paper::PaperNet;
pub use residual::{ConvUnit, FoldedConv, ResidualNet};
pub use segmentation::{SegmentationNet, upsample};
pub use tensors::{NamedTensor, tensors};
