//! Networks: the table of networks, their architectures and weights, and inference on the CPU kernels.

mod architecture;
mod burnpack;
mod execution_plan;
mod model;
mod name;
mod record;
mod weights;

pub use architecture::{
    Architecture, GarmentStages, GarmentStagesError, Head, Levels, LevelsError, PAPER_FILTERS,
    PAPER_HIDDEN, PAPER_POOLED_SIDE, Stages, StagesError,
};
pub use burnpack::Burnpack;
pub use execution_plan::TensorSource;
pub use model::{Activations, CpuModel, DeviceError, Logits, Model, PendingLogits, grey_values};
pub use name::{NetworkName, NetworkSpec, Training, UnknownNetwork};
pub use record::WeightsId;
pub use weights::{ShippedNetwork, ShippedPhotoNetworks, WeightsError, WeightsFile};

/// Side of a network's square input, in pixels.
pub const INPUT_SIDE: usize = 28;
/// Number of grey values of one input.
pub const INPUT_VALUES: usize = INPUT_SIDE * INPUT_SIDE;
