//! What model/photos.json holds: how a network does on photos of people whose photos it never saw.

use serde::{Deserialize, Serialize};

use crate::evaluate::{PhotoCalibration, PhotoScores};
use crate::tune::Tuning;

/// A cross-validation over photos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoReport {
    /// The network that was fine-tuned, one that never saw a photo.
    pub network: String,
    /// How it was.
    pub tuning: Tuning,
    /// Seed of the fine-tuning.
    pub seed: u64,
    /// Views of each photo whose logits are averaged.
    pub views: usize,
    /// What came out, pooled over the folds: temperature, sureness and its threshold are each
    /// fitted on the other folds.
    #[serde(flatten)]
    pub scores: PhotoScores,
    /// Accuracy of the networks of the folds on Fashion-MNIST's validation pictures, 0 to 1, in the
    /// order of the folds.
    pub fashion_validation: Vec<f64>,
    /// The same of the network that they started from.
    pub fashion_validation_before: f64,
    /// What is fitted on all folds, for verdicts of the network that is shipped.
    pub calibration: PhotoCalibration,
    /// Seconds that the fine-tuning of all folds took.
    pub seconds: f64,
    /// Threads that it ran on.
    pub threads: usize,
}
