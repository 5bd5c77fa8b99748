//! Native training: recipes, the loop, exact resume.

mod augment;
mod checkpoint;
mod fit;
mod order;
mod progress;
mod recipe;
mod run;

pub use checkpoint::{Checkpoint, CheckpointError, EpochScores};
pub use progress::{Progress, ProgressKind};
pub use recipe::{Augmentation, Recipe, Schedule};
pub use run::{Run, RunError, RunResult, Settings};

use serde::{Deserialize, Serialize};

/// Which pictures a run trains on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingData {
    /// The data set's edition.
    pub edition: String,
    /// How many pictures train.
    pub images: usize,
}
