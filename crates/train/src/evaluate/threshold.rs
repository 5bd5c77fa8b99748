//! Thresholds of scores.

/// The threshold that the share `above` of `scores`, 0 to 1, reaches; infinity where that is no score.
pub fn threshold(scores: &[f64], above: f64) -> f64 {
    let mut sorted = scores.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let count = (above * sorted.len() as f64).round() as usize;
    match count.checked_sub(1).and_then(|last| sorted.get(last)) {
        Some(score) => *score,
        None => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threshold_is_reached_by_its_share() {
        let scores = [0.1, 0.5, 0.3, 0.9, 0.7];
        assert_eq!(threshold(&scores, 0.8), 0.3);
        assert_eq!(threshold(&scores, 0.0), f64::INFINITY);
        assert_eq!(threshold(&[], 0.8), f64::INFINITY);
    }
}
