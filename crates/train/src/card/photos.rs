//! The report on the networks for photos, model/photos.json.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Int8Evaluation, PublishError, StorageFormat, plots};
use crate::crop::CropRecipe;
use crate::files::write_atomically;
use crate::garment::{GarmentRecipe, GarmentScores};
use crate::segmentation::{PartScores, SegmentationRecipe};
use thimble::prediction::PhotoCalibration;

/// The kinds of photos that have plots.
const PLOTTED: [&str; 2] = ["flat", "worn"];

/// The report on the networks for photos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoReport {
    /// The segmentation network.
    pub segmentation: PhotoNetwork<SegmentationRecipe>,
    /// The scores of the segmentation network of each fold on the photos of people that it did not see.
    pub parts: Vec<PartScores>,
    /// The network for garments.
    pub garments: PhotoNetwork<GarmentRecipe>,
    /// The network for masked crops.
    pub crops: PhotoNetwork<CropRecipe>,
    /// Views of each garment whose probabilities are averaged.
    pub views: usize,
    /// The folds whose pictures are scored.
    pub folds: Vec<usize>,
    /// Scores by networks that did not see the pictures, with a calibration fitted on the other folds.
    #[serde(flatten)]
    pub scores: GarmentScores,
    /// The calibration, fitted on all folds.
    pub calibration: PhotoCalibration,
}

/// One of the networks for photos, trained on all photos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoNetwork<Recipe> {
    /// Its recipe.
    pub recipe: Recipe,
    /// Seed of its training.
    pub seed: u64,
    /// Trained values, biases included.
    pub parameters: u64,
    /// Multiply-accumulates for one input.
    pub macs: u64,
    /// The number format of its weights.
    pub storage: StorageFormat,
    /// Their evaluation in int8.
    pub int8: Int8Evaluation,
}

/// Writes photos.json and its plots into `model`.
///
/// # Errors
/// [`PublishError`].
pub fn publish_photos(report: &PhotoReport, model: &Path) -> Result<(), PublishError> {
    let path = model.join("photos.json");
    let text = serde_json::to_string_pretty(&report).map_err(|error| PublishError::Unreadable {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    write_atomically(&path, (text + "\n").as_bytes())?;
    for name in PLOTTED {
        let Some(scores) = report.scores.kinds.get(name) else {
            continue;
        };
        for (plot, drawn) in [
            ("confusion", plots::photo_confusion(name, scores)),
            ("reliability", plots::photo_reliability(name, scores)),
        ] {
            let path = model.join(format!("photos-{name}-{plot}.svg"));
            let svg = drawn.map_err(|reason| PublishError::Plot {
                path: path.clone(),
                reason,
            })?;
            write_atomically(&path, svg.as_bytes())?;
        }
    }
    Ok(())
}
