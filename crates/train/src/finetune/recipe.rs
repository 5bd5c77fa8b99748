//! Recipes of fine-tuning.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::Cropping;
use crate::recipe_json::{RecipeJson, check_keys};
use crate::training::{Optimization, OptimizerKind};
use thimble::network::{Architecture, NetworkName};

/// A recipe of fine-tuning: everything but the seed and the data that decides the fine-tuned weights.
///
/// Reading one from JSON refuses unknown keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct FinetuneRecipe {
    /// The backbone, a shipped network.
    pub network: String,
    /// Steps. The learning rate follows one cycle over them.
    pub steps: usize,
    /// Photos per step.
    pub photos: usize,
    /// Fashion-MNIST images per step, augmented as in training.
    #[serde(alias = "fashion")]
    pub fashion_mnist: usize,
    /// Fashion-MNIST images per step that are made to look like photos.
    pub degraded: usize,
    /// Class balance: a class of n photos is drawn in proportion to n to this power; 1 draws the photos as they come,
    /// 0 every class alike.
    pub balance: f64,
    /// Share of the photos per step that show none of the ten classes, 0 to 1. Their target is uniform.
    pub none: f64,
    /// Self-distillation: the share of the backbone's probabilities in the targets of Fashion-MNIST images, 0 to 1.
    #[serde(alias = "memory")]
    pub distillation: f64,
    /// Strength of the random views of photos: 1 for the ranges in `finetune::batch_mix`, 0 for none.
    pub jitter: f64,
    /// How photos are cropped.
    #[serde(default, alias = "cutouts")]
    pub crops: Cropping,
    /// Random erasing: its probability, 0 to 1.
    #[serde(alias = "erase")]
    pub random_erasing: f64,
    /// Optimizer, learning rate, weight decay and moving average.
    #[serde(flatten)]
    pub optimization: Optimization,
    /// Label smoothing: the share of the target that is spread over all classes, 0 to below 1.
    pub label_smoothing: f64,
}

// As for `training::Recipe`.
impl Serialize for FinetuneRecipe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for FinetuneRecipe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(deserializer)?;
        check_keys::<Self>(&json).map_err(serde::de::Error::custom)?;
        Self::deserialize(json).map_err(serde::de::Error::custom)
    }
}

impl RecipeJson for FinetuneRecipe {
    const NAME: &'static str = "network";
    const OLD_KEYS: &'static [&'static str] = &["fashion", "memory", "cutouts", "erase"];

    fn complete() -> Self {
        Self::of(NetworkName::PHOTO_BACKBONE)
    }
}

impl FinetuneRecipe {
    /// The recipe that fine-tunes a network.
    pub fn of(network: NetworkName) -> Self {
        let (optimizer, learning_rate) = match network.architecture() {
            Architecture::Paper => (OptimizerKind::Adam, 2e-3),
            Architecture::Residual(_)
            | Architecture::Segmentation(_)
            | Architecture::Garment(_) => (OptimizerKind::Muon, 0.01),
        };
        Self {
            network: network.as_str().to_owned(),
            steps: 6000,
            photos: 96,
            fashion_mnist: 0,
            degraded: 24,
            balance: 0.55,
            none: 0.1,
            distillation: 0.5,
            jitter: 1.4,
            crops: Cropping::Usual,
            random_erasing: 0.6,
            optimization: Optimization {
                optimizer,
                learning_rate,
                weight_decay: 0.05,
                average: 0.99,
            },
            label_smoothing: 0.0,
        }
    }
}
