//! Publishes the finished runs of a recipe as the files in model/.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::Device;

use super::{Card, RunReport, plots};
use crate::files::{FileError, at_path, write_atomically};
use crate::training::{Recipe, TrainingData};
use thimble::network::NetworkName;
use thimble_burn::BurnNetwork;

/// The report in the folder of a finished run.
pub const REPORT: &str = "report.json";
/// The stored weights in the folder of a finished run.
pub const WEIGHTS: &str = "weights.bpk";

/// Why a network could not be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A run's report cannot be read.
    #[error("cannot read the run's report {}: {reason}: remove its folder and train again", path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Another JSON file cannot be read.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A plot cannot be drawn.
    #[error("cannot draw {}: {reason}", path.display())]
    Plot {
        /// The file.
        path: PathBuf,
        /// The error of the plotter.
        reason: String,
    },
    /// There is no finished run.
    #[error("there is no finished run of `{network}` in {}: train it first", runs.display())]
    NoRuns {
        /// The network.
        network: NetworkName,
        /// The folder of runs.
        runs: PathBuf,
    },
}

/// Writes NAME.json, NAME.bpk and the plots of `network` into `model`, from the runs in the folders of `runs` that have
/// this recipe and data: the weights with the best validation accuracy, and the scores of every seed.
///
/// # Errors
/// [`PublishError`].
pub fn publish(
    network: NetworkName,
    recipe: &Recipe,
    data: &TrainingData,
    runs: &Path,
    model: &Path,
) -> Result<Card, PublishError> {
    let mut folders = Vec::new();
    let mut reports = Vec::new();
    for (folder, report) in finished_runs(runs)? {
        if (&report.recipe, &report.data) == (recipe, data) {
            folders.push(folder);
            reports.push(report);
        }
    }
    let cost = BurnNetwork::new(&recipe.architecture, &Device::flex()).cost();
    let Some((card, shipped)) = Card::of(&reports, cost) else {
        return Err(PublishError::NoRuns {
            network,
            runs: runs.to_owned(),
        });
    };
    at_path(model, fs::create_dir_all(model))?;
    let weights = folders[shipped].join(WEIGHTS);
    let bytes = at_path(&weights, fs::read(&weights))?;
    write_atomically(&model.join(format!("{network}.bpk")), &bytes)?;
    write_card(&card, model)?;
    Ok(card)
}

/// Writes NAME.json and its plots into `model`.
///
/// # Errors
/// [`PublishError`].
pub fn write_card(card: &Card, model: &Path) -> Result<(), PublishError> {
    let target = |ending: &str| model.join(format!("{}{ending}", card.name));
    let path = target(".json");
    let text = serde_json::to_string_pretty(card).map_err(|error| PublishError::Report {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    write_atomically(&path, (text + "\n").as_bytes())?;
    let mut plots = vec![
        (target("-curves.svg"), plots::curves(card)),
        (target("-confusion.svg"), plots::confusion(card)),
    ];
    // Earlier cards have none.
    if !card.reliability.is_empty() {
        plots.push((target("-reliability.svg"), plots::reliability(card)));
    }
    for (path, drawn) in plots {
        let svg = drawn.map_err(|reason| PublishError::Plot {
            path: path.clone(),
            reason,
        })?;
        write_atomically(&path, svg.as_bytes())?;
    }
    Ok(())
}

/// Reads the card of network `name` in `model`.
///
/// # Errors
/// [`PublishError`] where it cannot be read.
pub fn read_card(name: NetworkName, model: &Path) -> Result<Card, PublishError> {
    let path = model.join(format!("{name}.json"));
    let text = at_path(&path, fs::read_to_string(&path))?;
    serde_json::from_str(&text).map_err(|error| PublishError::Unreadable {
        path,
        reason: error.to_string(),
    })
}

/// Reads the finished runs in the folders of `runs`, by seed.
fn finished_runs(runs: &Path) -> Result<Vec<(PathBuf, RunReport)>, PublishError> {
    let mut found = Vec::new();
    for entry in at_path(runs, fs::read_dir(runs))? {
        let folder = at_path(runs, entry)?.path();
        let path = folder.join(REPORT);
        if !path.is_file() {
            continue;
        }
        let text = at_path(&path, fs::read_to_string(&path))?;
        let unreadable = |error: serde_json::Error| PublishError::Report {
            path: path.clone(),
            reason: error.to_string(),
        };
        let report: RunReport = serde_json::from_str(&text).map_err(unreadable)?;
        found.push((folder, report));
    }
    found.sort_by_key(|(_, report)| report.seed);
    Ok(found)
}
