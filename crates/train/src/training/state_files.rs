//! The files of a checkpoint.
//!
//! Each part of a run, an epoch or some steps, writes the weights, their average and the optimizer's moments into a
//! folder of its own. Once the folder is complete, `state.json`, which tells the part, is replaced atomically, and then
//! older folders are removed: a run that is killed at any moment leaves a complete checkpoint.

use std::fs;
use std::path::{Path, PathBuf};

use burn::module::Module;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{TrainableNet, TrainingState};
use crate::files::{FileError, at_path, write_atomically};

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
    /// The checkpoint belongs to another recipe or seed.
    #[error(
        "the checkpoint in {} must be of this recipe and seed, got another: choose another --out, or omit --resume to \
         start over",
        .0.display()
    )]
    OtherRecipe(PathBuf),
}

const STATE: &str = "state.json";
const WEIGHTS: &str = "weights.bpk";
const AVERAGE: &str = "average.bpk";
const OPTIMIZER: &str = "optimizer.bpk";
/// What the names of the parts' folders begin with.
const PART_PREFIXES: [&str; 2] = ["epoch-", "step-"];

/// Writes the state after a part of a run, and what describes it, into `folder`, and replaces the last one.
///
/// # Errors
/// [`CheckpointError`]; the last checkpoint then stays complete.
pub(super) fn save(
    folder: &Path,
    part: &str,
    description: &impl Serialize,
    state: &TrainingState,
) -> Result<(), CheckpointError> {
    let part = folder.join(part);
    if part.exists() {
        // An incomplete folder of a run that was killed here.
        at_path(&part, fs::remove_dir_all(&part))?;
    }
    at_path(&part, fs::create_dir_all(&part))?;
    // burn writes its files atomically and syncs them.
    let networks = [
        (WEIGHTS, Some(&state.network)),
        (AVERAGE, state.average.as_ref()),
    ];
    for (name, network) in networks {
        if let Some(network) = network {
            let path = part.join(name);
            let record = network.clone().into_record();
            record.save(&path).map_err(|error| damaged(&path, error))?;
        }
    }
    let moments = part.join(OPTIMIZER);
    let optimizer = &state.optimizer;
    optimizer
        .save(&moments)
        .map_err(|error| damaged(&moments, error))?;
    let state = folder.join(STATE);
    let text = serde_json::to_string_pretty(description).map_err(|error| damaged(&state, error))?;
    write_atomically(&state, text.as_bytes())?;
    remove_parts(folder, Some(&part))
}

/// Reads what describes the checkpoint in `folder`; `None` where there is none.
///
/// # Errors
/// [`CheckpointError`] where it cannot be read.
pub(super) fn description<Description: DeserializeOwned>(
    folder: &Path,
) -> Result<Option<Description>, CheckpointError> {
    let state = folder.join(STATE);
    if !state.exists() {
        return Ok(None);
    }
    let text = at_path(&state, fs::read_to_string(&state))?;
    let read = serde_json::from_str(&text);
    Ok(Some(read.map_err(|error| damaged(&state, error))?))
}

/// Reads the state after a part of a run into `fresh`, the state before the first step.
///
/// # Errors
/// [`CheckpointError`] where it cannot be read.
pub(super) fn load(
    folder: &Path,
    part: &str,
    fresh: TrainingState,
) -> Result<TrainingState, CheckpointError> {
    let part = folder.join(part);
    let load = |name: &str, network: TrainableNet| {
        let path = part.join(name);
        let loaded = network.try_load_file(&path);
        loaded.map_err(|error| damaged(&path, error))
    };
    let network = load(WEIGHTS, fresh.network)?;
    let average = match fresh.average {
        Some(average) => Some(load(AVERAGE, average)?),
        None => None,
    };
    let moments = part.join(OPTIMIZER);
    let optimizer = fresh
        .optimizer
        .load(&moments)
        .map_err(|error| damaged(&moments, error))?;
    Ok(TrainingState {
        network,
        average,
        optimizer,
    })
}

/// Removes the checkpoint in `folder`, if there is one.
///
/// # Errors
/// [`CheckpointError::File`].
pub(super) fn remove(folder: &Path) -> Result<(), CheckpointError> {
    let state = folder.join(STATE);
    if state.exists() {
        at_path(&state, fs::remove_file(&state))?;
    }
    if folder.exists() {
        remove_parts(folder, None)
    } else {
        Ok(())
    }
}

/// Removes the folders of all parts except `kept`.
fn remove_parts(folder: &Path, kept: Option<&Path>) -> Result<(), CheckpointError> {
    for entry in at_path(folder, fs::read_dir(folder))? {
        let entry = at_path(folder, entry)?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_part = PART_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        if is_part && Some(path.as_path()) != kept {
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
