//! `thimble train`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use burn::tensor::{Bytes, Device};
use burn::train::Interrupter;
use clap::Args;

use super::options::{self, Data, Threads};
use crate::card::{self, RunReport};
use crate::data::{Edition, Pictures, VALIDATION_IMAGES, stratified_split};
use crate::evaluate::{Scores, predict};
use crate::network::{Network, NetworkName};
use crate::train::{Augmentation, ProgressKind, Recipe, Run, Schedule, Settings};

const SCORING_BATCH: usize = 250;

/// Train a network and write its weights and card into model/.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble train --recipe paper                       one run, seed 1
  thimble train --recipe paper --seed 1 --seed 2 --seed 3
  thimble train --recipe paper --resume              go on after Ctrl-C or a power cut

Every run keeps a checkpoint an epoch in OUT/RECIPE-seedN and its report at the end. The weights
that do best on the 5,000 validation images are written to MODEL, with the figures of all seeds.")]
pub(super) struct Train {
    /// The recipe, named after its network: paper or paper-plus.
    #[arg(long, value_parser = options::network)]
    recipe: NetworkName,
    /// Seed of the run; give it several times for several runs.
    #[arg(long = "seed", value_name = "N", default_values_t = [1_u64])]
    seeds: Vec<u64>,
    /// Passes over the training images, where not the recipe's own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    epochs: Option<u16>,
    /// How the learning rate goes, where not as in the recipe.
    #[arg(long, value_enum)]
    schedule: Option<Schedule>,
    /// Whether training images are mirrored at random, where not as in the recipe.
    #[arg(long, value_name = "BOOL")]
    flip: Option<bool>,
    /// By how many pixels training images are moved at most, where not as in the recipe.
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u8).range(0..28))]
    shift: Option<u8>,
    /// Go on from the runs' checkpoints where there are any.
    #[arg(long)]
    resume: bool,
    /// Folder of the runs.
    #[arg(long, value_name = "DIR", default_value = "runs")]
    out: PathBuf,
    /// Folder that the weights and the card are written to.
    #[arg(long, value_name = "DIR", default_value = "model")]
    model: PathBuf,
    /// Train on the first N training images only, to try things out.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    threads: Threads,
}

/// The pictures of a run.
struct Parts {
    training: Pictures,
    validation: Pictures,
    test: Pictures,
    edition: Edition,
}

impl Train {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let threads = self.threads.start()?;
        let parts = self.parts()?;
        let recipe = self.changed_recipe();
        let interrupter = Interrupter::new();
        let heard = interrupter.clone();
        ctrlc::set_handler(move || heard.stop(Some("Ctrl-C")))
            .context("Ctrl-C cannot be listened to")?;

        for &seed in &self.seeds {
            let folder = self.out.join(format!("{}-seed{seed}", recipe.name));
            fs::create_dir_all(&folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
            let settings = Settings {
                seed,
                threads,
                checkpoint: Some(folder.join("checkpoint")),
                resume: self.resume,
                progress: ProgressKind::Automatic,
                interrupter: interrupter.clone(),
            };
            let report = self.one(&recipe, &parts, &settings, &folder)?;
            println!(
                "{} seed {seed}: validation {:.2} %, test {:.2} %, loss {:.4}, ECE {:.2} %, {:.0} s",
                recipe.name,
                report.validation.accuracy * 100.0,
                report.test.accuracy * 100.0,
                report.test.loss,
                report.test.ece * 100.0,
                report.train_seconds,
            );
        }
        let card = card::publish(self.recipe, &recipe, &self.out, &self.model)?;
        println!(
            "{}: the weights of seed {} and the card are in {}; mean test accuracy {:.2} % over {} \
             seeds",
            card.name,
            card.seed,
            self.model.display(),
            card.mean_test_accuracy * 100.0,
            card.seeds.len(),
        );
        Ok(())
    }

    /// The recipe with the changes asked for.
    fn changed_recipe(&self) -> Recipe {
        let recipe = Recipe::of(self.recipe);
        let augmentation = Augmentation {
            flip: self.flip.unwrap_or(recipe.augmentation.flip),
            shift: self.shift.map_or(recipe.augmentation.shift, usize::from),
        };
        Recipe {
            epochs: self.epochs.map_or(recipe.epochs, usize::from),
            schedule: self.schedule.unwrap_or(recipe.schedule),
            augmentation,
            ..recipe
        }
    }

    fn parts(&self) -> anyhow::Result<Parts> {
        let (all, edition) = self.data.training()?;
        // The same share validates where the data are fewer than the usual 60,000.
        let validation = VALIDATION_IMAGES * all.len() / 60_000;
        let split = stratified_split(&all, validation.clamp(1, all.len()));
        let limit = self.limit.unwrap_or(usize::MAX).min(split.training.len());
        let parts = Parts {
            training: all.select(&split.training[..limit]),
            validation: all.select(&split.validation),
            test: self.data.test()?,
            edition,
        };
        anyhow::ensure!(
            !parts.training.is_empty(),
            "there are no images to train on"
        );
        Ok(parts)
    }

    /// Trains one seed, stores its weights and scores them.
    fn one(
        &self,
        recipe: &Recipe,
        parts: &Parts,
        settings: &Settings,
        folder: &Path,
    ) -> anyhow::Result<RunReport> {
        let device = Device::flex();
        let run = Run {
            network: self.recipe,
            recipe,
            training: &parts.training,
            validation: &parts.validation,
        };
        let result = run.execute(&device, settings)?;
        let (bytes, storage) =
            card::store_half(self.recipe, &result.network, &parts.validation, &device)?;
        let weights = folder.join(card::WEIGHTS);
        fs::write(&weights, &bytes)
            .with_context(|| format!("{} cannot be written", weights.display()))?;

        let stored = Network::from_burnpack(self.recipe, Bytes::from_bytes_vec(bytes), &device)?;
        let scores = |pictures: &Pictures| -> anyhow::Result<Scores> {
            let logits = predict(&stored, pictures, SCORING_BATCH, &device)?;
            Ok(Scores::of(&logits, &pictures.labels))
        };
        let report = RunReport {
            recipe: recipe.clone(),
            seed: settings.seed,
            train_seconds: result.checkpoint.seconds,
            threads: settings.threads,
            data: parts.edition.name().to_owned(),
            curve: result.checkpoint.curve,
            storage,
            validation: scores(&parts.validation)?,
            test: scores(&parts.test)?,
        };
        let path = folder.join(card::REPORT);
        let text = serde_json::to_string_pretty(&report)?;
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(report)
    }
}
