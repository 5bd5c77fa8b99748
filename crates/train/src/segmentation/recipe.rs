//! Recipes of training for segmentation.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::recipe_json::{RecipeJson, check_keys};
use crate::training::{Optimization, OptimizerKind, Rounding};
use thimble::network::Levels;

/// A recipe of training for segmentation: everything but the seed and the data that decides the weights.
///
/// Reading one from JSON refuses unknown keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct SegmentationRecipe {
    /// The network.
    pub levels: Levels,
    /// Steps. The learning rate follows one cycle over them.
    pub steps: usize,
    /// Photos of worn clothes per step; with 0 nothing of these photos is used, not even as backgrounds.
    pub worn: usize,
    /// Photos of single garments per step.
    pub garments: usize,
    /// Made-up examples per step: textures, and garments on other backgrounds.
    pub synthetic: usize,
    /// The weight of a part in the loss: the share of its pixels to the power of minus this.
    pub balance: f64,
    /// Strength of the changes of colour: 1 for the ranges in `segmentation::draw`, 0 for none.
    pub colour_jitter: f64,
    /// How the weights are rounded in the last steps.
    #[serde(flatten)]
    pub rounding: Rounding,
    /// Optimizer, learning rate, weight decay and moving average.
    #[serde(flatten)]
    pub optimization: Optimization,
}

// As for `training::Recipe`.
impl Serialize for SegmentationRecipe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for SegmentationRecipe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(deserializer)?;
        check_keys::<Self>(&json).map_err(serde::de::Error::custom)?;
        Self::deserialize(json).map_err(serde::de::Error::custom)
    }
}

impl RecipeJson for SegmentationRecipe {
    const NAME: &'static str = "levels";
    const OLD_KEYS: &'static [&'static str] = &[];

    fn complete() -> Self {
        Self::default()
    }
}

impl Default for SegmentationRecipe {
    fn default() -> Self {
        Self {
            levels: Levels {
                side: 128,
                widths: [16, 32, 32, 48],
                blocks: [1, 1, 1, 2],
            },
            steps: 4000,
            worn: 18,
            garments: 7,
            synthetic: 7,
            balance: 0.3,
            colour_jitter: 1.0,
            rounding: Rounding {
                rounded: 0.3,
                max_abs: 6,
            },
            optimization: Optimization {
                optimizer: OptimizerKind::Muon,
                learning_rate: 0.01,
                weight_decay: 0.05,
                average: 0.99,
            },
        }
    }
}
