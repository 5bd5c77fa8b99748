//! What is told of a garment.

use super::ClassifiedGarment;
use crate::labels::CLASSES;
use crate::network::{GarmentStages, INPUT_SIDE};
use crate::photo::{Crop, PhotoIssue, PreparedPhoto, Quality, RotatedBox};
use crate::prediction::{PhotoCalibration, Prediction, most_likely, softmax};

/// What a network saw of a garment.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkInput {
    /// Width and height in pixels.
    pub side: usize,
    /// 1 for grey, 3 for red, green and blue.
    pub channels: usize,
    /// The pixels, row by row, 0 to 255.
    pub values: Vec<u8>,
}

/// A garment with its prediction.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictedGarment {
    /// Probabilities of the ten classes, given that it is one of them.
    pub probabilities: [f32; CLASSES],
    /// Its class with a confidence; `None` from a network without one.
    pub prediction: Option<Prediction>,
    /// What the network saw.
    pub input: NetworkInput,
    /// The upright rectangle around its box, in whole pixels of the rotated photo.
    pub crop: Crop,
    /// Its box, in pixels of the rotated photo.
    pub rotated_box: RotatedBox,
    /// Its outline: closed polygons of points `[x, y]` in pixels of the rotated photo; empty for an image in
    /// Fashion-MNIST's format.
    pub outline: Vec<Vec<[f32; 2]>>,
    /// Whether the network saw its greys inverted.
    pub inverted: bool,
    /// Whether someone wears it, as far as skin and hair tell; `None` for an image in Fashion-MNIST's format and without
    /// networks for photos.
    pub worn: Option<bool>,
    /// How well it was segmented; `None` for an image in Fashion-MNIST's format.
    pub quality: Option<Quality>,
}

impl PredictedGarment {
    /// Predicts the class of a garment on a rotated photo of `[width, height]` pixels.
    pub fn of_photo(
        garment: &ClassifiedGarment,
        calibration: &PhotoCalibration,
        size: [usize; 2],
    ) -> Self {
        let ClassifiedGarment {
            observation,
            segmentation,
            input,
        } = garment;
        let prediction = calibration.predict(observation);
        Self {
            probabilities: prediction.probabilities,
            prediction: Some(prediction),
            input: NetworkInput {
                side: GarmentStages::SIDES[0],
                channels: 3,
                values: input.clone(),
            },
            crop: segmentation.crop(size),
            rotated_box: segmentation.rotated_box(),
            outline: segmentation.outline(),
            inverted: false,
            worn: Some(observation.evidence.is_worn()),
            quality: Some(segmentation.quality),
        }
    }

    /// Predicts the class of an image in Fashion-MNIST's format, or of a photo prepared to look like one, from the logits
    /// of a network for such images.
    pub fn of_image(prepared: &PreparedPhoto, logits: &[f32; CLASSES]) -> Self {
        Self {
            probabilities: softmax(logits),
            prediction: None,
            input: NetworkInput {
                side: INPUT_SIDE,
                channels: 1,
                values: prepared.input.to_vec(),
            },
            crop: prepared.crop,
            rotated_box: prepared.rotated_box,
            outline: prepared.outline(),
            inverted: prepared.inverted,
            worn: None,
            quality: prepared.segmentation.as_ref().map(|found| found.quality),
        }
    }

    /// Returns why it may be misclassified, if anything indicates it.
    pub fn issue(&self) -> Option<PhotoIssue> {
        self.quality.and_then(|quality| quality.issue())
    }

    /// Returns the index of the most likely class, 0 to 9.
    pub fn class(&self) -> usize {
        most_likely(&self.probabilities)
    }
}
