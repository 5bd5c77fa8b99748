//! A training run from the first weights to the trained network.

use std::path::PathBuf;
use std::time::Instant;

use burn::module::Module;
use burn::tensor::Device;
use burn::train::Interrupter;

use super::fit::Trainer;
use super::optimizer::optimizer;
use super::teachers::{Kept, Teachers};
use super::{
    Checkpoint, CheckpointError, EpochScores, Progress, ProgressKind, Recipe, State, TrainableNet,
    TrainingData,
};
use crate::data::Pictures;
use thimble_burn::BurnNetwork;

/// What a run is given beside the recipe.
#[derive(Clone)]
pub struct Settings {
    /// Decides the first weights, the order of the pictures and the changes to them.
    pub seed: u64,
    /// Threads in use; kept with the run, since it may change the last digits.
    pub threads: usize,
    /// Where the checkpoint is kept; `None` keeps none.
    pub checkpoint: Option<PathBuf>,
    /// Go on from the checkpoint where there is one.
    pub resume: bool,
    /// Where teachers' answers are kept, for all runs that ask for the same; `None` keeps none.
    pub answers: Option<PathBuf>,
    /// What is shown meanwhile.
    pub progress: ProgressKind,
    /// Hears of the user's wish to stop.
    pub interrupter: Interrupter,
}

/// A run of a recipe.
pub struct Run<'a> {
    /// What to train, and how.
    pub recipe: &'a Recipe,
    /// What the pictures to train on are, to be compared on resume.
    pub data: &'a TrainingData,
    /// Pictures to train on.
    pub training: &'a Pictures,
    /// Pictures to watch it by.
    pub validation: &'a Pictures,
}

/// What a run ends with.
#[derive(Debug)]
pub struct RunResult {
    /// The trained network for inference.
    pub network: BurnNetwork,
    /// Scores of every epoch, and the time.
    pub checkpoint: Checkpoint,
}

/// Why a run did not end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The user asked to stop.
    #[error("stopped; the finished epochs are kept: go on with --resume")]
    Interrupted,
    /// The device gave no result back.
    #[error("the device failed: {0}")]
    Device(String),
    /// The recipe's teacher is not to be had.
    #[error("the teacher is not to be had: {0}")]
    Teacher(String),
    /// The teachers' answers cannot be kept or read.
    #[error("{}: {reason}: remove it, and the teachers are asked again", path.display())]
    Answers {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The loss is not a number any more.
    #[error("the loss is not a finite number in epoch {epoch}: lower the learning rate")]
    Diverged {
        /// Number of the epoch, from 1.
        epoch: usize,
    },
    /// The checkpoint belongs to another run.
    #[error(
        "the checkpoint in {} is of another run ({found}), and this one is {expected}: \
         choose another --out, or leave --resume out to start over",
        folder.display()
    )]
    OtherRun {
        /// The checkpoint's folder.
        folder: PathBuf,
        /// What the checkpoint is of.
        found: String,
        /// What was asked for.
        expected: String,
    },
    /// The checkpoint cannot be written or read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

impl Run<'_> {
    /// Trains on `device` (a plain one; autodiff is added here).
    ///
    /// # Errors
    /// [`RunError`]; whole epochs are kept in the checkpoint.
    pub fn execute(&self, device: &Device, settings: &Settings) -> Result<RunResult, RunError> {
        let device = device.clone().autodiff();
        device.seed(settings.seed);
        let network = TrainableNet::new(&self.recipe.architecture, &device).materialize();
        let mut state = State {
            average: (self.recipe.average > 0.0).then(|| network.valid()),
            network,
            optimizer: optimizer(self.recipe),
        };
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

        let kept = settings.answers.as_deref().map(|folder| Kept {
            folder,
            recipe: self.recipe,
            data: self.data,
        });
        let teacher = self.recipe.teacher.as_ref();
        let teachers = teacher.map(|teacher| Teachers::new(teacher, kept));
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

/// All that tells one run from another.
fn describe(recipe: &Recipe, data: &TrainingData, seed: u64) -> String {
    format!(
        "{recipe}, on {} images of {}, seed {seed}",
        data.images, data.edition
    )
}
