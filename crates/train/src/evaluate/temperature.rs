//! Temperature: one number that logits are divided by so that probabilities mean what they say.

use super::scores::mean_loss;
use thimble::labels::CLASSES;

/// The temperature that gives `logits` the least mean cross-entropy against `labels` (Guo et al.,
/// 2017), between 0.05 and 20; 1 for no pictures.
pub fn temperature(logits: &[[f32; CLASSES]], labels: &[u8]) -> f64 {
    if logits.is_empty() {
        return 1.0;
    }
    // The loss is convex in the inverse temperature, and so has one valley in its logarithm: golden
    // section search (Kiefer, 1953).
    const RATIO: f64 = 0.618_033_988_749_894_9;
    let loss = |logarithm: f64| mean_loss(&divided(logits, logarithm.exp()), labels);
    let (mut low, mut high) = (0.05_f64.ln(), 20_f64.ln());
    let inner = |low: f64, high: f64| [high - RATIO * (high - low), low + RATIO * (high - low)];
    let [mut a, mut b] = inner(low, high);
    let (mut loss_a, mut loss_b) = (loss(a), loss(b));
    while high - low > 1e-5 {
        if loss_a <= loss_b {
            (high, b, loss_b) = (b, a, loss_a);
            [a, _] = inner(low, high);
            loss_a = loss(a);
        } else {
            (low, a, loss_a) = (a, b, loss_b);
            [_, b] = inner(low, high);
            loss_b = loss(b);
        }
    }
    ((low + high) / 2.0).exp()
}

/// The logits over a temperature.
pub fn divided(logits: &[[f32; CLASSES]], temperature: f64) -> Vec<[f32; CLASSES]> {
    let inverse = (1.0 / temperature) as f32;
    let rows = logits.iter();
    rows.map(|row| row.map(|logit| logit * inverse)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows that are right with the probability that they state, over a temperature.
    fn rows(scale: f32) -> (Vec<[f32; CLASSES]>, Vec<u8>) {
        let mut row = [0.0; CLASSES];
        row[0] = scale * (0.7_f32 / 0.3 * 9.0).ln();
        // 0.7 for class 0; the others share the rest, and so do the labels.
        let labels = (0..300).map(|index| if index < 210 { 0 } else { 1 + index % 9 });
        (vec![row; 300], labels.map(|label| label as u8).collect())
    }

    #[test]
    fn finds_the_temperature_that_was_applied() {
        for scale in [0.2, 1.0, 3.0] {
            let (logits, labels) = rows(scale);
            let found = temperature(&logits, &labels);
            assert!(
                (found / f64::from(scale) - 1.0).abs() < 1e-3,
                "{scale}: {found}"
            );
            let even = temperature(&divided(&logits, found), &labels);
            assert!((even - 1.0).abs() < 1e-3, "{even}");
        }
    }

    #[test]
    fn no_pictures_leave_logits_as_they_are() {
        assert_eq!(temperature(&[], &[]), 1.0);
    }
}
