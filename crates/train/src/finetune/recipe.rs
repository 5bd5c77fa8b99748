//! How a network is fine-tuned.

use serde::{Deserialize, Serialize};

use super::MaskedCrops;
use crate::training::{Augmentation, OptimizerKind, Recipe, Schedule};
use thimble::network::{Architecture, NetworkName};

/// Everything but the seed and the photos that decides what weights come out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FinetuneRecipe {
    /// The network that is fine-tuned, of those that are shipped.
    pub network: String,
    /// Steps of gradient descent.
    pub steps: usize,
    /// Photos a step.
    pub photos: usize,
    /// Fashion-MNIST's pictures a step, changed as in the network's own training.
    #[serde(alias = "fashion")]
    pub fashion_mnist: usize,
    /// Fashion-MNIST's pictures a step, made to look like photos.
    pub degraded: usize,
    /// The power of a class's number of photos that its share of the photos goes with: 1 for as they
    /// come, 0 for as many of each class.
    pub balance: f64,
    /// Share of the photos a step that show none of the ten classes; their target is all classes
    /// alike.
    pub none: f64,
    /// Share of the network's own former answers in the targets of Fashion-MNIST's pictures.
    #[serde(alias = "memory")]
    pub distillation: f64,
    /// How much the views of photos differ, 1 for as much as written in [`super::draw`].
    pub jitter: f64,
    /// How photos are prepared.
    #[serde(default, alias = "cutouts")]
    pub crops: MaskedCrops,
    /// Probability that a rectangle is painted over.
    #[serde(alias = "erase")]
    pub random_erasing: f64,
    /// What makes steps of gradients.
    pub optimizer: OptimizerKind,
    /// The full learning rate; it rises over the first tenth of the steps and falls to 0 by half a
    /// cosine.
    pub learning_rate: f64,
    /// Share of the weights, times the learning rate, that each step takes away.
    pub weight_decay: f64,
    /// Share of the target that all classes get alike.
    pub label_smoothing: f64,
    /// Decay a step of the moving average of the weights.
    pub average: f64,
}

impl FinetuneRecipe {
    /// The fine-tuning of a network.
    pub fn of(network: NetworkName) -> Self {
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
            crops: MaskedCrops::Usual,
            random_erasing: 0.6,
            optimizer: match network.architecture() {
                Architecture::Paper => OptimizerKind::Adam,
                Architecture::Residual(_) => OptimizerKind::Muon,
            },
            learning_rate: match network.architecture() {
                Architecture::Paper => 2e-3,
                Architecture::Residual(_) => 0.01,
            },
            weight_decay: 0.05,
            label_smoothing: 0.0,
            average: 0.99,
        }
    }

    /// The same in the terms of a network's training from nothing.
    pub(super) fn recipe(&self, architecture: Architecture) -> Recipe {
        Recipe {
            name: self.network.clone(),
            architecture,
            epochs: 1,
            batch: self.photos + self.fashion_mnist + self.degraded,
            optimizer: self.optimizer,
            learning_rate: self.learning_rate,
            schedule: Schedule::OneCycle,
            weight_decay: self.weight_decay,
            label_smoothing: self.label_smoothing,
            teacher: None,
            average: self.average,
            calibrate: false,
            augmentation: Augmentation {
                flip: true,
                shift: 2,
                random_erasing: 0.5,
            },
        }
    }
}
