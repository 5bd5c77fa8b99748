//! The gradient of the weights: a register tile of input values by one group of output channels, over
//! all pixels.

use macerator::{Scalar, Simd, Vector, WithSimd, vload_unaligned, vstore_unaligned};

use crate::conv3x3::layout::Loops;
use crate::pack::GROUP;
use crate::simd::mul_add;

/// Adds, to the gradient of the packed weights, `[outputs / 16, k, 16]`, the products of every window
/// with the gradient at its pixel's offset.
pub(crate) struct Accumulate<'a> {
    pub(crate) loops: Loops<'a>,
    pub(crate) input: &'a [f32],
    pub(crate) gradient: &'a [f32],
    pub(crate) packed: &'a mut [f32],
}

impl WithSimd for Accumulate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let Self {
            loops,
            input,
            gradient,
            packed,
        } = self;
        let row_len = loops.window.row_len;
        let loops = &loops;
        loops.check(input.len(), packed.len(), gradient.len());
        match <f32 as Scalar>::lanes::<S>() {
            16 if row_len.is_multiple_of(12) => {
                accumulate::<S, 12, 1>(loops, input, gradient, packed)
            }
            16 => accumulate::<S, 8, 1>(loops, input, gradient, packed),
            8 if row_len.is_multiple_of(6) => accumulate::<S, 6, 2>(loops, input, gradient, packed),
            8 => accumulate::<S, 4, 2>(loops, input, gradient, packed),
            4 => accumulate::<S, 3, 4>(loops, input, gradient, packed),
            _ => accumulate_scalar(loops, input, gradient, packed),
        }
    }
}

/// Goes over the weights in tiles of `VALUES` input values by one group of `VECTORS` vectors.
#[inline(always)]
fn accumulate<S: Simd, const VALUES: usize, const VECTORS: usize>(
    loops: &Loops<'_>,
    input: &[f32],
    gradient: &[f32],
    packed: &mut [f32],
) {
    if loops.input_offsets.is_empty() {
        return;
    }
    for group in 0..loops.groups() {
        for row in 0..loops.window.rows {
            let mut value = 0;
            while value < loops.window.row_len {
                let at = ((group * loops.window.rows + row) * loops.window.row_len + value) * GROUP;
                let input = &input[row * loops.window.row_stride + value..];
                let gradient = &gradient[group * GROUP..];
                let packed = &mut packed[at..];
                let whole = loops.window.row_len - value >= VALUES;
                // SAFETY: `check` has made sure that each window with its rows is inside the input,
                // each pixel with all groups inside the gradient, and that a group's packed weights
                // are rows * row_len * GROUP values; at most `row_len - value` values of a row are
                // taken. VECTORS * lanes = GROUP in each arm above.
                unsafe {
                    if whole {
                        tile::<S, VALUES, VECTORS>(loops, input, gradient, packed);
                    } else {
                        tile::<S, 1, VECTORS>(loops, input, gradient, packed);
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
/// Each window of the loops plus `VALUES` is at most `input.len()`; `gradient` has GROUP values from
/// each output offset on; `packed` has `VALUES * GROUP` values; `VECTORS` times the lanes of `S` is
/// `GROUP`.
#[inline(always)]
unsafe fn tile<S: Simd, const VALUES: usize, const VECTORS: usize>(
    loops: &Loops<'_>,
    input: &[f32],
    gradient: &[f32],
    packed: &mut [f32],
) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
    let mut sums = [[zero; VECTORS]; VALUES];
    for (&window, &pixel) in loops.input_offsets.iter().zip(loops.output_offsets) {
        // SAFETY: the caller vouches for the windows and the gradient.
        unsafe {
            let start = input.as_ptr().add(window);
            let from = gradient.as_ptr().add(pixel);
            let mut row = [zero; VECTORS];
            for (vector, slot) in row.iter_mut().enumerate() {
                *slot = vload_unaligned(from.add(vector * lanes));
            }
            for (value, sums) in sums.iter_mut().enumerate() {
                let input = (*start.add(value)).splat::<S>();
                for (sum, gradient) in sums.iter_mut().zip(row) {
                    *sum = mul_add(input, gradient, *sum);
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

/// Does the same without vectors, for widths that have no tile.
fn accumulate_scalar(loops: &Loops<'_>, input: &[f32], gradient: &[f32], packed: &mut [f32]) {
    for (&window, &pixel) in loops.input_offsets.iter().zip(loops.output_offsets) {
        let groups = packed.chunks_exact_mut(loops.group_weights());
        for (gradient, packed) in gradient[pixel..].chunks_exact(GROUP).zip(groups) {
            for (at, sums) in packed.chunks_exact_mut(GROUP).enumerate() {
                let input = input[window
                    + at / loops.window.row_len * loops.window.row_stride
                    + at % loops.window.row_len];
                for (sum, gradient) in sums.iter_mut().zip(gradient) {
                    *sum += input * gradient;
                }
            }
        }
    }
}
