//! The networks, their cost and their embedded weights.

mod architecture;
mod checksum;
#[cfg(feature = "burn")]
mod cost;
mod engine;
#[cfg(feature = "train")]
mod export;
#[cfg(feature = "burn")]
mod filled;
#[cfg(all(feature = "burn", feature = "kernels"))]
mod gathered;
#[cfg(feature = "burn")]
mod module;
mod name;
#[cfg(feature = "burn")]
mod paper;
#[cfg(feature = "kernels")]
mod plan;
#[cfg(feature = "burn")]
mod residual;
mod stored;
mod weights;

pub use architecture::{Architecture, Head, Stages, StagesError};
#[cfg(feature = "burn")]
pub use cost::Cost;
pub use engine::{Engine, EngineError, Logits, grey_values};
#[cfg(feature = "train")]
pub use export::{ExportError, Exported, export};
#[cfg(feature = "burn")]
pub use module::Network;
pub use name::{NetworkName, UnknownNetwork};
#[cfg(feature = "burn")]
pub use paper::PaperNet;
#[cfg(feature = "burn")]
pub use residual::{Conv, ResidualNet, Unit};
pub use weights::{Shipped, Weights, WeightsError, photo_weights};

/// Side of the square picture that every network reads, in pixels.
pub const SIDE: usize = 28;
/// Grey values in one picture.
pub const PIXELS: usize = SIDE * SIDE;
