//! Evaluation: scores on Fashion-MNIST and on photos, calibration, and the fit of the confidence model.

mod confidence_fit;
mod photos;
mod predict;
mod ranking;
mod scores;
mod temperature;

pub use confidence_fit::{Sample, fit_confidence};
pub use photos::{Interval, LabeledPrediction, PhotoClass, PhotoFold, PhotoScores, PhotoViews};
pub use predict::{SCORING_BATCH, forward, model, predict, predict_with};
pub use ranking::{auroc, threshold};
pub use scores::{ClassScores, ECE_BINS, Reliability, Scores};
pub use temperature::{divide_logits, fit_temperature};
