//! Recipes of training for garments in photos.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::recipe_json::{RecipeJson, check_keys};
use crate::training::{Optimization, OptimizerKind, Rounding};
use thimble::network::GarmentStages;

/// A recipe of training for garments in photos: everything but the seed and the data that decides the weights.
///
/// Reading one from JSON refuses unknown keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct GarmentRecipe {
    /// The network.
    pub stages: GarmentStages,
    /// Steps on made-up examples alone, before all others; the folds share them.
    #[serde(default)]
    pub pretraining: usize,
    /// Steps. The learning rate follows one cycle over them.
    pub steps: usize,
    /// Garments of photos of worn clothes per step; with 0 nothing of these photos is used, not even as backgrounds.
    pub worn: usize,
    /// Photos of single garments per step.
    pub flat: usize,
    /// Made-up examples per step: images of Fashion-MNIST on other backgrounds, and textures.
    pub synthetic: usize,
    /// Share of the photos of single garments whose garment is cut out and pasted on another background, 0 to 1.
    #[serde(default)]
    pub pasted: f64,
    /// Class balance: a class of n garments is drawn in proportion to n to this power.
    pub balance: f64,
    /// Share of the garments of photos per step that are none of the ten, 0 to 1.
    pub none: f64,
    /// Strength of the random changes of place, size and colour: 1 for the ranges in `garment::subject`, 0 for none.
    pub jitter: f64,
    /// Random erasing: the probability, 0 to 1, that a grey rectangle covers some of the input.
    pub random_erasing: f64,
    /// Whether the network sees the probabilities of the parts.
    pub parts: bool,
    /// Whether the network sees the garment's mask.
    #[serde(default)]
    pub mask: bool,
    /// Whether the network sees colours; otherwise it sees the luma three times.
    pub colour: bool,
    /// How the weights are rounded in the last steps.
    #[serde(flatten)]
    pub rounding: Rounding,
    /// Optimizer, learning rate, weight decay and moving average.
    #[serde(flatten)]
    pub optimization: Optimization,
}

// As for `training::Recipe`.
impl Serialize for GarmentRecipe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for GarmentRecipe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(deserializer)?;
        check_keys::<Self>(&json).map_err(serde::de::Error::custom)?;
        Self::deserialize(json).map_err(serde::de::Error::custom)
    }
}

impl RecipeJson for GarmentRecipe {
    const NAME: &'static str = "stages";
    const OLD_KEYS: &'static [&'static str] = &[];

    fn complete() -> Self {
        Self::default()
    }
}

impl Default for GarmentRecipe {
    fn default() -> Self {
        Self {
            stages: GarmentStages {
                widths: [16, 32, 48, 64],
                blocks: [0, 1, 1, 1],
            },
            pretraining: 4000,
            steps: 4000,
            worn: 32,
            flat: 64,
            synthetic: 24,
            pasted: 0.25,
            balance: 0.55,
            none: 0.25,
            jitter: 1.2,
            random_erasing: 0.45,
            parts: true,
            mask: true,
            colour: true,
            rounding: Rounding {
                rounded: 0.3,
                max_abs: 5,
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
