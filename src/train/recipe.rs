//! How a network is trained.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::network::NetworkName;

/// How the learning rate goes over the steps of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// The same all along.
    Constant,
    /// Half a cosine from the full rate down to 0 (Loshchilov and Hutter, 2016, no restarts).
    Cosine,
}

/// Changes made to a training picture, drawn anew each epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Augmentation {
    /// Mirrored left to right with probability one half.
    pub flip: bool,
    /// Moved by up to this many pixels each way, black coming in.
    pub shift: usize,
}

/// A recipe: everything but the seed that decides what weights come out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The network's name, and the recipe's.
    pub name: String,
    /// Passes over the training pictures.
    pub epochs: usize,
    /// Pictures a step.
    pub batch: usize,
    /// Adam's learning rate (β 0.9 and 0.999, ε 1e-8).
    pub learning_rate: f64,
    /// How the learning rate goes.
    pub schedule: Schedule,
    /// Changes to the training pictures.
    pub augmentation: Augmentation,
}

impl Recipe {
    /// The recipe of a network.
    pub fn of(network: NetworkName) -> Self {
        let paper = Self {
            name: network.as_str().to_owned(),
            epochs: 12,
            batch: 64,
            learning_rate: 1e-3,
            schedule: Schedule::Constant,
            augmentation: Augmentation::default(),
        };
        match network {
            NetworkName::Paper => paper,
            // 12 epochs of a falling rate and mirrored pictures stop before they have fitted.
            NetworkName::PaperPlus => Self {
                epochs: 30,
                schedule: Schedule::Cosine,
                augmentation: Augmentation {
                    flip: true,
                    shift: 0,
                },
                ..paper
            },
        }
    }

    /// The learning rate of step `step` of `steps`, both counted over the whole run.
    pub fn rate(&self, step: usize, steps: usize) -> f64 {
        match self.schedule {
            Schedule::Constant => self.learning_rate,
            Schedule::Cosine => {
                let progress = step as f64 / steps.max(1) as f64;
                self.learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
            }
        }
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            epochs,
            batch,
            learning_rate,
            schedule,
            augmentation,
        } = self;
        write!(
            f,
            "{name}: {epochs} epochs, batch {batch}, learning rate {learning_rate} "
        )?;
        write!(
            f,
            "({schedule:?}), flip {}, shift {}",
            augmentation.flip, augmentation.shift
        )
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
    fn the_paper_s_recipe_is_the_study_s() {
        let recipe = Recipe::of(NetworkName::Paper);
        assert_eq!(
            (recipe.epochs, recipe.batch, recipe.rate(7, 10)),
            (12, 64, 1e-3)
        );
        assert_eq!(recipe.augmentation, Augmentation::default());
    }
}
