//! What rounding the numbers changes in a network's predictions.

use serde::{Deserialize, Serialize};

use crate::evaluate::Scores;
use thimble::labels::CLASSES;
use thimble::network::Architecture;
use thimble::prediction::most_likely;

/// The least acceptable share of unchanged labels of images in Fashion-MNIST's format.
const LABELS_UNCHANGED: f64 = 0.998;
/// That of photos and their pixels, of which networks get some five times as many wrong to begin with.
const PHOTO_LABELS_UNCHANGED: f64 = 0.99;
/// The greatest acceptable increase of the loss, as a share of it.
const LOSS_INCREASE: f64 = 0.005;

/// The change of a network's predictions by rounding its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccuracyChange {
    /// Share of the images whose predicted label stays, 0 to 1.
    pub labels_unchanged: f64,
    /// Change of the loss, as a share of it: 0.01 for an increase by a hundredth.
    pub loss_change: f64,
}

impl AccuracyChange {
    /// No change.
    pub const NONE: Self = Self {
        labels_unchanged: 1.0,
        loss_change: 0.0,
    };

    /// Compares the logits `before` and `after` of images with these labels, at least one.
    pub fn between(before: &[[f32; CLASSES]], after: &[[f32; CLASSES]], labels: &[u8]) -> Self {
        let pairs = before.iter().zip(after);
        let same = pairs.filter(|(a, b)| most_likely(a) == most_likely(b));
        let loss = |logits| Scores::of(logits, labels).loss;
        Self {
            labels_unchanged: same.count() as f64 / after.len().max(1) as f64,
            loss_change: loss(after) / loss(before) - 1.0,
        }
    }

    /// Whether the change is acceptable: at least 99.8 % of the labels unchanged, or 99 % in a network for photos, and at
    /// most 0.5 % more loss.
    pub fn is_acceptable(&self, architecture: &Architecture) -> bool {
        let least_unchanged = match architecture {
            Architecture::Paper | Architecture::Residual(_) => LABELS_UNCHANGED,
            Architecture::Segmentation(_) | Architecture::Garment(_) => PHOTO_LABELS_UNCHANGED,
        };
        self.labels_unchanged >= least_unchanged && self.loss_change <= LOSS_INCREASE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thimble::network::GarmentStages;

    #[test]
    fn change_counts_labels_and_compares_losses() {
        let confident = |class: usize, logit| {
            let mut logits = [0.0; CLASSES];
            logits[class] = logit;
            logits
        };
        let before = [confident(0, 9.0), confident(1, 9.0)];
        assert_eq!(
            AccuracyChange::between(&before, &before, &[0, 1]),
            AccuracyChange::NONE
        );
        let after = [confident(0, 9.0), confident(2, 9.0)];
        let change = AccuracyChange::between(&before, &after, &[0, 1]);
        assert_eq!(change.labels_unchanged, 0.5);
        assert!(change.loss_change > 1.0 && !change.is_acceptable(&Architecture::Paper));
        // More confident in the correct labels.
        let after = [confident(0, 10.0), confident(1, 10.0)];
        let change = AccuracyChange::between(&before, &after, &[0, 1]);
        assert!(change.loss_change < 0.0 && change.is_acceptable(&Architecture::Paper));
    }

    #[test]
    fn limits_are_998_labels_in_1000_and_half_a_percent_of_the_loss() {
        let change = |labels_unchanged, loss_change| AccuracyChange {
            labels_unchanged,
            loss_change,
        };
        assert!(change(0.998, 0.005).is_acceptable(&Architecture::Paper));
        assert!(!change(0.9978, 0.0).is_acceptable(&Architecture::Paper));
        let garments = Architecture::Garment(GarmentStages {
            widths: [16; 4],
            blocks: [0; 4],
        });
        assert!(change(0.99, 0.005).is_acceptable(&garments));
        assert!(!change(0.9899, 0.0).is_acceptable(&garments));
        assert!(!change(1.0, 0.0051).is_acceptable(&Architecture::Paper));
    }
}
