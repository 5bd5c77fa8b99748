//! Network architectures.

use serde::{Deserialize, Serialize};

use super::INPUT_SIDE;

/// Filters of the paper's two convolutions.
pub const PAPER_FILTERS: [usize; 2] = [16, 32];
/// Width of the paper's hidden layer.
pub const PAPER_HIDDEN: usize = 128;
/// Side of the paper's feature maps after two 2x2 poolings, in pixels.
pub const PAPER_POOLED_SIDE: usize = INPUT_SIDE / 4;

/// Channels must be a multiple of this, the output channels of one kernel tile.
const CHANNEL_STEP: usize = 16;

/// The layers of a network, without weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// Two convolutions and two dense layers, as in the study.
    Paper,
    /// 3x3 convolutions in three stages with residual blocks.
    Residual(Stages),
}

/// A residual network for 28x28 inputs: three stages at 28, 14 and 7 pixels a side, each a
/// 3x3 convolution (of stride 2 except in the first stage) and then blocks of two 3x3 convolutions with a
/// residual sum (He et al., 2015), each convolution with normalisation and ReLU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stages {
    /// Channels of each stage, multiples of 16 up to 256.
    pub widths: [usize; 3],
    /// Residual blocks of each stage, up to 16.
    pub blocks: [usize; 3],
    /// The layers from the last stage to the logits.
    pub head: Head,
}

/// The layers from the last feature map, `[7, 7, channels]`, to the ten logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Head {
    /// Global average pooling, then a dense layer.
    Mean,
    /// A weighted sum over the pixels with trained weights for each channel, then a dense layer.
    Weighted,
    /// A dense layer over all pixels and channels.
    Flat,
}

/// The stages are not supported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "widths must be multiples of 16 from 16 to 256 and blocks at most 16 in each stage, got widths {:?} and \
     blocks {:?}",
    .0.widths, .0.blocks
)]
pub struct StagesError(Stages);

impl Stages {
    /// Side of each stage's feature maps, in pixels.
    pub const SIDES: [usize; 3] = [INPUT_SIDE, INPUT_SIDE / 2, INPUT_SIDE / 4];

    /// Checks widths and numbers of blocks.
    ///
    /// # Errors
    /// [`StagesError`] if one is out of range.
    pub fn check(&self) -> Result<(), StagesError> {
        let widths = self.widths.iter();
        let widths_fit = widths.clone().all(|width| {
            width.is_multiple_of(CHANNEL_STEP) && (CHANNEL_STEP..=256).contains(width)
        });
        if widths_fit && self.blocks.iter().all(|blocks| *blocks <= 16) {
            Ok(())
        } else {
            Err(StagesError(*self))
        }
    }
}
