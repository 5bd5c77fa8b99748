//! Network architectures.

use serde::{Deserialize, Serialize};

use super::INPUT_SIDE;
use crate::labels::{CLASSES, OTHER_KINDS};
use crate::parts::PARTS;

/// Filters of the paper's two convolutions.
pub const PAPER_FILTERS: [usize; 2] = [16, 32];
/// Width of the paper's hidden layer.
pub const PAPER_HIDDEN: usize = 128;
/// Side of the paper's feature maps after two 2x2 poolings, in pixels.
pub const PAPER_POOLED_SIDE: usize = INPUT_SIDE / 4;

/// Channels must be a multiple of this, the output channels of one kernel tile.
const CHANNEL_STEP: usize = 16;
/// Most residual blocks of a stage or level.
const MAX_BLOCKS: usize = 16;

/// The layers of a network, without weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// Two convolutions and two dense layers, as in the study.
    Paper,
    /// 3x3 convolutions in three stages with residual blocks.
    Residual(Stages),
    /// An encoder and a decoder for semantic segmentation.
    Segmentation(Levels),
    /// 3x3 convolutions in four stages with residual blocks, for garments in photos.
    Garment(GarmentStages),
}

impl Architecture {
    /// Returns height, width and channels of one input, whose values are from 0 to 1, in NHWC order.
    pub fn input_shape(&self) -> [usize; 3] {
        match self {
            Self::Paper | Self::Residual(_) => [INPUT_SIDE, INPUT_SIDE, 1],
            Self::Segmentation(levels) => [levels.side, levels.side, Levels::CHANNELS],
            Self::Garment(_) => [
                GarmentStages::SIDES[0],
                GarmentStages::SIDES[0],
                GarmentStages::CHANNELS,
            ],
        }
    }

    /// Returns the number of values of one input.
    pub fn input_values(&self) -> usize {
        self.input_shape().iter().product()
    }

    /// Returns the number of logits of one input: ten, those of [`GarmentStages::OUTPUTS`], or ten for each pixel of a
    /// segmentation.
    pub fn output_values(&self) -> usize {
        match self {
            Self::Paper | Self::Residual(_) => CLASSES,
            Self::Garment(_) => GarmentStages::OUTPUTS,
            Self::Segmentation(levels) => levels.output_side().pow(2) * PARTS,
        }
    }
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

/// A residual network for garments in photos: as [`Stages`], with four stages at 64, 32, 16 and 8 pixels a side and a
/// [weighted](Head::Weighted) head.
///
/// Its input has [`GarmentStages::CHANNELS`] channels: red, green and blue, 0 to 1; the probabilities of the ten
/// [parts](crate::parts::Part); 1 inside the garment's box, else 0; 1 on the photo, 0 beyond its edges; and the
/// probability that the pixel shows the garment. Its outputs are the logits of the ten classes and of the
/// [other kinds](crate::labels::OtherKind); the logit of everything else is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GarmentStages {
    /// Channels of each stage, multiples of 16 up to 256.
    pub widths: [usize; 4],
    /// Residual blocks of each stage, up to 16.
    pub blocks: [usize; 4],
}

impl GarmentStages {
    /// Side of each stage's feature maps, in pixels.
    pub const SIDES: [usize; 4] = [64, 32, 16, 8];
    /// Input channels.
    pub const CHANNELS: usize = 16;
    /// Logits.
    pub const OUTPUTS: usize = CLASSES + OTHER_KINDS;

    /// Checks widths and numbers of blocks.
    ///
    /// # Errors
    /// [`GarmentStagesError`] if one is out of range.
    pub fn check(&self) -> Result<(), GarmentStagesError> {
        let widths_fit = self.widths.iter().all(|width| is_supported_width(*width));
        if widths_fit && self.blocks.iter().all(|blocks| *blocks <= MAX_BLOCKS) {
            Ok(())
        } else {
            Err(GarmentStagesError(*self))
        }
    }
}

/// The stages are not supported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "widths must be multiples of 16 from 16 to 256 and blocks at most 16 in each stage, got widths {:?} and \
     blocks {:?}",
    .0.widths, .0.blocks
)]
pub struct GarmentStagesError(GarmentStages);

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

/// A network for semantic segmentation after U-Net (Ronneberger et al., 2015), with sums instead of
/// concatenations.
///
/// The encoder has four levels at a half, a quarter, an eighth and a sixteenth of the input's side: each a 3x3
/// convolution of stride 2 and then residual blocks of two 3x3 convolutions. The decoder goes back up to half the
/// side: each step doubles the size by repeating pixels, and then a 3x3 convolution adds the encoder's output of
/// that level. Each convolution is followed by normalisation and ReLU. A dense layer maps the channels of each
/// pixel to the logits of the ten [parts](crate::parts::Part).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Levels {
    /// Side of the square input in pixels, a multiple of 16 from 32 to 256.
    pub side: usize,
    /// Channels of each level, multiples of 16 up to 256.
    pub widths: [usize; 4],
    /// Residual blocks of each level, up to 16.
    pub blocks: [usize; 4],
}

/// The levels are not supported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the side must be a multiple of 16 from 32 to 256, widths multiples of 16 from 16 to 256 and blocks at most 16 in \
     each level, got side {}, widths {:?} and blocks {:?}",
    .0.side, .0.widths, .0.blocks
)]
pub struct LevelsError(Levels);

impl Levels {
    /// Input channels: red, green and blue.
    pub const CHANNELS: usize = 3;

    /// Returns the side of the output in pixels: half the input's.
    pub fn output_side(&self) -> usize {
        self.side / 2
    }

    /// Returns the side of a level's feature maps in pixels.
    pub fn level_side(&self, level: usize) -> usize {
        self.side >> (level + 1)
    }

    /// Checks side, widths and numbers of blocks.
    ///
    /// # Errors
    /// [`LevelsError`] if one is out of range.
    pub fn check(&self) -> Result<(), LevelsError> {
        let side_fits = self.side.is_multiple_of(16) && (32..=256).contains(&self.side);
        let widths_fit = self.widths.iter().all(|width| is_supported_width(*width));
        if side_fits && widths_fit && self.blocks.iter().all(|blocks| *blocks <= MAX_BLOCKS) {
            Ok(())
        } else {
            Err(LevelsError(*self))
        }
    }
}

/// Returns whether the kernels support this number of channels.
fn is_supported_width(width: usize) -> bool {
    width.is_multiple_of(CHANNEL_STEP) && (CHANNEL_STEP..=256).contains(&width)
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
        let widths_fit = self.widths.iter().all(|width| is_supported_width(*width));
        if widths_fit && self.blocks.iter().all(|blocks| *blocks <= MAX_BLOCKS) {
            Ok(())
        } else {
            Err(StagesError(*self))
        }
    }
}
