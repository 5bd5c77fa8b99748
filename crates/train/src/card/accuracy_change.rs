//! What coarser numbers do to a network's answers.

use serde::{Deserialize, Serialize};

use crate::evaluate::Scores;
use thimble::labels::CLASSES;
use thimble::prediction::most_likely;

/// The least share of labels that coarser numbers may leave unchanged.
const LABELS_UNCHANGED: f64 = 0.998;
/// The most by which they may raise the loss, as a share of it.
const LOSS_INCREASE: f64 = 0.005;

/// What coarser numbers do to a network's answers to the pictures that it is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Share of the pictures whose label stays, 0 to 1.
    pub labels_unchanged: f64,
    /// Change of the loss, as a share of it: 0.01 for one that is a hundredth higher.
    pub loss_change: f64,
}

impl Change {
    /// None.
    pub const NONE: Self = Self {
        labels_unchanged: 1.0,
        loss_change: 0.0,
    };

    /// From the logits `before` to those `after`, of pictures with these labels, at least one.
    pub fn between(before: &[[f32; CLASSES]], after: &[[f32; CLASSES]], labels: &[u8]) -> Self {
        let pairs = before.iter().zip(after);
        let same = pairs.filter(|(a, b)| most_likely(a) == most_likely(b));
        let loss = |logits| Scores::of(logits, labels).loss;
        Self {
            labels_unchanged: same.count() as f64 / after.len().max(1) as f64,
            loss_change: loss(after) / loss(before) - 1.0,
        }
    }

    /// Whether it is little enough: at least 99.8 % of the labels unchanged, and at most 0.5 % more
    /// loss.
    pub fn is_allowed(&self) -> bool {
        self.labels_unchanged >= LABELS_UNCHANGED && self.loss_change <= LOSS_INCREASE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_counted_and_losses_compared() {
        let sure_of = |class: usize, logit| {
            let mut logits = [0.0; CLASSES];
            logits[class] = logit;
            logits
        };
        let before = [sure_of(0, 9.0), sure_of(1, 9.0)];
        assert_eq!(Change::between(&before, &before, &[0, 1]), Change::NONE);
        let after = [sure_of(0, 9.0), sure_of(2, 9.0)];
        let change = Change::between(&before, &after, &[0, 1]);
        assert_eq!(change.labels_unchanged, 0.5);
        assert!(change.loss_change > 1.0 && !change.is_allowed());
        // Surer of the right ones.
        let after = [sure_of(0, 10.0), sure_of(1, 10.0)];
        let change = Change::between(&before, &after, &[0, 1]);
        assert!(change.loss_change < 0.0 && change.is_allowed());
    }

    #[test]
    fn two_of_a_thousand_labels_may_change_and_a_two_hundredth_of_the_loss() {
        let change = |labels_unchanged, loss_change| Change {
            labels_unchanged,
            loss_change,
        };
        assert!(change(0.998, 0.005).is_allowed());
        assert!(!change(0.9978, 0.0).is_allowed());
        assert!(!change(1.0, 0.0051).is_allowed());
    }
}
