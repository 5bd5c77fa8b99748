//! What is known of a garment before its class is predicted.

use serde::{Deserialize, Serialize};

use crate::labels::CLASSES;
use crate::parts::{PARTS, Part};
use crate::photo::{PartMap, Quality, Segmentation};

/// What the segmentations say of a garment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GarmentEvidence {
    /// Measures of its segmentation.
    pub quality: Quality,
    /// Mean probability of each part over its mask, 0 to 1.
    pub parts: [f32; PARTS],
    /// Mean probability of each part around it, 0 to 1.
    pub surroundings: [f32; PARTS],
}

impl GarmentEvidence {
    /// Averages the parts over the mask of a garment.
    pub(crate) fn new(segmentation: &Segmentation, map: &PartMap, scale: [f32; 2]) -> Self {
        let mut parts = [0.0; PARTS];
        let mut count = 0.0_f32;
        for point in segmentation.foreground_points() {
            let probabilities = map.probabilities([point[0] / scale[0], point[1] / scale[1]]);
            for (sum, probability) in parts.iter_mut().zip(probabilities) {
                *sum += probability;
            }
            count += 1.0;
        }
        Self {
            quality: segmentation.quality,
            parts: parts.map(|sum| sum / count.max(1.0)),
            surroundings: map.mean(),
        }
    }

    /// Returns the evidence of a garment whose parts are not known.
    pub fn of_quality(quality: Quality) -> Self {
        Self {
            quality,
            parts: [0.0; PARTS],
            surroundings: [0.0; PARTS],
        }
    }

    /// Returns the probability that the mask shows clothes, 0 to 1.
    pub fn clothes(&self) -> f32 {
        Part::GARMENTS
            .iter()
            .map(|part| self.parts[part.index()])
            .sum()
    }

    /// Returns the mean probability of skin and hair around it, 0 to 1.
    pub fn person(&self) -> f32 {
        self.surroundings[Part::Skin.index()] + self.surroundings[Part::Hair.index()]
    }

    /// Returns the share of the clothes' probability that agrees with a class, 0 to 1.
    pub fn agreement(&self, class: usize) -> f32 {
        let part = Part::of_class(class).map_or(0.0, |part| self.parts[part.index()]);
        part / self.clothes().max(1e-3)
    }
}

/// All that a garment's prediction follows from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The logits of each view, `[views, 10]`; that of none of the ten classes is 0.
    pub views: Vec<[f32; CLASSES]>,
    /// What the segmentations say of it.
    pub evidence: GarmentEvidence,
}
