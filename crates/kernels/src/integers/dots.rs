//! The innermost kernel: sums of products of 8-bit integers.

use super::lanes::{Integers, LANES, PRODUCTS};
use crate::layout::GROUP;
use crate::simd::Walk;

/// Vectors of a group of outputs.
pub(super) const VECTORS: usize = GROUP / LANES;

/// The sums of a group of outputs.
pub(super) type Sums = [Integers; VECTORS];

/// Gives the sums of products of the walk's windows with the weights of each group of outputs to
/// `finish`, with the index of the first window and that of the group.
///
/// `WINDOWS` windows and `GROUPS` groups are in registers at once, and of `POOLED` times `WINDOWS`
/// windows in a row the greatest `WINDOWS` sums are finished. The walk has a whole number of these
/// windows and groups; its places are not looked at, its steps and runs are bytes, and its weights
/// lie as `[outputs / 16, rows, run / 4, 16, 4]`.
///
/// # Panics
/// If a window leaves the input, there are other weights, or something is no whole number.
#[inline(always)]
pub(super) fn dots<const WINDOWS: usize, const POOLED: usize, const GROUPS: usize>(
    walk: &Walk<'_>,
    input: &[u8],
    weights: &[i8],
    mut finish: impl FnMut(usize, usize, [Sums; WINDOWS]),
) {
    assert!(walk.run.is_multiple_of(PRODUCTS), "a run");
    assert!(walk.groups().is_multiple_of(GROUPS), "groups");
    walk.check_windows(input.len(), weights.len());
    let of_group = walk.weights_of_group();
    let (tiles, rest) = walk.windows.as_chunks::<WINDOWS>();
    let (tiles, more) = tiles.as_chunks::<POOLED>();
    assert!(rest.is_empty() && more.is_empty(), "windows");
    for (tile, parts) in tiles.iter().enumerate() {
        for first in (0..walk.groups()).step_by(GROUPS) {
            let weights = &weights[first * of_group..(first + GROUPS) * of_group];
            // SAFETY: `check_windows` has made sure that each window with its rows lies in the
            // input; the weights are those of GROUPS groups, as just cut, and a run is a multiple of
            // PRODUCTS, as asserted.
            let sums = |windows| unsafe { sums::<WINDOWS, GROUPS>(walk, input, windows, weights) };
            let mut greatest = sums(&parts[0]);
            for windows in &parts[1..] {
                let sums = sums(windows);
                for (greatest, sums) in greatest
                    .as_flattened_mut()
                    .iter_mut()
                    .zip(sums.as_flattened())
                {
                    *greatest = greater(*greatest, *sums);
                }
            }
            for (group, sums) in (first..).zip(greatest) {
                finish(tile * POOLED * WINDOWS, group, sums);
            }
        }
    }
}

/// The greater of each two.
#[inline(always)]
pub(super) fn greater(a: Sums, b: Sums) -> Sums {
    core::array::from_fn(|vector| a[vector].max(b[vector]))
}

/// The sums of `WINDOWS` windows for `GROUPS` groups of outputs.
///
/// # Safety
/// Each of `windows` plus the walk's rows is at most `input.len()`; `weights` are GROUPS * rows *
/// run * GROUP; a run is a multiple of four.
#[inline(always)]
#[expect(
    clippy::needless_range_loop,
    reason = "what is at a group, a vector and a window lies in three places"
)]
unsafe fn sums<const WINDOWS: usize, const GROUPS: usize>(
    walk: &Walk<'_>,
    input: &[u8],
    windows: &[usize; WINDOWS],
    weights: &[i8],
) -> [[Sums; WINDOWS]; GROUPS] {
    let mut sums = [[[Integers::zero(); VECTORS]; WINDOWS]; GROUPS];
    let of_group = walk.weights_of_group();
    let mut weights = weights.as_ptr();
    for row in 0..walk.rows {
        // SAFETY: the caller vouches for the windows and the weights. The loop goes over the walk's
        // rows and runs; at each step it reads PRODUCTS bytes of a run, which is a multiple of these,
        // and LANES * PRODUCTS weights for each vector of each group.
        unsafe {
            let starts = windows.map(|window| input.as_ptr().add(window + row * walk.step));
            for step in (0..walk.run).step_by(PRODUCTS) {
                let values = starts.map(|start| Integers::repeated(start.add(step)));
                for group in 0..GROUPS {
                    for vector in 0..VECTORS {
                        let at = group * of_group + vector * LANES * PRODUCTS;
                        let weights = Integers::load(weights.add(at));
                        for window in 0..WINDOWS {
                            let sum = &mut sums[group][window][vector];
                            *sum = weights.dot(values[window], *sum);
                        }
                    }
                }
                weights = weights.add(GROUP * PRODUCTS);
            }
        }
    }
    sums
}
