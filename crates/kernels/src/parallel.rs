//! Work on parts of a batch: on all threads with the feature `rayon`, else on the calling one.
//!
//! Parts do not depend on the number of threads, so neither do sums over their results.

use core::mem::MaybeUninit;

#[cfg(feature = "rayon")]
use rayon::prelude::*;

/// Makes a vector of `len` values, `part_len` at a time. `work` gets a part's index and its values,
/// zero at first; what it returns comes back in order.
pub(crate) fn fill_parts<R: Send>(
    len: usize,
    part_len: usize,
    work: impl Fn(usize, &mut [f32]) -> R + Sync,
) -> (Vec<f32>, Vec<R>) {
    let mut values = Vec::with_capacity(len);
    let uninit = &mut values.spare_capacity_mut()[..len];
    #[cfg(feature = "rayon")]
    let parts = uninit.par_chunks_mut(part_len.max(1));
    #[cfg(not(feature = "rayon"))]
    let parts = uninit.chunks_mut(part_len.max(1));
    let results = parts
        .enumerate()
        .map(|(index, part)| work(index, write_zeros(part)))
        .collect();
    // SAFETY: the capacity is at least `len`, and the parts cover all `len` values; `write_zeros` has
    // written each part by the time `collect` returns.
    unsafe { values.set_len(len) };
    (values, results)
}

/// Writes zeros on the thread that is about to use them, so that they are in its cache.
fn write_zeros(values: &mut [MaybeUninit<f32>]) -> &mut [f32] {
    for value in values.iter_mut() {
        value.write(0.0);
    }
    // SAFETY: each value was just written.
    unsafe { values.assume_init_mut() }
}

/// Returns what `work` returns for each index below `count`, in order.
pub(crate) fn map_parts<R: Send>(count: usize, work: impl Fn(usize) -> R + Sync + Send) -> Vec<R> {
    #[cfg(feature = "rayon")]
    let parts = (0..count).into_par_iter();
    #[cfg(not(feature = "rayon"))]
    let parts = 0..count;
    parts.map(work).collect()
}

/// Part `index` of `values`: `part_len` values, or fewer for the last part.
pub(crate) fn part_of(values: &[f32], part_len: usize, index: usize) -> &[f32] {
    let start = index * part_len;
    &values[start..values.len().min(start + part_len)]
}
