//! Checkpoints, from which a run resumes exactly.
//!
//! Each epoch writes the weights, their average and the optimizer's moments into a folder of its own. Once the folder
//! is complete, `state.json`, which names the epoch, is replaced atomically, and then older folders are removed: a run
//! that is killed at any moment leaves a complete checkpoint.

use std::fs;
use std::path::{Path, PathBuf};

use burn::module::Module;
use serde::{Deserialize, Serialize};

use super::{Recipe, TrainableNet, TrainingData, TrainingState};
use crate::files::{FileError, at_path, write_atomically};

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

/// Why a checkpoint could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is damaged.
    #[error("cannot read checkpoint {}: {reason}: omit --resume to start over", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

const STATE: &str = "state.json";
const WEIGHTS: &str = "weights.bpk";
const AVERAGE: &str = "average.bpk";
const OPTIMIZER: &str = "optimizer.bpk";
const EPOCH_PREFIX: &str = "epoch-";

impl Checkpoint {
    /// Writes the checkpoint into `folder` and replaces the last one.
    ///
    /// # Errors
    /// [`CheckpointError`]; the last checkpoint then stays complete.
    pub fn save(&self, folder: &Path, state: &TrainingState) -> Result<(), CheckpointError> {
        let epoch = self.epoch_folder(folder);
        if epoch.exists() {
            // An incomplete folder of a run that was killed here.
            at_path(&epoch, fs::remove_dir_all(&epoch))?;
        }
        at_path(&epoch, fs::create_dir_all(&epoch))?;
        // burn writes its files atomically and syncs them.
        let networks = [
            (WEIGHTS, Some(&state.network)),
            (AVERAGE, state.average.as_ref()),
        ];
        for (name, network) in networks {
            if let Some(network) = network {
                let path = epoch.join(name);
                let record = network.clone().into_record();
                record.save(&path).map_err(|error| damaged(&path, error))?;
            }
        }
        let moments = epoch.join(OPTIMIZER);
        let optimizer = &state.optimizer;
        optimizer
            .save(&moments)
            .map_err(|error| damaged(&moments, error))?;
        let state = folder.join(STATE);
        let text = serde_json::to_string_pretty(self).map_err(|error| damaged(&state, error))?;
        write_atomically(&state, text.as_bytes())?;
        remove_epochs(folder, Some(&epoch))
    }

    /// Reads the checkpoint in `folder` into `fresh`, the state before the first step; `None` where there is none.
    ///
    /// # Errors
    /// [`CheckpointError`] where it cannot be read.
    pub fn load(
        folder: &Path,
        fresh: TrainingState,
    ) -> Result<Option<(Self, TrainingState)>, CheckpointError> {
        let state = folder.join(STATE);
        if !state.exists() {
            return Ok(None);
        }
        let text = at_path(&state, fs::read_to_string(&state))?;
        let checkpoint: Self =
            serde_json::from_str(&text).map_err(|error| damaged(&state, error))?;
        let epoch = checkpoint.epoch_folder(folder);
        let load = |name: &str, network: TrainableNet| {
            let path = epoch.join(name);
            let loaded = network.try_load_file(&path);
            loaded.map_err(|error| damaged(&path, error))
        };
        let network = load(WEIGHTS, fresh.network)?;
        let average = match fresh.average {
            Some(average) => Some(load(AVERAGE, average)?),
            None => None,
        };
        let moments = epoch.join(OPTIMIZER);
        let optimizer = fresh
            .optimizer
            .load(&moments)
            .map_err(|error| damaged(&moments, error))?;
        let state = TrainingState {
            network,
            average,
            optimizer,
        };
        Ok(Some((checkpoint, state)))
    }

    /// Removes the checkpoint in `folder`, if there is one.
    ///
    /// # Errors
    /// [`CheckpointError::File`].
    pub fn remove(folder: &Path) -> Result<(), CheckpointError> {
        let state = folder.join(STATE);
        if state.exists() {
            at_path(&state, fs::remove_file(&state))?;
        }
        if folder.exists() {
            remove_epochs(folder, None)
        } else {
            Ok(())
        }
    }

    fn epoch_folder(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{EPOCH_PREFIX}{:04}", self.curve.len()))
    }
}

/// Removes the folders of all epochs except `kept`.
fn remove_epochs(folder: &Path, kept: Option<&Path>) -> Result<(), CheckpointError> {
    for entry in at_path(folder, fs::read_dir(folder))? {
        let entry = at_path(folder, entry)?;
        let path = entry.path();
        let is_epoch = entry
            .file_name()
            .to_string_lossy()
            .starts_with(EPOCH_PREFIX);
        if is_epoch && Some(path.as_path()) != kept {
            at_path(&path, fs::remove_dir_all(&path))?;
        }
    }
    Ok(())
}

fn damaged(path: &Path, reason: impl ToString) -> CheckpointError {
    CheckpointError::Damaged {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
