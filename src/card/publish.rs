//! From the finished runs of a recipe to the files in model/.

use std::path::{Path, PathBuf};
use std::{fs, io};

use burn::tensor::Device;

use super::{Card, RunReport, plots};
use crate::network::{Network, NetworkName};

/// The report that a finished run leaves in its folder.
pub const REPORT: &str = "report.json";
/// The stored weights that a finished run leaves in its folder.
pub const WEIGHTS: &str = "weights.bpk";

/// Why a network could not be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A report cannot be understood.
    #[error("{}: not a run's report ({reason}): remove its folder and train again", path.display())]
    Report {
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
/// folders of `runs` that followed `recipe`: the weights that do best on the validation pictures,
/// and every seed's figures.
///
/// # Errors
/// [`PublishError`].
pub fn publish(
    network: NetworkName,
    recipe: &crate::train::Recipe,
    runs: &Path,
    model: &Path,
) -> Result<Card, PublishError> {
    let mut reports = Vec::new();
    let mut folders = Vec::new();
    for (folder, report) in finished_runs(runs)? {
        if &report.recipe == recipe {
            folders.push(folder);
            reports.push(report);
        }
    }
    let cost = Network::new(network, &Device::flex()).cost();
    let Some((card, shipped)) = Card::of(&reports, cost) else {
        return Err(PublishError::NoRuns {
            network,
            runs: runs.to_owned(),
        });
    };
    let folder = reports
        .iter()
        .position(|report| report == shipped)
        .map(|at| &folders[at]);
    on(model, fs::create_dir_all(model))?;
    let target = |ending: &str| model.join(format!("{network}{ending}"));
    if let Some(folder) = folder {
        on(folder, fs::copy(folder.join(WEIGHTS), target(".bpk")))?;
    }
    let path = target(".json");
    let text = serde_json::to_string_pretty(&card).map_err(|error| PublishError::Report {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    on(&path, fs::write(&path, text + "\n"))?;
    for (path, drawn) in [
        (target("-curves.svg"), plots::curves(&card)),
        (target("-confusion.svg"), plots::confusion(&card)),
    ] {
        let svg = drawn.map_err(|reason| PublishError::Plot {
            path: path.clone(),
            reason,
        })?;
        on(&path, fs::write(&path, svg))?;
    }
    Ok(card)
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
        let report: RunReport =
            serde_json::from_str(&text).map_err(|error| PublishError::Report {
                path,
                reason: error.to_string(),
            })?;
        found.push((folder, report));
    }
    found.sort_by_key(|(_, report)| report.seed);
    Ok(found)
}

fn on<T>(path: &Path, result: io::Result<T>) -> Result<T, PublishError> {
    result.map_err(|source| PublishError::Io {
        path: path.to_owned(),
        source,
    })
}
