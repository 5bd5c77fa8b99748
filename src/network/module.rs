//! The networks as burn modules.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

use super::{Architecture, Conv, Cost, PaperNet, ResidualNet};

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

    /// What it is made of.
    pub fn architecture(&self) -> Architecture {
        match self {
            Self::Paper(_) => Architecture::Paper,
            Self::Residual(network) => Architecture::Residual(network.stages()),
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
pub(super) fn divided(layer: Linear, divisor: f64) -> Linear {
    Linear {
        weight: layer.weight.map(|weight| weight / divisor),
        bias: layer.bias.map(|bias| bias.map(|bias| bias / divisor)),
    }
}
