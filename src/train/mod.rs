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
