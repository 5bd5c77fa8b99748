//! Native training: recipes, the loop, exact resume.

mod answers;
mod augment;
mod average;
mod checkpoint;
mod fit;
mod loss;
mod optimizer;
mod order;
mod progress;
mod recipe;
mod round;
mod run;
mod teacher;
mod teachers;
mod trainable_net;
mod unfold;

pub use augment::Augmentation;
pub(crate) use augment::{augment, erase};
pub(crate) use average::{decay_of, move_towards};
pub use checkpoint::{Checkpoint, CheckpointError, EpochScores, State};
pub use fit::{Learnt, step};
pub use loss::Loss;
pub use optimizer::optimizer;
pub use progress::{Progress, ProgressKind};
pub use recipe::{OptimizerKind, Recipe, RecipeError, Schedule};
pub use run::{Run, RunError, RunResult, Settings};
pub use teacher::Teacher;
pub use teachers::teachers_logits;
pub use trainable_net::{NormalizedConv, TrainableNet};

use serde::{Deserialize, Serialize};

/// Which pictures a run trains on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingData {
    /// The data set's edition.
    pub edition: String,
    /// How many pictures train.
    pub images: usize,
}
