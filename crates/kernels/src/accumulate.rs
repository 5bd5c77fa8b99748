//! The innermost kernel of the weights' gradient, written as that of the convolution is.

use macerator::{Scalar, Simd, Vector, vload_unaligned, vstore_unaligned};

use super::layout::GROUP;
use super::simd::Walk;

/// Adds, to the gradient of the packed weights, the products of every window with the gradient at
/// its place.
#[macerator::with_simd]
pub(super) fn accumulate<'a, S: Simd>(
    walk: &'a Walk<'a>,
    input: &[f32],
    gradient: &[f32],
    packed: &mut [f32],
) {
    walk.check(input.len(), packed.len(), gradient.len());
    match <f32 as Scalar>::lanes::<S>() {
        16 if walk.run.is_multiple_of(12) => {
            accumulate_tiled::<S, 12, 1>(walk, input, gradient, packed)
        }
        16 => accumulate_tiled::<S, 8, 1>(walk, input, gradient, packed),
        8 if walk.run.is_multiple_of(6) => {
            accumulate_tiled::<S, 6, 2>(walk, input, gradient, packed)
        }
        8 => accumulate_tiled::<S, 4, 2>(walk, input, gradient, packed),
        4 => accumulate_tiled::<S, 3, 4>(walk, input, gradient, packed),
        _ => accumulate_plain(walk, input, gradient, packed),
    }
}

#[inline(always)]
fn accumulate_tiled<S: Simd, const VALUES: usize, const VECTORS: usize>(
    walk: &Walk<'_>,
    input: &[f32],
    gradient: &[f32],
    packed: &mut [f32],
) {
    if walk.windows.is_empty() {
        return;
    }
    for group in 0..walk.groups() {
        for row in 0..walk.rows {
            let mut value = 0;
            while value < walk.run {
                let at = ((group * walk.rows + row) * walk.run + value) * GROUP;
                let input = &input[row * walk.step + value..];
                let gradient = &gradient[group * GROUP..];
                let packed = &mut packed[at..];
                let whole = walk.run - value >= VALUES;
                // SAFETY: `check` has made sure that each window with its rows lies in the input,
                // that each place with all groups lies in the gradient, and that a group's packed
                // weights are rows * run * GROUP values; at most `run - value` values of a row are
                // taken. VECTORS * lanes = GROUP in each arm above.
                unsafe {
                    if whole {
                        outer::<S, VALUES, VECTORS>(walk, input, gradient, packed);
                    } else {
                        outer::<S, 1, VECTORS>(walk, input, gradient, packed);
                    }
                }
                value += if whole { VALUES } else { 1 };
            }
        }
    }
}

/// Adds, over all windows, the products of `VALUES` inputs with one group of gradients.
///
/// # Safety
/// Each window of the walk plus `VALUES` is at most `input.len()`; `gradient` has GROUP values from
/// each of its places on; `packed` has `VALUES * GROUP` values; `VECTORS` times the lanes of `S` is
/// `GROUP`.
#[inline(always)]
unsafe fn outer<S: Simd, const VALUES: usize, const VECTORS: usize>(
    walk: &Walk<'_>,
    input: &[f32],
    gradient: &[f32],
    packed: &mut [f32],
) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
    let mut sums = [[zero; VECTORS]; VALUES];
    for (&window, &place) in walk.windows.iter().zip(walk.places) {
        // SAFETY: the caller vouches for the windows and the gradient.
        unsafe {
            let start = input.as_ptr().add(window);
            let from = gradient.as_ptr().add(place);
            let mut row = [zero; VECTORS];
            for (vector, slot) in row.iter_mut().enumerate() {
                *slot = vload_unaligned(from.add(vector * lanes));
            }
            for (value, sums) in sums.iter_mut().enumerate() {
                let input = (*start.add(value)).splat::<S>();
                for (sum, gradient) in sums.iter_mut().zip(row) {
                    *sum = input.mul_add(gradient, *sum);
                }
            }
        }
    }
    for (value, sums) in sums.into_iter().enumerate() {
        for (vector, sum) in sums.into_iter().enumerate() {
            // SAFETY: the caller vouches for VALUES * GROUP values.
            unsafe {
                let to = packed.as_mut_ptr().add(value * GROUP + vector * lanes);
                vstore_unaligned(to, vload_unaligned(to) + sum);
            }
        }
    }
}

/// The same without vectors, for widths that have no tile.
fn accumulate_plain(walk: &Walk<'_>, input: &[f32], gradient: &[f32], packed: &mut [f32]) {
    for (&window, &place) in walk.windows.iter().zip(walk.places) {
        let groups = packed.chunks_exact_mut(walk.weights_of_group());
        for (gradient, packed) in gradient[place..].chunks_exact(GROUP).zip(groups) {
            for (at, sums) in packed.chunks_exact_mut(GROUP).enumerate() {
                let input = input[window + at / walk.run * walk.step + at % walk.run];
                for (sum, gradient) in sums.iter_mut().zip(gradient) {
                    *sum += input * gradient;
                }
            }
        }
    }
}
