//! The networks, their cost and their embedded weights.

mod architecture;
mod checksum;
mod cost;
mod engine;
#[cfg(feature = "train")]
mod export;
mod name;
mod paper;
#[cfg(feature = "kernels")]
mod plan;
mod residual;
mod weights;
mod widen;

pub use architecture::{Architecture, Head, Stages, StagesError};
pub use cost::Cost;
pub use engine::Engine;
#[cfg(feature = "train")]
pub use export::{ExportError, Exported, export};
pub use name::{NetworkName, UnknownNetwork};
pub use paper::PaperNet;
pub use residual::{Conv, ResidualNet, Unit};
pub use weights::{PhotoWeights, Shipped, WeightsError};

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};

/// Side of the square picture that every network reads, in pixels.
pub const SIDE: usize = 28;
/// Grey values in one picture.
pub const PIXELS: usize = SIDE * SIDE;

/// Any of the project's networks, as one burn module.
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "few are alive at a time, and modules cannot be boxed"
)]
pub enum Network {
    /// The study's two-convolution network.
    Paper(PaperNet),
    /// A residual network.
    Residual(ResidualNet<Conv>),
}

impl Network {
    /// A network for weights to be loaded into; until then those of a paper's network are random
    /// and the convolutions of any other are zero.
    pub fn new(architecture: &Architecture, device: &Device) -> Self {
        match architecture {
            Architecture::Paper => Self::Paper(PaperNet::new(device)),
            Architecture::Residual(stages) => Self::Residual(ResidualNet::new(stages, device)),
        }
    }

    /// Logits of shape `[batch, 10]` for pictures of shape `[batch, 1, 28, 28]`, values 0 to 1.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        match self {
            Self::Paper(network) => network.forward(pictures),
            Self::Residual(network) => network.forward(pictures),
        }
    }

    #[cfg(feature = "kernels")]
    fn plan(&self) -> plan::Plan {
        match self {
            Self::Paper(network) => network.plan(),
            Self::Residual(network) => network.plan(),
        }
    }

    /// The same network with its logits divided by `temperature`, which goes into the last layer.
    pub fn with_temperature(self, temperature: f64) -> Self {
        match self {
            Self::Paper(network) => Self::Paper(network.with_temperature(temperature)),
            Self::Residual(network) => Self::Residual(network.with_temperature(temperature)),
        }
    }

    /// Parameters and multiply-accumulates for one picture.
    pub fn cost(&self) -> Cost {
        match self {
            Self::Paper(network) => network.cost(),
            Self::Residual(network) => network.cost(),
        }
    }
}

/// A dense layer whose results are divided by `divisor`.
fn divided(layer: Linear, divisor: f64) -> Linear {
    Linear {
        weight: layer.weight.map(|weight| weight / divisor),
        bias: layer.bias.map(|bias| bias.map(|bias| bias / divisor)),
    }
}

/// Pictures of 784 grey bytes each, light on dark, as a tensor of shape `[batch, 1, 28, 28]`
/// with values 0 to 1. Bytes beyond the last whole picture are left out.
pub fn pictures_to_tensor(pictures: &[u8], device: &Device) -> Tensor<4> {
    let batch = pictures.len() / PIXELS;
    let values: Vec<f32> = pictures[..batch * PIXELS]
        .iter()
        .map(|&grey| f32::from(grey) / 255.0)
        .collect();
    Tensor::from_data(TensorData::new(values, [batch, 1, SIDE, SIDE]), device)
}
