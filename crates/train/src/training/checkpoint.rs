//! What a run keeps on disk so that it can go on exactly where it was.
//!
//! The weights, their average and the optimizer's moments after an epoch lie in a folder of it;
//! `state.json` says which epoch that is. It is replaced in one step when the folder is whole, and
//! older folders go after that: a run killed at any moment finds a whole checkpoint.

use std::fs;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use serde::{Deserialize, Serialize};

use super::{Recipe, TrainableNet, TrainingData};
use crate::files::{FileError, on, write_whole};

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

/// What a run has learnt.
#[derive(Clone)]
pub struct State {
    /// The network in training.
    pub network: TrainableNet,
    /// The moving average of its weights, without autodiff, where the recipe asks for one.
    pub average: Option<TrainableNet>,
    /// The optimizer with its moments.
    pub optimizer: ModuleOptimizer,
}

impl State {
    /// What is scored and shipped: the average, or else the network.
    pub fn result(&self) -> &TrainableNet {
        self.average.as_ref().unwrap_or(&self.network)
    }
}

/// The state of a run after a whole number of epochs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The recipe that the run follows.
    pub recipe: Recipe,
    /// The pictures that it trains on.
    pub data: TrainingData,
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
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is there but cannot be understood.
    #[error("{}: {reason}: leave --resume out to start over", path.display())]
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
    /// Writes the checkpoint into `folder`, in place of the last one.
    ///
    /// # Errors
    /// [`CheckpointError`]; the last checkpoint then stays whole.
    pub fn save(&self, folder: &Path, state: &State) -> Result<(), CheckpointError> {
        let epoch = self.epoch_folder(folder);
        if epoch.exists() {
            // Left behind by a run that was killed here; nothing names it.
            on(&epoch, fs::remove_dir_all(&epoch))?;
        }
        on(&epoch, fs::create_dir_all(&epoch))?;
        // burn writes its files whole and synced.
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
        write_whole(&state, text.as_bytes())?;
        remove_epochs(folder, Some(&epoch))
    }

    /// Reads the checkpoint in `folder` into a run's first state; `None` where there is none yet.
    ///
    /// # Errors
    /// [`CheckpointError`] where one is there but cannot be read.
    pub fn load(folder: &Path, fresh: State) -> Result<Option<(Self, State)>, CheckpointError> {
        let state = folder.join(STATE);
        if !state.exists() {
            return Ok(None);
        }
        let text = on(&state, fs::read_to_string(&state))?;
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
        let state = State {
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
            on(&state, fs::remove_file(&state))?;
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

/// Removes the folders of all epochs but `kept`.
fn remove_epochs(folder: &Path, kept: Option<&Path>) -> Result<(), CheckpointError> {
    for entry in on(folder, fs::read_dir(folder))? {
        let entry = on(folder, entry)?;
        let path = entry.path();
        let is_epoch = entry
            .file_name()
            .to_string_lossy()
            .starts_with(EPOCH_PREFIX);
        if is_epoch && Some(path.as_path()) != kept {
            on(&path, fs::remove_dir_all(&path))?;
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
