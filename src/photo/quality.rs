//! How well the garment was segmented.

use serde::{Deserialize, Serialize};

use super::Plane;

/// Measures of how well the garment was segmented.
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quality {
    /// How certain the mask is, 0 (every pixel could be garment or background) to 1.
    pub certainty: f32,
    /// The garment's share of the photo, 0 to 1.
    pub area: f32,
    /// The share of the photo's edge that the garment touches, 0 to 1.
    pub edge_contact: f32,
    /// Connected components of the mask.
    pub components: usize,
    /// Distance of its colours from the background's, in nats a pixel: 0 (none) to 12.
    pub contrast: f32,
    /// The photo's mean grey, 0 to 1.
    pub brightness: f32,
}

/// Below this contrast nothing is found: such a mask rests on its position alone.
pub(super) const MIN_CONTRAST: f32 = 0.5;

/// What may keep a garment from being recognised, the likeliest first.
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhotoIssue {
    /// Nothing differs from the background.
    NothingFound,
    /// The photo is dark.
    TooDark,
    /// The garment extends beyond the photo.
    CutOff,
    /// The garment is small on the photo.
    TooSmall,
    /// The mask has several components: perhaps several garments.
    SeveralParts,
    /// Garment and background are hard to tell apart.
    BusyBackground,
}

impl Quality {
    /// Measures a mask of probabilities with its number of components and contrast, on the photo's greys, 0 to 255.
    pub(super) fn of(foreground: &Plane, components: usize, contrast: f32, grey: &Plane) -> Self {
        let Plane {
            width,
            height,
            values,
        } = foreground;
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
            edge_contact: touched as f32 / whole.max(1) as f32,
            components,
            contrast,
            brightness: grey.values.iter().sum::<f32>() / (255.0 * count),
        }
    }

    /// The likeliest issue, if any.
    pub fn issue(&self) -> Option<PhotoIssue> {
        let issues = [
            (self.area == 0.0, PhotoIssue::NothingFound),
            (self.brightness < 0.12, PhotoIssue::TooDark),
            (self.edge_contact > 0.2, PhotoIssue::CutOff),
            (self.area < 0.04, PhotoIssue::TooSmall),
            (self.components > 2, PhotoIssue::SeveralParts),
            (
                self.certainty < 0.85 || self.contrast < 4.0,
                PhotoIssue::BusyBackground,
            ),
        ];
        let found = issues.into_iter().find(|(is_so, _)| *is_so);
        found.map(|(_, issue)| issue)
    }
}
