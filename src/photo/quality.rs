//! How good a mask is.

use serde::{Deserialize, Serialize};

use super::Plane;

/// Signs of how well the garment was found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// How plainly pixels are garment or not, 0 (all could be either) to 1 (no doubt anywhere).
    pub certainty: f32,
    /// The garment's share of the photo, 0 to 1.
    pub area: f32,
    /// The share of the photo's edge that the garment touches, 0 to 1.
    pub edge: f32,
    /// Connected parts of the garment.
    pub parts: usize,
}

impl Quality {
    /// Of a mask of likelihoods and its number of parts.
    pub(super) fn of(garment: &Plane, parts: usize) -> Self {
        let Plane {
            width,
            height,
            values,
        } = garment;
        let count = values.len().max(1) as f32;
        let doubt: f32 = values.iter().map(|share| 1.0 - (2.0 * share - 1.0).abs()).sum();
        let area = values.iter().filter(|share| **share >= 0.5).count() as f32;
        let is_edge = |index: usize| {
            let (x, y) = (index % width, index / width);
            x == 0 || y == 0 || x + 1 == *width || y + 1 == *height
        };
        let edge = values.iter().enumerate().filter(|(index, _)| is_edge(*index));
        let (touched, whole) = edge.fold((0, 0), |(touched, whole), (_, share)| {
            (touched + usize::from(*share >= 0.5), whole + 1)
        });
        Self {
            // Doubt belongs at the outline, whose length goes with the root of the area.
            certainty: (1.0 - doubt / (4.0 * area.max(0.05 * count)).max(1.0)).clamp(0.0, 1.0),
            area: area / count,
            edge: touched as f32 / whole.max(1) as f32,
            parts,
        }
    }
}
