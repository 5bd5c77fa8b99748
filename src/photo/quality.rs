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
    /// How far its colours are from the background's, in nats a pixel: 0 (not at all) to 12.
    pub contrast: f32,
    /// The photo's mean grey, 0 to 1.
    pub light: f32,
}

/// Below this contrast nothing is found: what is likely garment by its place alone.
pub(super) const LEAST_CONTRAST: f32 = 0.5;

/// What may be wrong with a photo, the likeliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// Nothing differs from the background.
    NothingFound,
    /// There is little light.
    TooDark,
    /// The garment goes on beyond the photo.
    CutOff,
    /// The garment is small on the photo.
    TooSmall,
    /// There are several parts: perhaps several garments.
    SeveralParts,
    /// Garment and background are hard to tell apart.
    BusyBackground,
}

impl Quality {
    /// Of a mask of likelihoods, its number of parts, its contrast, and the photo's greys, 0 to 255.
    pub(super) fn of(garment: &Plane, parts: usize, contrast: f32, grey: &Plane) -> Self {
        let Plane {
            width,
            height,
            values,
        } = garment;
        let count = values.len().max(1) as f32;
        let doubt: f32 = values
            .iter()
            .map(|share| 1.0 - (2.0 * share - 1.0).abs())
            .sum();
        let area = values.iter().filter(|share| **share >= 0.5).count() as f32;
        let is_edge = |index: usize| {
            let (x, y) = (index % width, index / width);
            x == 0 || y == 0 || x + 1 == *width || y + 1 == *height
        };
        let edge = values
            .iter()
            .enumerate()
            .filter(|(index, _)| is_edge(*index));
        let (touched, whole) = edge.fold((0, 0), |(touched, whole), (_, share)| {
            (touched + usize::from(*share >= 0.5), whole + 1)
        });
        Self {
            // Doubt belongs at the outline, whose length goes with the root of the area.
            certainty: (1.0 - doubt / (4.0 * area.max(0.05 * count)).max(1.0)).clamp(0.0, 1.0),
            area: area / count,
            edge: touched as f32 / whole.max(1) as f32,
            parts,
            contrast,
            light: grey.values.iter().sum::<f32>() / (255.0 * count),
        }
    }

    /// What may have kept the garment from being seen well; `None` where nothing strikes.
    pub fn trouble(&self) -> Option<Trouble> {
        let troubles = [
            (self.area == 0.0, Trouble::NothingFound),
            (self.light < 0.12, Trouble::TooDark),
            (self.edge > 0.2, Trouble::CutOff),
            (self.area < 0.04, Trouble::TooSmall),
            (self.parts > 2, Trouble::SeveralParts),
            (
                self.certainty < 0.85 || self.contrast < 4.0,
                Trouble::BusyBackground,
            ),
        ];
        let found = troubles.into_iter().find(|(is_so, _)| *is_so);
        found.map(|(_, trouble)| trouble)
    }
}
