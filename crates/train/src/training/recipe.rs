//! How a network is trained.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Augmentation, Teacher};
use thimble::network::{Architecture, NetworkName, StagesError};

/// How the learning rate goes over the steps of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// The same all along.
    Constant,
    /// Half a cosine from the full rate down to 0 (Loshchilov and Hutter, 2016, no restarts).
    Cosine,
    /// A rise from 0 over the first tenth of the steps, then half a cosine down to 0 (after Smith
    /// and Topin, 2017).
    OneCycle,
}

/// What makes steps of gradients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    /// Adam, β 0.9 and 0.999, ε 1e-8; weight decay decoupled (AdamW).
    #[default]
    Adam,
    /// Gradient descent with Nesterov momentum 0.9.
    Sgd,
    /// Muon with momentum 0.95 for the convolutions, its steps scaled to those of Adam (Liu et
    /// al., 2025), and Adam for all else.
    Muon,
}

/// A recipe: everything but the seed that decides what weights come out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The network's name, and the recipe's.
    pub name: String,
    /// What the network is made of.
    #[serde(default = "paper")]
    pub architecture: Architecture,
    /// Passes over the training pictures.
    pub epochs: usize,
    /// Pictures a step.
    pub batch: usize,
    /// What makes steps of gradients.
    #[serde(default)]
    pub optimizer: OptimizerKind,
    /// The full learning rate.
    pub learning_rate: f64,
    /// How the learning rate goes.
    pub schedule: Schedule,
    /// Share of the weights, times the learning rate, that each step takes away; not of biases nor
    /// of normalisations.
    #[serde(default)]
    pub weight_decay: f64,
    /// Share of the target that all classes get alike (Szegedy et al., 2015).
    #[serde(default)]
    pub label_smoothing: f64,
    /// Networks to learn from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher: Option<Teacher>,
    /// Decay a step of the moving average of the weights that is scored and shipped; 0 for none.
    #[serde(default)]
    pub average: f64,
    /// Whether the logits are divided by a temperature fitted on the validation pictures.
    #[serde(default)]
    pub calibrate: bool,
    /// Changes to the training pictures.
    pub augmentation: Augmentation,
}

/// The architecture of reports from before recipes had one.
fn paper() -> Architecture {
    Architecture::Paper
}

/// The recipe cannot be followed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecipeError {
    /// A number is out of its range.
    #[error("{what} is {value}, and {range} is possible")]
    Range {
        /// What the number is.
        what: &'static str,
        /// The number.
        value: f64,
        /// What is possible.
        range: &'static str,
    },
    /// The network cannot be built.
    #[error(transparent)]
    Stages(#[from] StagesError),
}

impl Recipe {
    /// The recipe of a network.
    pub fn of(network: NetworkName) -> Self {
        let paper = Self {
            name: network.as_str().to_owned(),
            architecture: network.architecture(),
            epochs: 12,
            batch: 64,
            optimizer: OptimizerKind::Adam,
            learning_rate: 1e-3,
            schedule: Schedule::Constant,
            weight_decay: 0.0,
            label_smoothing: 0.0,
            teacher: None,
            average: 0.0,
            calibrate: false,
            augmentation: Augmentation::default(),
        };
        let from_labels = Self {
            epochs: 60,
            batch: 128,
            optimizer: OptimizerKind::Muon,
            learning_rate: 0.03,
            schedule: Schedule::OneCycle,
            weight_decay: 0.05,
            average: 0.999,
            calibrate: true,
            augmentation: Augmentation {
                flip: true,
                shift: 2,
                random_erasing: 0.5,
            },
            ..paper.clone()
        };
        match network {
            NetworkName::Paper => paper,
            // 12 epochs of a falling rate and mirrored pictures stop before they have fitted.
            NetworkName::PaperPlus => Self {
                epochs: 30,
                schedule: Schedule::Cosine,
                augmentation: Augmentation {
                    flip: true,
                    ..Augmentation::default()
                },
                ..paper
            },
            NetworkName::ThimbleTiny
            | NetworkName::ThimbleSmall
            | NetworkName::ThimbleMedium
            | NetworkName::Thimble => Self {
                // An epoch of this one takes as long as two and a half of the others'.
                epochs: match network {
                    NetworkName::Thimble => 100,
                    _ => 150,
                },
                teacher: Some(Teacher {
                    share: 0.9,
                    tta_views: 2,
                    cached_variants: 20,
                    ..Teacher::of(&[NetworkName::ThimbleTeacher2, NetworkName::ThimbleTeacher])
                }),
                ..from_labels
            },
            NetworkName::ThimbleTeacher2 => Self {
                teacher: Some(Teacher::of(&[NetworkName::ThimbleTeacher])),
                ..from_labels
            },
            NetworkName::ThimbleTeacher => from_labels,
        }
    }

    /// Whether the recipe can be followed.
    ///
    /// # Errors
    /// [`RecipeError`] where it cannot.
    pub fn check(&self) -> Result<(), RecipeError> {
        if let Architecture::Residual(stages) = &self.architecture {
            stages.check()?;
        }
        let share = "0 to 1";
        let (teachers, teacher_share, teacher_temperature) = match &self.teacher {
            Some(teacher) => (teacher.networks.len(), teacher.share, teacher.temperature),
            None => (1, 0.0, 1.0),
        };
        let below_1 = 0.0..1.0;
        for (what, value, is_possible, range) in [
            ("epochs", self.epochs as f64, self.epochs > 0, "1 and more"),
            ("batch", self.batch as f64, self.batch > 0, "1 and more"),
            (
                "learning_rate",
                self.learning_rate,
                self.learning_rate > 0.0 && self.learning_rate.is_finite(),
                "a number above 0",
            ),
            (
                "weight_decay",
                self.weight_decay,
                (0.0..=10.0).contains(&self.weight_decay),
                "0 to 10",
            ),
            (
                "label_smoothing",
                self.label_smoothing,
                below_1.contains(&self.label_smoothing),
                share,
            ),
            (
                "average",
                self.average,
                below_1.contains(&self.average),
                share,
            ),
            (
                "teacher.networks",
                teachers as f64,
                teachers > 0,
                "1 and more",
            ),
            (
                "teacher.share",
                teacher_share,
                (0.0..=1.0).contains(&teacher_share),
                share,
            ),
            (
                "teacher.temperature",
                teacher_temperature,
                (0.1..=100.0).contains(&teacher_temperature),
                "0.1 to 100",
            ),
            (
                "augmentation.shift",
                self.augmentation.shift as f64,
                self.augmentation.shift < thimble::network::INPUT_SIDE,
                "0 to 27",
            ),
            (
                "augmentation.random_erasing",
                self.augmentation.random_erasing,
                (0.0..=1.0).contains(&self.augmentation.random_erasing),
                share,
            ),
        ] {
            if !is_possible {
                return Err(RecipeError::Range { what, value, range });
            }
        }
        Ok(())
    }

    /// The seed of the changes to the pictures and the number of the drawing, where a run of seed
    /// `seed` is in epoch `epoch`.
    pub(super) fn drawing(&self, seed: u64, epoch: usize) -> (u64, usize) {
        /// Of all runs that share their teachers' answers.
        const SHARED: u64 = 0;
        match self
            .teacher
            .as_ref()
            .map_or(0, |teacher| teacher.cached_variants)
        {
            0 => (seed, epoch),
            cached_variants => (SHARED, epoch % cached_variants),
        }
    }

    /// The learning rate of step `step` of `steps`, both counted over the whole run.
    pub fn rate(&self, step: usize, steps: usize) -> f64 {
        let progress = step as f64 / steps.max(1) as f64;
        let cosine = |progress: f64| 0.5 * (1.0 + (std::f64::consts::PI * progress).cos());
        const RISE: f64 = 0.1;
        self.learning_rate
            * match self.schedule {
                Schedule::Constant => 1.0,
                Schedule::Cosine => cosine(progress),
                // The first step is not for nothing.
                Schedule::OneCycle if progress < RISE => {
                    (step + 1) as f64 / (RISE * steps as f64 + 1.0)
                }
                Schedule::OneCycle => cosine((progress - RISE) / (1.0 - RISE)),
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
    fn the_cosine_goes_from_the_full_rate_to_nothing() {
        let recipe = Recipe::of(NetworkName::PaperPlus);
        assert_eq!(recipe.rate(0, 100), 1e-3);
        assert!((recipe.rate(50, 100) - 0.5e-3).abs() < 1e-12);
        assert!(recipe.rate(100, 100).abs() < 1e-12);
    }

    #[test]
    fn changes_come_again_after_the_rounds_and_then_for_every_seed() {
        let mut recipe = Recipe::of(NetworkName::Paper);
        assert_eq!(recipe.drawing(3, 7), (3, 7));
        recipe.teacher = Some(Teacher::of(&[NetworkName::Paper]));
        assert_eq!(recipe.drawing(3, 7), (3, 7));
        recipe.teacher.as_mut().unwrap().cached_variants = 5;
        assert_eq!(recipe.drawing(3, 7), recipe.drawing(4, 2));
        assert_ne!(recipe.drawing(3, 7), recipe.drawing(3, 8));
    }

    #[test]
    fn one_cycle_rises_and_falls() {
        let recipe = Recipe {
            schedule: Schedule::OneCycle,
            learning_rate: 1.0,
            ..Recipe::of(NetworkName::Paper)
        };
        let rates: Vec<f64> = (0..=1000).map(|step| recipe.rate(step, 1000)).collect();
        assert!(rates[0] > 0.0 && rates[0] < 0.02);
        assert!(rates[..100].is_sorted() && rates[100..].is_sorted_by(|a, b| a >= b));
        assert!((rates[100] - 1.0).abs() < 1e-12 && rates[1000].abs() < 1e-12);
    }

    #[test]
    fn the_paper_s_recipe_is_the_study_s() {
        let recipe = Recipe::of(NetworkName::Paper);
        assert_eq!(
            (recipe.epochs, recipe.batch, recipe.rate(7, 10)),
            (12, 64, 1e-3)
        );
        assert_eq!(recipe.augmentation, Augmentation::default());
    }

    #[test]
    fn every_network_s_recipe_can_be_followed_and_others_not() {
        for network in NetworkName::ALL {
            assert_eq!(Recipe::of(network).check(), Ok(()));
        }
        let recipe = Recipe {
            average: 1.0,
            ..Recipe::of(NetworkName::Paper)
        };
        assert!(
            recipe
                .check()
                .unwrap_err()
                .to_string()
                .contains("average is 1")
        );
    }
}
