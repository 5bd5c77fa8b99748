//! `thimble train`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use burn::module::Module;
use burn::tensor::{Bytes, Device};
use burn::train::Interrupter;
use clap::Args;

use super::int8::with_integers_judged;
use super::options::{self, Change, Data, Threads, TrainingDevice};
use crate::card::{self, RunReport};
use crate::data::{Edition, Pictures, usual_split};
use crate::evaluate::{Scores, divided, predict, temperature};
use crate::files::write_whole;
use crate::training::{ProgressKind, Recipe, Run, RunError, Settings, TrainingData};
use thimble::network::NetworkName;
use thimble_burn::BurnNetwork;

const SCORING_BATCH: usize = 250;

/// Train a network and write its weights and card into model/.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble train --recipe paper                       one run, seed 1
  thimble train --recipe paper --seed 1 --seed 2 --seed 3
  thimble train --recipe paper --resume              go on after Ctrl-C or a power cut
  thimble train --recipe paper --epochs 2 --limit 5000 --model tried
  thimble train --recipe thimble --set optimizer=muon --set augmentation.shift=4 --limit 18000

Every run keeps a checkpoint an epoch and its report at the end in a folder of OUT. The weights
that do best on the 5,000 validation images are written to MODEL, with the figures of all seeds.
A changed recipe, fewer images, another edition of the data set or another device are scored on
the test images and published only where --model names a folder for them.")]
pub(super) struct Train {
    /// The recipe, named after its network: paper, paper-plus, thimble and so on.
    #[arg(long, value_parser = options::network)]
    recipe: NetworkName,
    /// Seed of the run; give it several times for several runs.
    #[arg(long = "seed", value_name = "N", default_values_t = [1_u64])]
    seeds: Vec<u64>,
    /// Passes over the training images, where not the recipe's own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    epochs: Option<u16>,
    /// A value of the recipe to change, such as learning_rate=0.01 or optimizer=sgd; each run's
    /// checkpoint/state.json shows the whole recipe.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    changes: Vec<Change>,
    /// Go on from the runs' checkpoints where there are any.
    #[arg(long)]
    resume: bool,
    /// Folder of the runs.
    #[arg(long, value_name = "DIR", default_value = "runs")]
    out: PathBuf,
    /// Folder that the weights and the card are written to [default: model, for the recipe as it
    /// stands on the whole of today's data set].
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// Train on the first N training images only, to try things out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// What to train on.
    #[arg(long, value_enum, default_value_t)]
    device: TrainingDevice,
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
    data: TrainingData,
    /// All of today's edition.
    is_whole: bool,
}

impl Train {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let threads = self.threads.start()?;
        let recipe = self.changed_recipe()?;
        let device = self.device.open()?;
        let parts = self.parts()?;
        let is_standard = recipe == Recipe::of(self.recipe)
            && parts.is_whole
            && self.device == TrainingDevice::Cpu;
        let is_published = is_standard || self.model.is_some();
        let interrupter = Interrupter::new();
        let heard = interrupter.clone();
        ctrlc::set_handler(move || heard.stop(Some("Ctrl-C")))
            .context("Ctrl-C cannot be listened to")?;

        for &seed in &self.seeds {
            if interrupter.should_stop() {
                return Err(RunError::Interrupted.into());
            }
            let folder = self
                .out
                .join(self.folder_name(&parts.data, seed, is_standard));
            fs::create_dir_all(&folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
            let settings = Settings {
                seed,
                threads,
                checkpoint: Some(folder.join("checkpoint")),
                resume: self.resume,
                answers: Some(self.out.join("answers")),
                progress: ProgressKind::Automatic,
                interrupter: interrupter.clone(),
            };
            let test = is_published.then_some(&parts.test);
            let report = self.one(&recipe, &parts, test, &device, &settings, &folder)?;
            println!(
                "{} seed {seed}, {:.0} s: {}",
                recipe.name,
                report.train_seconds,
                headline("validation", &report.validation),
            );
            if let Some(test) = &report.test {
                println!("{}", headline("test", test));
            }
        }
        let model = match &self.model {
            Some(model) => model.as_path(),
            None if is_standard => Path::new("model"),
            None => {
                println!(
                    "The runs are in {}. Nothing was published, since the recipe, the number of \
                     images, the data set or the device is not the standard one: name a folder with --model.",
                    self.out.display()
                );
                return Ok(());
            }
        };
        let card = card::publish(self.recipe, &recipe, &parts.data, &self.out, model)?;
        let card = with_integers_judged(card, self.recipe, model, &parts.validation, &parts.test)?;
        card::write_card(&card, model)?;
        println!(
            "{}: the weights of seed {} and the card are in {}; mean test accuracy {:.2} % over {} \
             seeds",
            card.name,
            card.seed,
            model.display(),
            card.mean_test_accuracy * 100.0,
            card.seeds.len(),
        );
        Ok(())
    }

    /// The recipe with the changes asked for.
    fn changed_recipe(&self) -> anyhow::Result<Recipe> {
        let recipe: Recipe = options::changed(&Recipe::of(self.recipe), &self.changes)?;
        let recipe = Recipe {
            epochs: self.epochs.map_or(recipe.epochs, usize::from),
            ..recipe
        };
        recipe.check()?;
        Ok(recipe)
    }

    /// A folder of its own for every run that is not the same. The standard recipe has the plain
    /// name.
    fn folder_name(&self, data: &TrainingData, seed: u64, is_standard: bool) -> String {
        let mut name = self.recipe.to_string();
        if !is_standard {
            for Change { key, value } in &self.changes {
                name += &format!("-{key}_{value}");
            }
            if let Some(epochs) = self.epochs {
                name += &format!("-epochs_{epochs}");
            }
            if self.device != TrainingDevice::Cpu {
                name += &format!("-device_{}", self.device.name());
            }
            name += &format!("-images_{}", data.images);
        }
        name.retain(|letter| letter.is_ascii_alphanumeric() || "-_.,".contains(letter));
        format!("{name}-seed{seed}")
    }

    fn parts(&self) -> anyhow::Result<Parts> {
        let (all, edition) = self.data.training()?;
        let (test, test_edition) = self.data.test()?;
        let split = usual_split(&all);
        let whole = split.training.len();
        let images = self.limit.map_or(whole, |limit| whole.min(limit as usize));
        anyhow::ensure!(images > 0, "there are no images to train on");
        let is_current = (&edition, &test_edition) == (&Edition::Current, &Edition::Current);
        let edition = if is_current {
            edition.name()
        } else {
            Edition::UNKNOWN
        };
        Ok(Parts {
            training: all.select(&split.training[..images]),
            validation: all.select(&split.validation),
            test,
            data: TrainingData {
                edition: edition.to_owned(),
                images,
            },
            is_whole: is_current && images == whole,
        })
    }

    /// Trains one seed on `device`, stores its weights and scores them.
    fn one(
        &self,
        recipe: &Recipe,
        parts: &Parts,
        test: Option<&Pictures>,
        device: &Device,
        settings: &Settings,
        folder: &Path,
    ) -> anyhow::Result<RunReport> {
        let run = Run {
            recipe,
            data: &parts.data,
            training: &parts.training,
            validation: &parts.validation,
        };
        let result = run.execute(device, settings)?;
        // What is published is what the project's kernels say, whatever it was trained on.
        let device = Device::flex();
        let network = result.network.fork(&device);
        let architecture = &recipe.architecture;
        let temperature = if recipe.calibrate {
            let logits = predict(&network, &parts.validation, SCORING_BATCH, &device)?;
            temperature(&logits, &parts.validation.labels)
        } else {
            1.0
        };
        let network = network.with_temperature(temperature);
        let (bytes, storage) = card::store(
            self.recipe,
            architecture,
            &network,
            &parts.validation,
            &device,
        )?;
        let weights = folder.join(card::WEIGHTS);
        write_whole(&weights, &bytes)?;

        let bytes = Bytes::from_bytes_vec(bytes);
        let stored = BurnNetwork::from_burnpack(self.recipe, architecture, bytes, &device)?;
        let logits = |pictures: &Pictures| predict(&stored, pictures, SCORING_BATCH, &device);
        let validation = Scores::of(&logits(&parts.validation)?, &parts.validation.labels);
        let (test, ece_before) = match test {
            Some(test) => {
                let logits = logits(test)?;
                let before = Scores::of(&divided(&logits, 1.0 / temperature), &test.labels);
                (Some(Scores::of(&logits, &test.labels)), Some(before.ece))
            }
            None => (None, None),
        };
        let report = RunReport {
            recipe: recipe.clone(),
            seed: settings.seed,
            train_seconds: result.checkpoint.seconds,
            threads: settings.threads,
            data: parts.data.clone(),
            curve: result.checkpoint.curve,
            storage,
            temperature,
            validation,
            test,
            ece_before,
        };
        let text = serde_json::to_string_pretty(&report)?;
        write_whole(&folder.join(card::REPORT), text.as_bytes())?;
        Ok(report)
    }
}

fn headline(what: &str, scores: &Scores) -> String {
    format!(
        "{what} {:.2} %, loss {:.4}, ECE {:.2} %",
        scores.accuracy * 100.0,
        scores.loss,
        scores.ece * 100.0,
    )
}
