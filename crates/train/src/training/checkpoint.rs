//! Checkpoints after epochs, from which a run resumes exactly.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::state_files::{self, CheckpointError};
use super::{Recipe, TrainingData, TrainingState};

/// Scores at the end of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochScores {
    /// Number of the epoch, from 1.
    pub epoch: usize,
    /// Mean loss over the steps of the epoch.
    pub train_loss: f64,
    /// Accuracy over the steps of the epoch, 0 to 1.
    pub train_accuracy: f64,
    /// Mean cross-entropy on the validation images after the epoch.
    pub validation_loss: f64,
    /// Accuracy on the validation images after the epoch, 0 to 1.
    pub validation_accuracy: f64,
}

/// The state of a run after a whole number of epochs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The recipe.
    pub recipe: Recipe,
    /// The training data.
    pub data: TrainingData,
    /// The seed.
    pub seed: u64,
    /// Threads, as last used.
    pub threads: usize,
    /// Seconds of training so far, including those before the run was resumed.
    pub seconds: f64,
    /// Scores of the epochs so far.
    pub curve: Vec<EpochScores>,
}

impl Checkpoint {
    /// Writes the checkpoint into `folder` and replaces the last one.
    ///
    /// # Errors
    /// [`CheckpointError`]; the last checkpoint then stays complete.
    pub fn save(&self, folder: &Path, state: &TrainingState) -> Result<(), CheckpointError> {
        state_files::save(folder, &self.epoch(), self, state)
    }

    /// Reads the checkpoint in `folder` into `fresh`, the state before the first step; `None` where there is none.
    ///
    /// # Errors
    /// [`CheckpointError`] where it cannot be read.
    pub fn load(
        folder: &Path,
        fresh: TrainingState,
    ) -> Result<Option<(Self, TrainingState)>, CheckpointError> {
        let Some(checkpoint) = state_files::description::<Self>(folder)? else {
            return Ok(None);
        };
        let state = state_files::load(folder, &checkpoint.epoch(), fresh)?;
        Ok(Some((checkpoint, state)))
    }

    /// Removes the checkpoint in `folder`, if there is one.
    ///
    /// # Errors
    /// [`CheckpointError::File`].
    pub fn remove(folder: &Path) -> Result<(), CheckpointError> {
        state_files::remove(folder)
    }

    /// Names the last epoch.
    fn epoch(&self) -> String {
        format!("epoch-{:04}", self.curve.len())
    }
}
