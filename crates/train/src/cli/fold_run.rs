//! The training of one fold: its progress and its files.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::card;
use crate::data::FOLDS;
use crate::files::write_atomically;
use crate::training::StepCheckpoints;
use thimble_burn::BurnNetwork;

/// The files of a network in a folder: fold-N.bpk, the network that did not see the photos of fold N, and fold-N.json, its
/// recipe and results; or all.bpk and all.json of the network that saw all photos.
pub(super) struct FoldFiles {
    pub(super) network: PathBuf,
    report: PathBuf,
}

/// What fold-N.json holds.
#[derive(Serialize, Deserialize)]
struct FoldReport<Recipe, Results> {
    recipe: Recipe,
    seed: u64,
    results: Results,
}

impl FoldFiles {
    /// The files in `folder` of the network that did not see fold `held_out`.
    pub(super) fn new(folder: &Path, held_out: Option<usize>) -> Self {
        Self::named(folder, &name(held_out))
    }

    /// The files in `folder` of the network called `name`.
    pub(super) fn named(folder: &Path, name: &str) -> Self {
        Self {
            network: folder.join(format!("{name}.bpk")),
            report: folder.join(format!("{name}.json")),
        }
    }

    /// Reads the recipe and the seed of an earlier run.
    pub(super) fn recipe<Recipe: DeserializeOwned>(&self) -> anyhow::Result<(Recipe, u64)> {
        let read = || -> anyhow::Result<_> {
            let bytes = fs::read(&self.report)?;
            let report: FoldReport<Recipe, serde_json::Value> = serde_json::from_slice(&bytes)?;
            Ok((report.recipe, report.seed))
        };
        read().with_context(|| format!("cannot read {}", self.report.display()))
    }

    /// Reads the results of an earlier run of this recipe and seed; `None` where there is none.
    pub(super) fn earlier<Recipe: DeserializeOwned + PartialEq, Results: DeserializeOwned>(
        &self,
        recipe: &Recipe,
        seed: u64,
    ) -> Option<Results> {
        let bytes = fs::read(&self.report).ok()?;
        let report: FoldReport<Recipe, Results> = serde_json::from_slice(&bytes).ok()?;
        let is_same = report.recipe == *recipe && report.seed == seed;
        (is_same && self.network.is_file()).then_some(report.results)
    }

    /// Reads the results of this recipe and seed, so that a run can go on after them; `None` where there are none.
    ///
    /// # Errors
    /// Where the network there is of another recipe or seed, which would be replaced.
    pub(super) fn resumed<Recipe: DeserializeOwned + PartialEq, Results: DeserializeOwned>(
        &self,
        recipe: &Recipe,
        seed: u64,
    ) -> anyhow::Result<Option<Results>> {
        let results = self.earlier(recipe, seed);
        anyhow::ensure!(
            results.is_some() || !self.network.is_file(),
            "{} must be of this recipe and seed, got another: choose another --out, or omit --resume to replace it",
            self.network.display()
        );
        Ok(results)
    }

    /// Reads the results.
    pub(super) fn results<Results: DeserializeOwned>(&self) -> anyhow::Result<Results> {
        let read = || -> anyhow::Result<Results> {
            let report: FoldReport<serde_json::Value, Results> =
                serde_json::from_slice(&fs::read(&self.report)?)?;
            Ok(report.results)
        };
        read().with_context(|| format!("cannot read {}", self.report.display()))
    }

    /// Writes a network, as int8 of the range `max_abs` where it was trained so, and its results; the results last, so that
    /// they are there only where the network is.
    pub(super) fn write(
        &self,
        network: BurnNetwork,
        max_abs: Option<u8>,
        recipe: &impl Serialize,
        seed: u64,
        results: &impl Serialize,
    ) -> anyhow::Result<()> {
        let bytes = match max_abs {
            Some(max_abs) => card::encode_int8(network, max_abs)?,
            None => card::encode(network)?,
        };
        write_atomically(&self.network, &bytes)?;
        let report = FoldReport {
            recipe,
            seed,
            results,
        };
        Ok(write_atomically(
            &self.report,
            &serde_json::to_vec(&report)?,
        )?)
    }
}

/// Returns the name of the network that did not see fold `held_out`.
pub(super) fn name(held_out: Option<usize>) -> String {
    held_out.map_or_else(|| "all".to_owned(), |fold| format!("fold-{fold}"))
}

/// Steps after which the state of a network in training is kept.
const CHECKPOINT_STEPS: usize = 500;

/// Returns where the state of the network called `name` in `folder` is kept while it is trained; unless it is resumed,
/// without one of an earlier run.
///
/// # Errors
/// Where an earlier one cannot be removed.
pub(super) fn checkpoints(
    folder: &Path,
    name: &str,
    recipe: &impl Serialize,
    seed: u64,
    is_resumed: bool,
) -> anyhow::Result<StepCheckpoints> {
    let folder = folder.join(format!("{name}.checkpoint"));
    if !is_resumed && folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(StepCheckpoints {
        folder,
        every: CHECKPOINT_STEPS,
        run: serde_json::json!({ "recipe": recipe, "seed": seed }),
    })
}

/// Returns the folds to run: those that are `chosen`, or all where none is.
///
/// # Errors
/// Where there is no such fold.
pub(super) fn folds(chosen: &[usize]) -> anyhow::Result<Vec<usize>> {
    if let Some(fold) = chosen.iter().find(|fold| **fold >= FOLDS) {
        anyhow::bail!("--fold must be 0 to {}, got {fold}", FOLDS - 1);
    }
    Ok(match chosen.is_empty() {
        true => (0..FOLDS).collect(),
        false => chosen.to_vec(),
    })
}

/// Returns a callback for steps and their losses that prints a line every hundred steps.
pub(super) fn progress_printer(what: String) -> impl FnMut(usize, f64) {
    let started = Instant::now();
    let mut mean = None;
    move |step, loss| {
        let smoothed = mean.map_or(loss, |mean: f64| 0.98 * mean + 0.02 * loss);
        mean = Some(smoothed);
        if (step + 1).is_multiple_of(100) {
            let seconds = started.elapsed().as_secs_f64();
            eprintln!(
                "{what}, step {}: loss {smoothed:.4}, {seconds:.0} s",
                step + 1
            );
        }
    }
}
