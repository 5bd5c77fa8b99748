//! Recipes: how a network is trained.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Augmentation, Distillation, Optimization, OptimizerKind, Schedule};
use crate::recipe_json::{RecipeJson, check_keys};
use thimble::network::{Architecture, NetworkName, StagesError, Training};

/// A recipe: everything but the seed and the data that decides the trained weights.
///
/// Reading one from JSON refuses unknown keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Recipe {
    /// The name of the network, and of its recipe.
    pub name: String,
    /// The network's layers.
    #[serde(default = "paper")]
    pub architecture: Architecture,
    /// Passes over the training images.
    pub epochs: usize,
    /// Images per step.
    pub batch: usize,
    /// Optimizer, learning rate, weight decay and moving average.
    #[serde(flatten)]
    pub optimization: Optimization,
    /// The learning rate over the run.
    pub schedule: Schedule,
    /// Label smoothing: the share of the target that is spread over all classes, 0 to below 1 (Szegedy et al., 2015).
    #[serde(default)]
    pub label_smoothing: f64,
    /// Knowledge distillation from teachers, where there is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher: Option<Distillation>,
    /// Whether the logits are divided by a temperature that is fitted on the validation images.
    #[serde(default)]
    pub calibrate: bool,
    /// Augmentation of the training images.
    pub augmentation: Augmentation,
}

/// The architecture of reports from before recipes had one.
fn paper() -> Architecture {
    Architecture::Paper
}

// The derived implementations are inherent functions because of `remote`, so that unknown keys can be refused here:
// `deny_unknown_fields` does not work with `flatten`.
impl Serialize for Recipe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Recipe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(deserializer)?;
        check_keys::<Self>(&json).map_err(serde::de::Error::custom)?;
        Self::deserialize(json).map_err(serde::de::Error::custom)
    }
}

impl RecipeJson for Recipe {
    const NAME: &'static str = "name";
    const OLD_KEYS: &'static [&'static str] = &[
        "augmentation.erase",
        "teacher.network",
        "teacher.looks",
        "teacher.rounds",
    ];

    fn complete() -> Self {
        Self::of(NetworkName::Thimble)
    }
}

/// A recipe that cannot be followed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecipeError {
    /// A number is out of its range.
    #[error("{key} must be {range}, got {value}")]
    Range {
        /// The number's key.
        key: &'static str,
        /// The numbers that are possible.
        range: &'static str,
        /// The number.
        value: f64,
    },
    /// The network cannot be built.
    #[error(transparent)]
    Stages(#[from] StagesError),
    /// The network does not classify images of Fashion-MNIST.
    #[error("the architecture must be \"paper\" or \"residual\": others are for photos")]
    NotFashionMnist,
}

impl Recipe {
    /// The recipe of a network, by its row of the table of networks.
    pub fn of(network: NetworkName) -> Self {
        let study = Self {
            name: network.as_str().to_owned(),
            architecture: network.architecture(),
            epochs: 12,
            batch: 64,
            optimization: Optimization {
                optimizer: OptimizerKind::Adam,
                learning_rate: 1e-3,
                weight_decay: 0.0,
                average: 0.0,
            },
            schedule: Schedule::Constant,
            label_smoothing: 0.0,
            teacher: None,
            calibrate: false,
            augmentation: Augmentation::default(),
        };
        let labels = Self {
            epochs: 60,
            batch: 128,
            optimization: Optimization {
                optimizer: OptimizerKind::Muon,
                learning_rate: 0.03,
                weight_decay: 0.05,
                average: 0.999,
            },
            schedule: Schedule::OneCycle,
            calibrate: true,
            augmentation: Augmentation {
                flip: true,
                shift: 2,
                random_erasing: 0.5,
            },
            ..study.clone()
        };
        match network.spec().training {
            Training::Study => study,
            // With a falling rate and mirrored images, 12 epochs end before the network has fitted.
            Training::StudyPlus => Self {
                epochs: 30,
                schedule: Schedule::Cosine,
                augmentation: Augmentation {
                    flip: true,
                    ..Augmentation::default()
                },
                ..study
            },
            Training::Labels => labels,
            Training::Distilled {
                teachers,
                epochs,
                cached_variants,
            } => Self {
                epochs,
                teacher: Some(match cached_variants {
                    0 => Distillation::uncached(teachers),
                    variants => Distillation::cached(teachers, variants),
                }),
                ..labels
            },
        }
    }

    /// Checks that the recipe can be followed.
    ///
    /// # Errors
    /// [`RecipeError`] names what is out of range.
    pub fn check(&self) -> Result<(), RecipeError> {
        match &self.architecture {
            Architecture::Paper => {}
            Architecture::Residual(stages) => stages.check()?,
            Architecture::Segmentation(_) | Architecture::Garment(_) => {
                return Err(RecipeError::NotFashionMnist);
            }
        }
        const COUNT: &str = "at least 1";
        const SHARE: &str = "0 to 1";
        const BELOW_1: &str = "at least 0 and below 1";
        let count = |key, value: usize| (key, value as f64, value > 0, COUNT);
        let share = |key, value: f64| (key, value, (0.0..=1.0).contains(&value), SHARE);
        let below_1 = |key, value: f64| (key, value, (0.0..1.0).contains(&value), BELOW_1);
        let Optimization {
            learning_rate,
            weight_decay,
            average,
            ..
        } = self.optimization;
        let shift = self.augmentation.shift;
        let mut numbers = vec![
            count("epochs", self.epochs),
            count("batch", self.batch),
            (
                "learning_rate",
                learning_rate,
                learning_rate > 0.0 && learning_rate.is_finite(),
                "a number above 0",
            ),
            (
                "weight_decay",
                weight_decay,
                (0.0..=10.0).contains(&weight_decay),
                "0 to 10",
            ),
            below_1("label_smoothing", self.label_smoothing),
            below_1("average", average),
            (
                "augmentation.shift",
                shift as f64,
                shift < thimble::network::INPUT_SIDE,
                "0 to 27",
            ),
            share(
                "augmentation.random_erasing",
                self.augmentation.random_erasing,
            ),
        ];
        if let Some(teacher) = &self.teacher {
            numbers.extend([
                count("the number of teacher.networks", teacher.networks.len()),
                share("teacher.share", teacher.share),
                (
                    "teacher.temperature",
                    teacher.temperature,
                    (0.1..=100.0).contains(&teacher.temperature),
                    "0.1 to 100",
                ),
            ]);
        }
        for (key, value, is_possible, range) in numbers {
            if !is_possible {
                return Err(RecipeError::Range { key, range, value });
            }
        }
        Ok(())
    }

    /// The seed of the augmentation, and which variant of the data set it makes, in epoch `epoch` of a run with seed
    /// `seed`. With cached soft labels, epochs and seeds share the variants.
    pub(super) fn epoch_variant(&self, seed: u64, epoch: usize) -> (u64, usize) {
        /// The seed of all runs that share their soft labels.
        const SHARED: u64 = 0;
        let teacher = self.teacher.as_ref();
        match teacher.map_or(0, |teacher| teacher.cached_variants) {
            0 => (seed, epoch),
            cached_variants => (SHARED, epoch % cached_variants),
        }
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match serde_json::to_string(self) {
            Ok(text) => f.write_str(&text),
            Err(_) => f.write_str(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_repeat_and_are_shared_by_all_seeds_once_soft_labels_are_cached() {
        let mut recipe = Recipe::of(NetworkName::Paper);
        assert_eq!(recipe.epoch_variant(3, 7), (3, 7));
        recipe.teacher = Some(Distillation::uncached(&[NetworkName::Paper]));
        assert_eq!(recipe.epoch_variant(3, 7), (3, 7));
        recipe.teacher.as_mut().unwrap().cached_variants = 5;
        assert_eq!(recipe.epoch_variant(3, 7), recipe.epoch_variant(4, 2));
        assert_ne!(recipe.epoch_variant(3, 7), recipe.epoch_variant(3, 8));
    }

    #[test]
    fn paper_recipe_is_the_bare_recipe_of_the_study() {
        let recipe = Recipe::of(NetworkName::Paper);
        let rate = recipe.optimization.learning_rate * recipe.schedule.factor(7, 10);
        assert_eq!((recipe.epochs, recipe.batch, rate), (12, 64, 1e-3));
        assert_eq!(recipe.augmentation, Augmentation::default());
    }

    #[test]
    fn recipes_of_the_table_are_those_of_the_model_cards() {
        let model = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../model");
        for network in NetworkName::ALL {
            let card = std::fs::read_to_string(model.join(format!("{network}.json"))).unwrap();
            let card: Value = serde_json::from_str(&card).unwrap();
            let recipe = Recipe::of(network);
            assert_eq!(serde_json::to_value(&recipe).unwrap(), card["recipe"]);
            assert_eq!(
                serde_json::from_value(card["recipe"].clone()).ok(),
                Some(recipe)
            );
        }
    }

    #[test]
    fn recipes_of_all_networks_pass_the_check() {
        for network in NetworkName::ALL {
            assert_eq!(Recipe::of(network).check(), Ok(()));
        }
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        let mut recipe = Recipe::of(NetworkName::Paper);
        recipe.optimization.average = 1.0;
        let error = recipe.check().unwrap_err().to_string();
        assert_eq!(error, "average must be at least 0 and below 1, got 1");
        let recipe = Recipe {
            epochs: 0,
            ..Recipe::of(NetworkName::Paper)
        };
        let error = recipe.check().unwrap_err().to_string();
        assert_eq!(error, "epochs must be at least 1, got 0");
    }
}
