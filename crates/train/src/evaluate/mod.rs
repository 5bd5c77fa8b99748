//! Evaluation: scores on Fashion-MNIST and on photos, calibration, and the fit of the confidence model.

mod confidence_fit;
mod photos;
mod predict;
mod scores;
mod temperature;
mod threshold;

pub use confidence_fit::{Sample, fit_confidence};
pub use photos::{Interval, LabeledPrediction, PhotoClass, PhotoScores};
pub use predict::{SCORING_BATCH, forward, model, predict, predict_with};
pub use scores::{ClassScores, ECE_BINS, Reliability, Scores};
pub use temperature::{divide_logits, fit_temperature};
pub use threshold::threshold;
