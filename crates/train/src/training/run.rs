//! A training run, from the first weights to the trained network.

use std::path::PathBuf;
use std::time::Instant;

use burn::module::Module;
use burn::tensor::Device;
use burn::train::Interrupter;

use super::epoch::Trainer;
use super::soft_labels::CacheSettings;
use super::teachers::Teachers;
use super::{
    Checkpoint, CheckpointError, EpochScores, Progress, ProgressKind, Recipe, StepError,
    TrainableNet, TrainingData, TrainingState,
};
use crate::data::Dataset;
use thimble::network::DeviceError;
use thimble_burn::BurnNetwork;

/// The settings of a run beside its recipe.
#[derive(Clone)]
pub struct Settings {
    /// Seed of the first weights, the order of the images and their augmentation.
    pub seed: u64,
    /// Threads in use. Recorded, since their number can change the last digits.
    pub threads: usize,
    /// Folder of the checkpoint; `None` writes none.
    pub checkpoint: Option<PathBuf>,
    /// Whether to resume from the checkpoint where there is one.
    pub resume: bool,
    /// Folder of the soft-label cache, which runs share; `None` caches none.
    pub soft_labels: Option<PathBuf>,
    /// How progress is shown.
    pub progress: ProgressKind,
    /// Stops the run on request.
    pub interrupter: Interrupter,
}

/// A run of a recipe on a data set.
pub struct Run<'a> {
    /// The recipe.
    pub recipe: &'a Recipe,
    /// What `training` is; a resumed run must have the same.
    pub data: &'a TrainingData,
    /// Training images.
    pub training: &'a Dataset,
    /// Validation images, scored after each epoch.
    pub validation: &'a Dataset,
}

/// The result of a run.
#[derive(Debug)]
pub struct RunResult {
    /// The trained network, for inference.
    pub network: BurnNetwork,
    /// The last checkpoint: scores of every epoch and the training time.
    pub checkpoint: Checkpoint,
}

/// Why a run did not finish.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The user asked to stop.
    #[error("stopped after the last finished epoch: continue with --resume")]
    Interrupted,
    /// The device returned no result.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A training step failed.
    #[error(transparent)]
    Step(#[from] StepError),
    /// A teacher cannot be loaded.
    #[error("cannot load teacher `{name}`: {reason}")]
    Teacher {
        /// The teacher.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The recipe has distillation without teachers.
    #[error("the number of teacher.networks must be at least 1, got 0")]
    NoTeacher,
    /// Cached soft labels cannot be read or written.
    #[error(
        "cannot use the soft labels in {}: {reason}: remove the file to compute them again",
        path.display()
    )]
    SoftLabels {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The checkpoint belongs to another run.
    #[error(
        "the checkpoint in {} must be of this run ({expected}), got one of {found}: choose another --out, or omit \
         --resume to start over",
        folder.display()
    )]
    OtherRun {
        /// The checkpoint's folder.
        folder: PathBuf,
        /// The run of the checkpoint.
        found: String,
        /// This run.
        expected: String,
    },
    /// The checkpoint cannot be written or read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

impl Run<'_> {
    /// Trains on `device`, without autodiff, which is added here.
    ///
    /// # Errors
    /// [`RunError`]; the checkpoint then has the finished epochs.
    pub fn execute(&self, device: &Device, settings: &Settings) -> Result<RunResult, RunError> {
        let device = device.clone().autodiff();
        device.seed(settings.seed);
        let network = TrainableNet::new(&self.recipe.architecture, &device).materialize();
        let mut state = TrainingState::new(network, &self.recipe.optimization);
        let mut checkpoint = Checkpoint {
            recipe: self.recipe.clone(),
            data: self.data.clone(),
            seed: settings.seed,
            threads: settings.threads,
            seconds: 0.0,
            curve: Vec::new(),
        };
        let folder = settings.checkpoint.as_deref();
        if let (false, Some(folder)) = (settings.resume, folder) {
            Checkpoint::remove(folder)?;
        }
        if let (true, Some(folder)) = (settings.resume, folder)
            && let Some((found, loaded)) = Checkpoint::load(folder, state.clone())?
        {
            if (&found.recipe, &found.data, found.seed) != (self.recipe, self.data, settings.seed) {
                return Err(RunError::OtherRun {
                    folder: folder.to_owned(),
                    found: describe(&found.recipe, &found.data, found.seed),
                    expected: describe(self.recipe, self.data, settings.seed),
                });
            }
            state = loaded;
            checkpoint = Checkpoint {
                threads: settings.threads,
                ..found
            };
        }

        let cache = settings.soft_labels.as_deref().map(|folder| CacheSettings {
            folder,
            recipe: self.recipe,
            data: self.data,
        });
        let distillation = self.recipe.teacher.as_ref();
        let teachers = distillation.map(|settings| Teachers::new(settings, cache));
        let trainer = Trainer {
            recipe: self.recipe,
            seed: settings.seed,
            training: self.training,
            validation: self.validation,
            device,
            teachers: teachers.transpose()?,
        };
        let label = format!("{}, seed {}", self.recipe.name, settings.seed);
        let done = checkpoint.curve.len();
        let interrupter = settings.interrupter.clone();
        let mut progress = Progress::new(
            settings.progress,
            &label,
            self.recipe.epochs,
            done,
            interrupter,
        );
        for epoch in done..self.recipe.epochs {
            let started = Instant::now();
            let means;
            (state, means) = trainer.epoch(epoch, state, &mut progress)?;
            let scores = trainer.validate(&state, &mut progress)?;
            checkpoint.seconds += started.elapsed().as_secs_f64();
            let scores = EpochScores {
                epoch: epoch + 1,
                train_loss: means.loss(),
                train_accuracy: means.accuracy(),
                validation_loss: scores.loss,
                validation_accuracy: scores.accuracy,
            };
            checkpoint.curve.push(scores);
            if let Some(folder) = folder {
                checkpoint.save(folder, &state)?;
            }
            progress.epoch(&scores);
        }
        Ok(RunResult {
            network: state.result().inference(),
            checkpoint,
        })
    }
}

/// Describes everything that distinguishes runs.
fn describe(recipe: &Recipe, data: &TrainingData, seed: u64) -> String {
    format!(
        "{recipe}, on {} images of {}, seed {seed}",
        data.images, data.edition
    )
}
