//! How often each class is drawn.

/// Returns the cumulative weights by which classes are drawn: that of a class of n examples is n to the power of
/// `balance`, and 0 where there is none.
pub(crate) fn cumulative_weights<const N: usize>(counts: [usize; N], balance: f64) -> [f64; N] {
    let mut sum = 0.0;
    counts.map(|count| {
        if count > 0 {
            sum += (count as f64).powf(balance);
        }
        sum
    })
}
