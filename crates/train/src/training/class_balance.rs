//! How often each class is drawn.

use thimble::labels::CLASSES;

/// Returns the cumulative weights by which the ten classes are drawn: that of a class of n examples is n to the power of
/// `balance`, and 0 where there is none.
pub(crate) fn cumulative_weights(counts: [usize; CLASSES], balance: f64) -> [f64; CLASSES] {
    let mut sum = 0.0;
    counts.map(|count| {
        if count > 0 {
            sum += (count as f64).powf(balance);
        }
        sum
    })
}
