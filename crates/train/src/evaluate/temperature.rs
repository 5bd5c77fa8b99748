//! Temperature scaling: one number that the logits are divided by, so that the probabilities are calibrated.

use super::scores::mean_loss;
use thimble::labels::CLASSES;

/// Fits the temperature, 0.05 to 20, that minimizes the mean cross-entropy of `logits` and `labels` (Guo et al., 2017);
/// 1 for no images.
pub fn fit_temperature(logits: &[[f32; CLASSES]], labels: &[u8]) -> f64 {
    if logits.is_empty() {
        return 1.0;
    }
    // The loss is convex in the inverse temperature, so it has one minimum over its logarithm: golden-section search
    // (Kiefer, 1953).
    const RATIO: f64 = 0.618_033_988_749_894_9;
    let loss = |logarithm: f64| mean_loss(&divide_logits(logits, logarithm.exp()), labels);
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

/// Divides logits by a temperature.
pub fn divide_logits(logits: &[[f32; CLASSES]], temperature: f64) -> Vec<[f32; CLASSES]> {
    let inverse = (1.0 / temperature) as f32;
    let rows = logits.iter();
    rows.map(|row| row.map(|logit| logit * inverse)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calibrated logits times `scale`.
    fn rows(scale: f32) -> (Vec<[f32; CLASSES]>, Vec<u8>) {
        let mut row = [0.0; CLASSES];
        row[0] = scale * (0.7_f32 / 0.3 * 9.0).ln();
        // 0.7 for class 0; the others share the rest, and so do the labels.
        let labels = (0..300).map(|index| if index < 210 { 0 } else { 1 + index % 9 });
        (vec![row; 300], labels.map(|label| label as u8).collect())
    }

    #[test]
    fn fit_finds_the_applied_temperature() {
        for scale in [0.2, 1.0, 3.0] {
            let (logits, labels) = rows(scale);
            let found = fit_temperature(&logits, &labels);
            assert!(
                (found / f64::from(scale) - 1.0).abs() < 1e-3,
                "{scale}: {found}"
            );
            let again = fit_temperature(&divide_logits(&logits, found), &labels);
            assert!((again - 1.0).abs() < 1e-3, "{again}");
        }
    }

    #[test]
    fn temperature_of_no_images_is_1() {
        assert_eq!(fit_temperature(&[], &[]), 1.0);
    }
}
