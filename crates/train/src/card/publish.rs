//! From the finished runs of a recipe to the files in model/.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde_json::Value;

use super::{Card, RunReport, plots};
use crate::files::{FileError, on, write_whole};
use crate::training::{Recipe, TrainingData};
use thimble::network::NetworkName;
use thimble_burn::BurnNetwork;

/// The report that a finished run leaves in its folder.
pub const REPORT: &str = "report.json";
/// The stored weights that a finished run leaves in its folder.
pub const WEIGHTS: &str = "weights.bpk";

/// Why a network could not be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A report cannot be understood.
    #[error("{}: not a run's report ({reason}): remove its folder and train again", path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A card or the times cannot be understood.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A picture cannot be drawn.
    #[error("{}: {reason}", path.display())]
    Plot {
        /// The file.
        path: PathBuf,
        /// What the plotter says.
        reason: String,
    },
    /// There is no finished run.
    #[error("no finished run of \"{0}\" in {1}: train it first", network, runs.display())]
    NoRuns {
        /// The network.
        network: NetworkName,
        /// The folder of runs.
        runs: PathBuf,
    },
}

/// Writes NAME.json, NAME.bpk and the plots of `network` into `model`, from those runs in the
/// folders of `runs` that followed `recipe` on `data`: the weights that do best on the validation
/// pictures, and every seed's figures.
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
    on(model, fs::create_dir_all(model))?;
    let weights = folders[shipped].join(WEIGHTS);
    let bytes = on(&weights, fs::read(&weights))?;
    write_whole(&model.join(format!("{network}.bpk")), &bytes)?;
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
    write_whole(&path, (text + "\n").as_bytes())?;
    let mut plots = vec![
        (target("-curves.svg"), plots::curves(card)),
        (target("-confusion.svg"), plots::confusion(card)),
    ];
    // Cards of before had none.
    if !card.reliability.is_empty() {
        plots.push((target("-reliability.svg"), plots::reliability(card)));
    }
    for (path, drawn) in plots {
        let svg = drawn.map_err(|reason| PublishError::Plot {
            path: path.clone(),
            reason,
        })?;
        write_whole(&path, svg.as_bytes())?;
    }
    Ok(())
}

/// The card in `model` of the network called `name`.
///
/// # Errors
/// [`PublishError`] where it cannot be read.
pub fn read_card(name: NetworkName, model: &Path) -> Result<Card, PublishError> {
    let path = model.join(format!("{name}.json"));
    let text = on(&path, fs::read_to_string(&path))?;
    serde_json::from_str(&text).map_err(|error| PublishError::Unreadable {
        path,
        reason: error.to_string(),
    })
}

/// The finished runs in the folders of `runs`, by seed.
fn finished_runs(runs: &Path) -> Result<Vec<(PathBuf, RunReport)>, PublishError> {
    let mut found = Vec::new();
    for entry in on(runs, fs::read_dir(runs))? {
        let folder = on(runs, entry)?.path();
        let path = folder.join(REPORT);
        if !path.is_file() {
            continue;
        }
        let text = on(&path, fs::read_to_string(&path))?;
        let unreadable = |error: serde_json::Error| PublishError::Report {
            path: path.clone(),
            reason: error.to_string(),
        };
        let report: Value = serde_json::from_str(&text).map_err(unreadable)?;
        // Fine-tuning leaves a report of its own among the runs, which has no recipe.
        if report.get("recipe").is_some() {
            let report: RunReport = serde_json::from_value(report).map_err(unreadable)?;
            found.push((folder, report));
        }
    }
    found.sort_by_key(|(_, report)| report.seed);
    Ok(found)
}
