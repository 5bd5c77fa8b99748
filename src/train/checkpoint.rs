//! What a run keeps on disk so that it can go on exactly where it was.
//!
//! A checkpoint is a folder with the weights, the optimizer's moments and the state of the run.
//! It is written beside the last one and takes its place in one rename, so that a run killed at
//! any moment finds a whole one.

use std::path::{Path, PathBuf};
use std::{fs, io};

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use serde::{Deserialize, Serialize};

use super::Recipe;
use crate::network::Network;

/// Scores at the end of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochScores {
    /// Number of the epoch, from 1.
    pub epoch: usize,
    /// Mean cross-entropy over the epoch's training steps, while the weights moved.
    pub train_loss: f64,
    /// Accuracy over the epoch's training steps, while the weights moved, 0 to 1.
    pub train_accuracy: f64,
    /// Mean cross-entropy on the validation pictures after the epoch.
    pub validation_loss: f64,
    /// Accuracy on the validation pictures after the epoch, 0 to 1.
    pub validation_accuracy: f64,
}

/// The state of a run after a whole number of epochs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The recipe that the run follows.
    pub recipe: Recipe,
    /// The run's seed.
    pub seed: u64,
    /// Threads that the run used last.
    pub threads: usize,
    /// Seconds of training so far, over all resumptions.
    pub seconds: f64,
    /// Scores of every epoch so far.
    pub curve: Vec<EpochScores>,
}

/// Why a checkpoint could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is there but cannot be understood.
    #[error("{}: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

const WEIGHTS: &str = "weights.bpk";
const OPTIMIZER: &str = "optimizer.bpk";
const STATE: &str = "state.json";

impl Checkpoint {
    /// Writes the checkpoint into `folder`, in place of the last one.
    ///
    /// # Errors
    /// [`CheckpointError::Io`]; the last checkpoint then stays whole.
    pub fn save(
        &self,
        folder: &Path,
        network: &Network,
        optimizer: &ModuleOptimizer,
    ) -> Result<(), CheckpointError> {
        let fresh = folder.with_extension("new");
        let old = folder.with_extension("old");
        remove(&fresh)?;
        on(&fresh, fs::create_dir_all(&fresh))?;
        let weights = fresh.join(WEIGHTS);
        let record = network.clone().into_record();
        record
            .save(&weights)
            .map_err(|error| damaged(&weights, error))?;
        let moments = fresh.join(OPTIMIZER);
        optimizer
            .save(&moments)
            .map_err(|error| damaged(&moments, error))?;
        let state = fresh.join(STATE);
        let text = serde_json::to_string_pretty(self).map_err(|error| damaged(&state, error))?;
        on(&state, fs::write(&state, text))?;

        if folder.exists() {
            remove(&old)?;
            on(folder, fs::rename(folder, &old))?;
        }
        on(&fresh, fs::rename(&fresh, folder))?;
        remove(&old)
    }

    /// Reads the checkpoint in `folder` into a network and an optimizer; `None` where there is
    /// none yet.
    ///
    /// # Errors
    /// [`CheckpointError`] where one is there but cannot be read.
    pub fn load(
        folder: &Path,
        network: Network,
        optimizer: ModuleOptimizer,
    ) -> Result<Option<(Self, Network, ModuleOptimizer)>, CheckpointError> {
        // Killed between the two renames: the old one is whole, and so is the fresh one.
        let fresh = folder.with_extension("new");
        let folder = match folder.exists() {
            true => folder,
            false if folder.with_extension("old").exists() => fresh.as_path(),
            false => return Ok(None),
        };
        let state = folder.join(STATE);
        let text = on(&state, fs::read_to_string(&state))?;
        let checkpoint = serde_json::from_str(&text).map_err(|error| damaged(&state, error))?;
        let weights = folder.join(WEIGHTS);
        let network = network
            .try_load_file(&weights)
            .map_err(|error| damaged(&weights, error))?;
        let moments = folder.join(OPTIMIZER);
        let optimizer = optimizer
            .load(&moments)
            .map_err(|error| damaged(&moments, error))?;
        Ok(Some((checkpoint, network, optimizer)))
    }
}

fn remove(folder: &Path) -> Result<(), CheckpointError> {
    if folder.exists() {
        on(folder, fs::remove_dir_all(folder))
    } else {
        Ok(())
    }
}

fn on<T>(path: &Path, result: io::Result<T>) -> Result<T, CheckpointError> {
    result.map_err(|source| CheckpointError::Io {
        path: path.to_owned(),
        source,
    })
}

fn damaged(path: &Path, reason: impl ToString) -> CheckpointError {
    CheckpointError::Damaged {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
