//! The report on photos, model/photos.json: a cross-validation by sender.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Int8Evaluation, PublishError, StorageFormat, plots};
use crate::evaluate::{PhotoScores, PhotoViews};
use crate::files::{at_path, write_atomically};
use crate::finetune::FinetuneRecipe;
use thimble::prediction::PhotoCalibration;

/// A cross-validation over photos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoReport {
    /// The backbone.
    pub network: String,
    /// Its checksum: the first 8 bytes of the SHA-256 of its weights file, in hexadecimal digits.
    #[serde(alias = "trunk")]
    pub backbone: String,
    /// The recipe of the fine-tuning.
    #[serde(alias = "tuning")]
    pub finetuning: FinetuneRecipe,
    /// Seed of the fine-tuning.
    pub seed: u64,
    /// Views of each photo whose logits are averaged.
    pub views: usize,
    /// Scores over all folds. Temperature, confidence model and threshold are fitted on the other folds.
    #[serde(flatten)]
    pub scores: PhotoScores,
    /// Accuracy of each fold's network on Fashion-MNIST's validation images, 0 to 1.
    pub fashion_validation: Vec<f64>,
    /// The same of the backbone.
    pub fashion_validation_before: f64,
    /// Scores by the first views of each photo.
    #[serde(default, alias = "by_looks")]
    pub by_views: Vec<PhotoViews>,
    /// The calibration of the shipped network, fitted on all folds.
    pub calibration: PhotoCalibration,
    /// Seconds of fine-tuning, over all folds.
    pub seconds: f64,
    /// Threads used.
    pub threads: usize,
    /// The number format of the shipped weights, which are fine-tuned on all photos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<StorageFormat>,
    /// Their evaluation in int8, on the inputs of the photos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub int8: Option<Int8Evaluation>,
}

/// Writes photos.json and its plots into `model`.
///
/// # Errors
/// [`PublishError`].
pub fn publish_photos(report: &PhotoReport, model: &Path) -> Result<(), PublishError> {
    let path = model.join("photos.json");
    let mut report = report.clone();
    if report.storage.is_none() {
        // A new cross-validation does not change the weights.
        if let Ok(known) = read_photo_report(model) {
            (report.storage, report.int8) = (known.storage, known.int8);
        }
    }
    let text = serde_json::to_string_pretty(&report).map_err(|error| PublishError::Unreadable {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    write_atomically(&path, (text + "\n").as_bytes())?;
    let scores = &report.scores;
    for (name, drawn) in [
        ("photos-confusion.svg", plots::photo_confusion(scores)),
        ("photos-reliability.svg", plots::photo_reliability(scores)),
    ] {
        let path = model.join(name);
        let svg = drawn.map_err(|reason| PublishError::Plot {
            path: path.clone(),
            reason,
        })?;
        write_atomically(&path, svg.as_bytes())?;
    }
    Ok(())
}

/// Reads the report on photos in `model`.
///
/// # Errors
/// [`PublishError`] where it cannot be read.
pub fn read_photo_report(model: &Path) -> Result<PhotoReport, PublishError> {
    let path = model.join("photos.json");
    let text = at_path(&path, fs::read_to_string(&path))?;
    serde_json::from_str(&text).map_err(|error| PublishError::Unreadable {
        path,
        reason: error.to_string(),
    })
}
