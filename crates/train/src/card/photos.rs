//! What model/photos.json holds: how a network does on photos of people whose photos it never saw.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Int8Judgement, PublishError, StorageFormat, plots};
use crate::evaluate::{PhotoScores, PhotoViews};
use crate::files::{on, write_whole};
use crate::finetune::FinetuneRecipe;
use thimble::prediction::PhotoCalibration;

/// A cross-validation over photos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoReport {
    /// The network that was fine-tuned, one that never saw a photo.
    pub network: String,
    /// Of its weights' bytes: the first 8 of their SHA-256, in hexadecimal digits.
    #[serde(alias = "trunk")]
    pub backbone: String,
    /// How it was fine-tuned.
    #[serde(alias = "tuning")]
    pub finetuning: FinetuneRecipe,
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
    /// What the first looks at each photo say, without the others.
    #[serde(default, alias = "by_looks")]
    pub by_views: Vec<PhotoViews>,
    /// What is fitted on all folds, for verdicts of the network that is shipped.
    pub calibration: PhotoCalibration,
    /// Seconds that the fine-tuning of all folds took.
    pub seconds: f64,
    /// Threads that it ran on.
    pub threads: usize,
    /// How the weights that were fine-tuned on all photos are stored, where they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<StorageFormat>,
    /// How these do in 8-bit integers, on the photos' own pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub int8: Option<Int8Judgement>,
}

/// Writes photos.json and its plots into `model`.
///
/// # Errors
/// [`PublishError`].
pub fn publish_photos(report: &PhotoReport, model: &Path) -> Result<(), PublishError> {
    let path = model.join("photos.json");
    let mut report = report.clone();
    if report.storage.is_none() {
        // A new cross-validation leaves the weights as they are.
        if let Ok(known) = read_photos_report(model) {
            (report.storage, report.int8) = (known.storage, known.int8);
        }
    }
    let text = serde_json::to_string_pretty(&report).map_err(|error| PublishError::Unreadable {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    write_whole(&path, (text + "\n").as_bytes())?;
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
        write_whole(&path, svg.as_bytes())?;
    }
    Ok(())
}

/// The report on photos in `model`.
///
/// # Errors
/// [`PublishError`] where it cannot be read.
pub fn read_photos_report(model: &Path) -> Result<PhotoReport, PublishError> {
    let path = model.join("photos.json");
    let text = on(&path, fs::read_to_string(&path))?;
    serde_json::from_str(&text).map_err(|error| PublishError::Unreadable {
        path,
        reason: error.to_string(),
    })
}
