//! Training: recipes, the training loop, knowledge distillation, and runs that resume exactly.

mod augment;
mod checkpoint;
mod class_balance;
mod distillation;
mod epoch;
mod loss;
mod optimize;
mod progress;
mod random;
mod recipe;
mod rounding;
mod run;
mod soft_labels;
mod state_files;
mod step_checkpoints;
mod teachers;
mod trainable_net;
mod unfold;

pub use augment::Augmentation;
pub(crate) use augment::erase_rectangle;
pub use checkpoint::{Checkpoint, EpochScores};
pub(crate) use class_balance::cumulative_weights;
pub use distillation::Distillation;
pub use loss::{Loss, cross_entropy_with_none, soft_cross_entropy};
pub use optimize::{
    Objective, Optimization, OptimizerKind, Schedule, StepError, StepOutcome, TrainingState,
    optimize,
};
pub use progress::{Progress, ProgressKind};
pub use recipe::{Recipe, RecipeError};
pub use rounding::Rounding;
pub use run::{Run, RunError, RunResult, Settings};
pub use state_files::CheckpointError;
pub use step_checkpoints::{PhotoTraining, StepCheckpoints, optimize_resumably};
pub use teachers::teacher_logits;
pub use trainable_net::{NormalizedConv, TrainableNet};

use serde::{Deserialize, Serialize};

/// What a run trains on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingData {
    /// The edition of the data set.
    pub edition: String,
    /// The number of training images.
    pub images: usize,
}
