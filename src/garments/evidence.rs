//! What is known of a garment before its class is predicted.

use serde::{Deserialize, Serialize};

use crate::labels::CLASSES;
use crate::parts::{PARTS, Part};
use crate::photo::{PartMap, Quality, Segmentation};

/// Least share of skin and hair around a garment that someone wears.
const MIN_PERSON: f32 = 0.01;

/// What the segmentations say of a garment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GarmentEvidence {
    /// Measures of its segmentation.
    pub quality: Quality,
    /// Mean probability of each part over its mask, 0 to 1.
    pub parts: [f32; PARTS],
    /// Share of what is around it that is skin and hair, or of the whole photo where that is more, 0 to 1.
    pub person: f32,
}

impl GarmentEvidence {
    /// Averages the parts over the mask of a garment, around which skin and hair have the share `person`.
    pub(crate) fn new(
        segmentation: &Segmentation,
        map: &PartMap,
        person: f32,
        scale: [f32; 2],
    ) -> Self {
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
            person,
        }
    }

    /// Returns the probability that the mask shows clothes, 0 to 1.
    pub fn clothes(&self) -> f32 {
        Part::GARMENTS
            .iter()
            .map(|part| self.parts[part.index()])
            .sum()
    }

    /// Returns whether someone wears the garment, as far as skin and hair tell.
    pub fn is_worn(&self) -> bool {
        is_worn(self.person)
    }

    /// Returns the share of the clothes' probability that agrees with a class, 0 to 1.
    pub fn agreement(&self, class: usize) -> f32 {
        let part = Part::of_class(class).map_or(0.0, |part| self.parts[part.index()]);
        part / self.clothes().max(1e-3)
    }
}

/// Returns whether someone wears a garment around which skin and hair have this share.
pub(super) fn is_worn(person: f32) -> bool {
    person >= MIN_PERSON
}

/// All that a garment's prediction follows from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The logits of each view, `[views, 10]`; that of none of the ten classes is 0.
    pub views: Vec<[f32; CLASSES]>,
    /// The logits of the network for masked crops for each view of the crop, `[views, 10]`, given that it is one of the ten
    /// classes; empty for garments that someone wears, on which this network was not trained.
    #[serde(default)]
    pub crops: Vec<[f32; CLASSES]>,
    /// What the segmentations say of it.
    pub evidence: GarmentEvidence,
}
