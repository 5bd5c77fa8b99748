//! Measures of a segmentation's quality.

use serde::{Deserialize, Serialize};

use super::Plane;

/// Measures of how well the garment was segmented.
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quality {
    /// Certainty of the mask, 0 to 1: 1 where every probability is 0 or 1, lower the more uncertain pixels
    /// there are relative to the foreground's area.
    pub certainty: f32,
    /// Share of the segmented area that is foreground, 0 to 1.
    pub area: f32,
    /// Share of the mask's edge pixels that are foreground, 0 to 1.
    pub edge_contact: f32,
    /// Number of connected components of the foreground.
    pub components: usize,
    /// Difference of the mean colour log-likelihood ratio between foreground and background, in nats per
    /// pixel: 0 (same colours) to 12.
    pub contrast: f32,
    /// Mean grey, 0 to 1.
    pub brightness: f32,
}

/// Contrast below which a mask is discarded, in nats per pixel: it follows from the spatial prior alone.
pub(super) const MIN_CONTRAST: f32 = 0.5;

/// Why a garment may be misclassified, in decreasing order of likelihood.
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhotoIssue {
    /// Nothing stands out from the background.
    NothingFound,
    /// The photo is dark.
    TooDark,
    /// The garment extends beyond the photo.
    CutOff,
    /// The garment is small on the photo.
    TooSmall,
    /// The mask has several components: perhaps several garments.
    SeveralParts,
    /// Garment and background are hard to separate.
    BusyBackground,
}

impl Quality {
    /// Measures a mask of foreground probabilities and the grey plane, 0 to 255, that it was computed from.
    pub(super) fn of(foreground: &Plane, components: usize, contrast: f32, grey: &Plane) -> Self {
        let Plane {
            width,
            height,
            values,
        } = foreground;
        let count = values.len().max(1) as f32;
        let uncertainty: f32 = values
            .iter()
            .map(|probability| 1.0 - (2.0 * probability - 1.0).abs())
            .sum();
        let area = values
            .iter()
            .filter(|probability| **probability >= 0.5)
            .count() as f32;
        let is_edge = |index: usize| {
            let (x, y) = (index % width, index / width);
            x == 0 || y == 0 || x + 1 == *width || y + 1 == *height
        };
        let edge = values
            .iter()
            .enumerate()
            .filter(|(index, _)| is_edge(*index));
        let (touched, total) = edge.fold((0, 0), |(touched, total), (_, probability)| {
            (touched + usize::from(*probability >= 0.5), total + 1)
        });
        Self {
            // Relative to the area, since larger foregrounds have longer outlines, where pixels are
            // uncertain.
            certainty: (1.0 - uncertainty / (4.0 * area.max(0.05 * count)).max(1.0))
                .clamp(0.0, 1.0),
            area: area / count,
            edge_contact: touched as f32 / total.max(1) as f32,
            components,
            contrast,
            brightness: grey.values.iter().sum::<f32>() / (255.0 * count),
        }
    }

    /// Returns the likeliest issue, if any.
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
        let found = issues.into_iter().find(|(applies, _)| *applies);
        found.map(|(_, issue)| issue)
    }
}
