//! Recipes of training for masked crops.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::recipe_json::{RecipeJson, check_keys};
use crate::training::{Optimization, OptimizerKind, Rounding};
use thimble::network::NetworkName;

/// A recipe of training for masked crops: everything but the seed and the data that decides the weights.
///
/// Reading one from JSON refuses unknown keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct CropRecipe {
    /// The network that it starts from, a shipped one, whose layers it keeps.
    pub network: String,
    /// Steps. The learning rate follows one cycle over them.
    pub steps: usize,
    /// Crops of photos per step.
    pub photos: usize,
    /// Images of Fashion-MNIST per step, as masked crops.
    pub fashion_mnist: usize,
    /// Textures per step, as masked crops that show none of the ten classes.
    #[serde(default)]
    pub textures: usize,
    /// Class balance: a class of n photos is drawn in proportion to n to this power.
    pub balance: f64,
    /// Share of the crops of photos per step that show none of the ten classes, 0 to 1.
    pub none: f64,
    /// Strength of the random views: 1 for the ranges in `crop::batch`, 0 for none.
    pub jitter: f64,
    /// Random erasing: its probability, 0 to 1.
    pub random_erasing: f64,
    /// How the weights are rounded in the last steps.
    #[serde(flatten)]
    pub rounding: Rounding,
    /// Optimizer, learning rate, weight decay and moving average.
    #[serde(flatten)]
    pub optimization: Optimization,
}

// As for `training::Recipe`.
impl Serialize for CropRecipe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for CropRecipe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(deserializer)?;
        check_keys::<Self>(&json).map_err(serde::de::Error::custom)?;
        Self::deserialize(json).map_err(serde::de::Error::custom)
    }
}

impl RecipeJson for CropRecipe {
    const NAME: &'static str = "network";
    const OLD_KEYS: &'static [&'static str] = &[];

    fn complete() -> Self {
        Self::default()
    }
}

impl Default for CropRecipe {
    fn default() -> Self {
        Self {
            network: NetworkName::ThimbleMedium.as_str().to_owned(),
            steps: 6000,
            photos: 96,
            fashion_mnist: 24,
            textures: 8,
            balance: 0.55,
            none: 0.2,
            jitter: 1.4,
            random_erasing: 0.6,
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
