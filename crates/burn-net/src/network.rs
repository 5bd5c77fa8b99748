//! The networks as burn modules.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

use thimble::network::{Architecture, GarmentStages, Stages};

use super::{Cost, FoldedConv, PaperNet, ResidualNet, SegmentationNet};

/// Any of the project's networks, as one burn module.
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "few are alive at a time, and modules cannot be boxed"
)]
pub enum BurnNetwork {
    /// The study's two-convolution network.
    Paper(PaperNet),
    /// A residual network.
    Residual(ResidualNet<FoldedConv>),
    /// A network for semantic segmentation.
    Segmentation(SegmentationNet<FoldedConv>),
    /// A residual network for garments in photos.
    Garment(ResidualNet<FoldedConv>),
}

impl BurnNetwork {
    /// A network to load weights into. Until then the study's network has random weights, and the convolutions of any
    /// other are zero.
    pub fn new(architecture: &Architecture, device: &Device) -> Self {
        match architecture {
            Architecture::Paper => Self::Paper(PaperNet::new(device)),
            Architecture::Residual(stages) => Self::Residual(ResidualNet::new(stages, device)),
            Architecture::Segmentation(levels) => {
                Self::Segmentation(SegmentationNet::new(levels, device))
            }
            Architecture::Garment(stages) => {
                Self::Garment(ResidualNet::new_garment(stages, device))
            }
        }
    }

    /// Computes logits of shape `[batch, 10]` for inputs of shape `[batch, 1, 28, 28]`, or those of every pixel,
    /// `[batch * side / 2 * side / 2, 10]`, for inputs `[batch, side, side, 3]` of a segmentation; inputs for garments
    /// in photos are `[batch, 64, 64, 16]`. Values are 0 to 1.
    pub fn forward(&self, inputs: Tensor<4>) -> Tensor<2> {
        match self {
            Self::Paper(network) => network.forward(inputs),
            Self::Residual(network) => network.forward(inputs),
            Self::Segmentation(network) => network.forward(inputs),
            Self::Garment(network) => network.forward_nhwc(inputs),
        }
    }

    /// The network's architecture.
    pub fn architecture(&self) -> Architecture {
        match self {
            Self::Paper(_) => Architecture::Paper,
            Self::Residual(network) => Architecture::Residual(network.stages()),
            Self::Segmentation(network) => Architecture::Segmentation(network.levels()),
            Self::Garment(network) => Architecture::Garment(network.garment_stages()),
        }
    }

    /// Divides the logits by `temperature`, by scaling the last layer.
    pub fn with_temperature(self, temperature: f64) -> Self {
        match self {
            Self::Paper(network) => Self::Paper(network.with_temperature(temperature)),
            Self::Residual(network) => Self::Residual(network.with_temperature(temperature)),
            Self::Segmentation(network) => {
                Self::Segmentation(network.with_temperature(temperature))
            }
            Self::Garment(network) => Self::Garment(network.with_temperature(temperature)),
        }
    }

    /// Parameters and multiply-accumulates for one input.
    pub fn cost(&self) -> Cost {
        match self {
            Self::Paper(network) => network.cost(),
            Self::Residual(network) => network.cost(&Stages::SIDES),
            Self::Segmentation(network) => network.cost(),
            Self::Garment(network) => network.cost(&GarmentStages::SIDES),
        }
    }
}

/// Divides the outputs of a dense layer by `divisor`.
pub(super) fn divide_logits(layer: Linear, divisor: f64) -> Linear {
    Linear {
        weight: layer.weight.map(|weight| weight / divisor),
        bias: layer.bias.map(|bias| bias.map(|bias| bias / divisor)),
    }
}
