//! `thimble-train train`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use burn::module::Module;
use burn::tensor::Device;
use burn::train::Interrupter;
use clap::Args;

use super::options::{self, Data, Setting, Threads, TrainingDevice};
use super::output::print_status;
use super::quantize::with_int8;
use super::table;
use crate::card::{self, LabeledInputs, RunReport};
use crate::data::{Dataset, Edition, standard_split};
use crate::evaluate::{SCORING_BATCH, Scores, divide_logits, fit_temperature, predict};
use crate::files::write_atomically;
use crate::training::{ProgressKind, Recipe, Run, RunError, Settings, TrainingData};
use thimble::network::NetworkName;
use thimble_burn::BurnNetwork;

/// Train a network, and write its weights and model card into model/.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble-train train --recipe paper                       one run, seed 1
  thimble-train train --recipe paper --seed 1 --seed 2 --seed 3
  thimble-train train --recipe paper --resume              continue after Ctrl-C or a power cut
  thimble-train train --recipe paper --epochs 2 --limit 5000 --model tried
  thimble-train train --recipe thimble --set optimizer=muon --set augmentation.shift=4 --limit 18000

Every run writes a checkpoint per epoch and a report at the end into a folder of OUT. The weights with
the best accuracy on the 5,000 validation images are written to MODEL, with the scores of all seeds. With
a changed recipe, fewer images, another edition of the data set or another device, the network is scored
on the test images and written to MODEL only if --model is given.")]
pub(super) struct Train {
    /// The recipe, named after its network: paper, paper-plus, thimble and so on.
    #[arg(long, value_parser = options::network)]
    recipe: NetworkName,
    /// Seed of the run; repeat for several runs.
    #[arg(long = "seed", value_name = "N", default_values_t = [1_u64])]
    seeds: Vec<u64>,
    /// Passes over the training images [default: those of the recipe].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    epochs: Option<u16>,
    /// Change a value of the recipe, such as learning_rate=0.01 or optimizer=sgd; each run's checkpoint/state.json
    /// shows the whole recipe.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<Setting>,
    /// Continue from the runs' checkpoints where there are any.
    #[arg(long)]
    resume: bool,
    /// Folder of the runs.
    #[arg(long, value_name = "DIR", default_value = "runs")]
    out: PathBuf,
    /// Folder for the weights and the model card [default: model, for the unchanged recipe on the complete current
    /// edition of the data set].
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// Train on the first N training images only, for experiments.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// The device.
    #[arg(long, value_enum, default_value_t)]
    device: TrainingDevice,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    threads: Threads,
}

/// The data of a run.
struct RunData {
    training: Dataset,
    validation: Dataset,
    test: Dataset,
    description: TrainingData,
    /// Whether these are all images of the current edition.
    is_complete: bool,
}

impl Train {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let threads = self.threads.start()?;
        let recipe = self.recipe()?;
        let device = self.device.open()?;
        let data = self.run_data()?;
        let is_standard = recipe == Recipe::of(self.recipe)
            && data.is_complete
            && self.device == TrainingDevice::Cpu;
        let is_published = is_standard || self.model.is_some();
        let interrupter = Interrupter::new();
        let stop = interrupter.clone();
        ctrlc::set_handler(move || stop.stop(Some("Ctrl-C"))).context("cannot handle Ctrl-C")?;

        for &seed in &self.seeds {
            if interrupter.should_stop() {
                return Err(RunError::Interrupted.into());
            }
            let folder = self
                .out
                .join(self.folder_name(&data.description, seed, is_standard));
            fs::create_dir_all(&folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
            let settings = Settings {
                seed,
                threads,
                checkpoint: Some(folder.join("checkpoint")),
                resume: self.resume,
                soft_labels: Some(self.out.join("soft-labels")),
                progress: ProgressKind::Automatic,
                interrupter: interrupter.clone(),
            };
            let test = is_published.then_some(&data.test);
            let report = self.run_seed(&recipe, &data, test, &device, &settings, &folder)?;
            print_status(&format!(
                "{} seed {seed}, {:.0} s: {}",
                recipe.name,
                report.train_seconds,
                summary("validation", &report.validation),
            ))?;
            if let Some(test) = &report.test {
                print_status(&summary("test", test))?;
            }
        }
        let model = match &self.model {
            Some(model) => model.as_path(),
            None if is_standard => Path::new("model"),
            None => {
                return print_status(&format!(
                    "The runs are in {}. Nothing was published, since the recipe, the number of images, the data set \
                     or the device is not the standard one: give a folder with --model.",
                    self.out.display()
                ));
            }
        };
        let card = card::publish(self.recipe, &recipe, &data.description, &self.out, model)?;
        let card = with_int8(card, self.recipe, model, &data.validation, &data.test)?;
        card::write_card(&card, model)?;
        print_status(&format!(
            "{}: the weights of seed {} and the model card are in {}; mean test accuracy {} over {} seeds",
            card.name,
            card.seed,
            model.display(),
            table::percent(card.mean_test_accuracy),
            card.seeds.len(),
        ))
    }

    /// The recipe with its changed values.
    fn recipe(&self) -> anyhow::Result<Recipe> {
        let mut recipe = options::with_settings(Recipe::of(self.recipe), &self.settings)?;
        if let Some(epochs) = self.epochs {
            recipe.epochs = usize::from(epochs);
        }
        recipe.check()?;
        Ok(recipe)
    }

    /// The name of a run's folder, which differs for different runs. Standard runs have the shortest names.
    fn folder_name(&self, data: &TrainingData, seed: u64, is_standard: bool) -> String {
        let mut name = self.recipe.to_string();
        if !is_standard {
            for Setting { key, value } in &self.settings {
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

    fn run_data(&self) -> anyhow::Result<RunData> {
        let (all, edition) = self.data.training()?;
        let (test, test_edition) = self.data.test()?;
        let split = standard_split(&all);
        let all_images = split.training.len();
        let images = self
            .limit
            .map_or(all_images, |limit| all_images.min(limit as usize));
        anyhow::ensure!(
            images > 0,
            "the number of training images must be at least 1, got 0"
        );
        let is_current = (&edition, &test_edition) == (&Edition::Current, &Edition::Current);
        let edition = if is_current {
            edition.name()
        } else {
            Edition::UNKNOWN
        };
        Ok(RunData {
            training: all.select(&split.training[..images]),
            validation: all.select(&split.validation),
            test,
            description: TrainingData {
                edition: edition.to_owned(),
                images,
            },
            is_complete: is_current && images == all_images,
        })
    }

    /// Trains one seed on `device`, stores its weights in `folder` and scores them.
    fn run_seed(
        &self,
        recipe: &Recipe,
        data: &RunData,
        test: Option<&Dataset>,
        device: &Device,
        settings: &Settings,
        folder: &Path,
    ) -> anyhow::Result<RunReport> {
        let run = Run {
            recipe,
            data: &data.description,
            training: &data.training,
            validation: &data.validation,
        };
        let result = run.execute(device, settings)?;
        // Scores are those of the CPU kernels, whatever the device of the training.
        let device = Device::flex();
        let network = result.network.fork(&device);
        let architecture = &recipe.architecture;
        let temperature = if recipe.calibrate {
            let logits = predict(&network, &data.validation, SCORING_BATCH, &device)?;
            fit_temperature(&logits, &data.validation.labels)
        } else {
            1.0
        };
        let network = network.with_temperature(temperature);
        let (bytes, storage) = card::smallest_format(
            self.recipe.as_str(),
            architecture,
            &network,
            &LabeledInputs::of_images(&data.validation),
            &device,
        )?;
        let weights = folder.join(card::WEIGHTS);
        write_atomically(&weights, &bytes)?;

        let stored =
            BurnNetwork::from_burnpack(self.recipe.as_str(), architecture, &bytes, &device)?;
        let logits = |images: &Dataset| predict(&stored, images, SCORING_BATCH, &device);
        let validation = Scores::of(&logits(&data.validation)?, &data.validation.labels);
        let (test, ece_before) = match test {
            Some(test) => {
                let logits = logits(test)?;
                let before = Scores::of(&divide_logits(&logits, 1.0 / temperature), &test.labels);
                (Some(Scores::of(&logits, &test.labels)), Some(before.ece))
            }
            None => (None, None),
        };
        let report = RunReport {
            recipe: recipe.clone(),
            seed: settings.seed,
            train_seconds: result.checkpoint.seconds,
            threads: settings.threads,
            data: data.description.clone(),
            curve: result.checkpoint.curve,
            storage,
            temperature,
            validation,
            test,
            ece_before,
        };
        let text = serde_json::to_string_pretty(&report)?;
        write_atomically(&folder.join(card::REPORT), text.as_bytes())?;
        Ok(report)
    }
}

/// A line of scores on the images that `what` names.
fn summary(what: &str, scores: &Scores) -> String {
    format!(
        "{what} {}, loss {:.4}, ECE {}",
        table::percent(scores.accuracy),
        scores.loss,
        table::percent(scores.ece),
    )
}
