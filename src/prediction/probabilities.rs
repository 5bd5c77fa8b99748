//! Softmax and argmax.

use crate::labels::CLASSES;

/// Computes the softmax: positive values that sum to 1, in the order of the logits.
pub fn softmax<const N: usize>(logits: &[f32; N]) -> [f32; N] {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers = logits.map(|logit| (logit - largest).exp());
    let sum: f32 = powers.iter().sum();
    powers.map(|power| power / sum)
}

/// Returns the index of the largest value, the first one if several are equal.
pub fn most_likely(values: &[f32; CLASSES]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_sums_to_one_and_preserves_order() {
        let probabilities = softmax(&[1000.0, 999.0, -1000.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((probabilities[0] - 0.731_058_6).abs() < 1e-5);
        assert_eq!(most_likely(&probabilities), 0);
    }

    #[test]
    fn most_likely_is_the_first_of_equal_values() {
        assert_eq!(
            most_likely(&[0.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
            1
        );
    }
}
