//! Work on all threads, a few pictures at a time; without rayon, which only the command line has, on
//! this one.

use core::mem::MaybeUninit;

#[cfg(feature = "rayon")]
use rayon::prelude::*;

/// Makes a vector of `len` values, `part` at a time: `work` is given the part's number and its
/// values, zero at first, and what it returns comes back in order.
///
/// The parts do not depend on the number of threads, and so neither do sums over their results.
pub(super) fn filled<R: Send>(
    len: usize,
    part: usize,
    work: impl Fn(usize, &mut [f32]) -> R + Sync,
) -> (Vec<f32>, Vec<R>) {
    let mut values = Vec::with_capacity(len);
    let room = &mut values.spare_capacity_mut()[..len];
    #[cfg(feature = "rayon")]
    let parts = room.par_chunks_mut(part.max(1));
    #[cfg(not(feature = "rayon"))]
    let parts = room.chunks_mut(part.max(1));
    let results = parts
        .enumerate()
        .map(|(index, values)| work(index, zeros(values)))
        .collect();
    // SAFETY: there is room for `len` values, and the chunks, each of which `zeros` has filled before
    // `collect` came back, cover them.
    unsafe { values.set_len(len) };
    (values, results)
}

/// Fills `values` with zeros, where they are about to be used: in the cache.
fn zeros(values: &mut [MaybeUninit<f32>]) -> &mut [f32] {
    for value in values.iter_mut() {
        value.write(0.0);
    }
    // SAFETY: each value was just written.
    unsafe { values.assume_init_mut() }
}

/// What `work` returns for each of `count` parts, in order.
pub(super) fn each<R: Send>(count: usize, work: impl Fn(usize) -> R + Sync + Send) -> Vec<R> {
    #[cfg(feature = "rayon")]
    let parts = (0..count).into_par_iter();
    #[cfg(not(feature = "rayon"))]
    let parts = 0..count;
    parts.map(work).collect()
}
