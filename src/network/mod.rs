//! The networks: their table, architectures and weights, and how they run on the CPU kernels.

mod architecture;
mod burnpack;
mod execution_plan;
mod model;
mod name;
mod record;
mod weights;

pub use architecture::{
    Architecture, Head, PAPER_FILTERS, PAPER_HIDDEN, PAPER_POOLED_SIDE, Stages, StagesError,
};
pub use burnpack::Burnpack;
pub use execution_plan::TensorSource;
pub use model::{CpuModel, DeviceError, Logits, Model, PendingLogits, grey_values};
pub use name::{NetworkName, NetworkSpec, Training, UnknownNetwork};
pub use record::WeightsId;
pub use weights::{ShippedNetwork, ShippedPhotoNetwork, WeightsError, WeightsFile};

/// Side of the square input of every network, in pixels.
pub const INPUT_SIDE: usize = 28;
/// Grey values of one input.
pub const INPUT_VALUES: usize = INPUT_SIDE * INPUT_SIDE;
