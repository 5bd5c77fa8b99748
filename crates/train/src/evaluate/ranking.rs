//! How well a score separates two groups.

/// The area under the receiver operating characteristic: the probability that a score of `high` is above one of `low`,
/// where equal scores count half (Hanley and McNeil, 1982); 0.5 where either is empty.
pub fn auroc(high: &[f64], low: &[f64]) -> f64 {
    if high.is_empty() || low.is_empty() {
        return 0.5;
    }
    let mut all: Vec<(f64, bool)> = high
        .iter()
        .map(|&score| (score, true))
        .chain(low.iter().map(|&score| (score, false)))
        .collect();
    all.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    // Sum of the ranks of `high`; equal scores have their mean rank.
    let mut ranks = 0.0;
    let mut below = 0;
    for equals in all.chunk_by(|(a, _), (b, _)| a == b) {
        let rank = below as f64 + (equals.len() + 1) as f64 / 2.0;
        let count = equals.iter().filter(|(_, is_high)| *is_high).count();
        ranks += rank * count as f64;
        below += equals.len();
    }
    let (highs, lows) = (high.len() as f64, low.len() as f64);
    (ranks - highs * (highs + 1.0) / 2.0) / (highs * lows)
}

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
    fn auroc_is_the_share_of_ordered_pairs() {
        assert_eq!(auroc(&[3.0, 4.0], &[1.0, 2.0]), 1.0);
        assert_eq!(auroc(&[1.0, 2.0], &[3.0, 4.0]), 0.0);
        // Some of the six pairs are in order, one is equal.
        assert_eq!(auroc(&[1.0, 2.0, 5.0], &[2.0, 3.0]), 2.5 / 6.0);
        assert_eq!(auroc(&[], &[1.0]), 0.5);
    }

    #[test]
    fn threshold_is_reached_by_its_share() {
        let scores = [0.1, 0.5, 0.3, 0.9, 0.7];
        assert_eq!(threshold(&scores, 0.8), 0.3);
        assert_eq!(threshold(&scores, 0.0), f64::INFINITY);
        assert_eq!(threshold(&[], 0.8), f64::INFINITY);
    }
}
