//! The microkernel: sums of products of 8-bit integers, and how they become floats again.

use super::quantize::Scale;
use crate::conv3x3::layout::Loops;
use crate::pack::GROUP;
use crate::simd::{DOT_LEN, F32x4, I32x4, LANES};

/// Windows (or rows of a matrix) of one register tile. With more than two, browsers run out of
/// registers.
pub(crate) const TILE_ROWS: usize = 2;

/// Vectors of a group of outputs.
const VECTORS: usize = GROUP / LANES;

/// The sums of a group of outputs.
pub(crate) type Sums = [I32x4; VECTORS];

/// Passes the sums of products of the loops' windows with the weights of each group of outputs to
/// `store`, with the index of the first window and that of the group.
///
/// A register tile has `ROWS` windows and `GROUPS` groups. Of `POOL` tiles in a row the maximum is
/// stored. The loops have a whole number of these, and no output offsets; row lengths and strides are
/// in bytes. Weights are `[outputs / 16, k / 4, 16, 4]`.
///
/// # Panics
/// If a window leaves the input, the number of weights is another, or something is no whole number.
#[inline(always)]
pub(crate) fn dot_products<const ROWS: usize, const POOL: usize, const GROUPS: usize>(
    loops: &Loops<'_>,
    input: &[u8],
    weights: &[i8],
    mut store: impl FnMut(usize, usize, [Sums; ROWS]),
) {
    assert!(
        loops.window.row_len.is_multiple_of(DOT_LEN),
        "rows of a window must be a multiple of {DOT_LEN}"
    );
    assert!(loops.groups().is_multiple_of(GROUPS), "number of groups");
    loops.check_input(input.len(), weights.len());
    let group_weights = loops.group_weights();
    let (tiles, rest) = loops.input_offsets.as_chunks::<ROWS>();
    let (pools, more) = tiles.as_chunks::<POOL>();
    assert!(rest.is_empty() && more.is_empty(), "number of windows");
    for (index, tiles) in pools.iter().enumerate() {
        for first in (0..loops.groups()).step_by(GROUPS) {
            let weights = &weights[first * group_weights..(first + GROUPS) * group_weights];
            // SAFETY: `check_input` has made sure that each window with its rows is inside the input;
            // the weights are those of GROUPS groups, as just cut, and a row is a multiple of DOT_LEN,
            // as asserted.
            let mut maxima = unsafe { tile::<ROWS, GROUPS>(loops, input, &tiles[0], weights) };
            for windows in &tiles[1..] {
                // SAFETY: as above.
                let sums = unsafe { tile::<ROWS, GROUPS>(loops, input, windows, weights) };
                let pairs = maxima
                    .as_flattened_mut()
                    .iter_mut()
                    .zip(sums.as_flattened());
                for (maximum, sums) in pairs {
                    *maximum = max(*maximum, *sums);
                }
            }
            for (group, sums) in (first..).zip(maxima) {
                store(index * POOL * ROWS, group, sums);
            }
        }
    }
}

/// Returns the greater of each two sums.
#[inline(always)]
pub(crate) fn max(a: Sums, b: Sums) -> Sums {
    core::array::from_fn(|vector| a[vector].max(b[vector]))
}

/// Computes the sums of `ROWS` windows for `GROUPS` groups of outputs.
///
/// # Safety
/// Each of `windows` plus the window's extent is at most `input.len()`; `weights` are GROUPS * rows *
/// row_len * GROUP; a row is a multiple of DOT_LEN.
#[inline(always)]
#[expect(
    clippy::needless_range_loop,
    reason = "group, vector and row index three arrays together"
)]
unsafe fn tile<const ROWS: usize, const GROUPS: usize>(
    loops: &Loops<'_>,
    input: &[u8],
    windows: &[usize; ROWS],
    weights: &[i8],
) -> [[Sums; ROWS]; GROUPS] {
    let mut sums = [[[I32x4::zero(); VECTORS]; ROWS]; GROUPS];
    let group_weights = loops.group_weights();
    let mut weights = weights.as_ptr();
    for window_row in 0..loops.window.rows {
        // SAFETY: the caller vouches for the windows and the weights. The loop goes over the window's
        // rows; each step reads DOT_LEN bytes of a row, which is a multiple of these, and LANES *
        // DOT_LEN weights for each vector of each group.
        unsafe {
            let offset = window_row * loops.window.row_stride;
            let mut starts = [input.as_ptr(); ROWS];
            for row in 0..ROWS {
                starts[row] = input.as_ptr().add(windows[row] + offset);
            }
            for k in (0..loops.window.row_len).step_by(DOT_LEN) {
                let mut values = [I32x4::zero(); ROWS];
                for row in 0..ROWS {
                    values[row] = I32x4::splat_bytes(starts[row].add(k));
                }
                for group in 0..GROUPS {
                    for vector in 0..VECTORS {
                        let at = group * group_weights + vector * LANES * DOT_LEN;
                        let weights = I32x4::load(weights.add(at));
                        for row in 0..ROWS {
                            let sum = &mut sums[group][row][vector];
                            *sum = weights.dot(values[row], *sum);
                        }
                    }
                }
                weights = weights.add(GROUP * DOT_LEN);
            }
        }
    }
    sums
}

/// Turns sums into outputs: scales, bias, residual and ReLU.
#[derive(Clone, Copy)]
pub(crate) struct Dequantize<'a> {
    /// One for each output.
    pub(crate) weight_scales: &'a [f32],
    pub(crate) bias: &'a [f32],
    /// Empty, or as long as the output.
    pub(crate) residual: &'a [f32],
    pub(crate) relu: bool,
}

impl Dequantize<'_> {
    /// Writes `group` of the outputs of `row` to `output`, `[rows, outputs]`, where activations have
    /// `scale`.
    #[inline(always)]
    pub(crate) fn write(
        &self,
        sums: Sums,
        [row, group]: [usize; 2],
        scale: Scale,
        output: &mut [f32],
    ) {
        let at = row * self.bias.len() + group * GROUP;
        let channels = group * GROUP..(group + 1) * GROUP;
        let weight_scales = lanes(&self.weight_scales[channels.clone()]);
        let bias = lanes(&self.bias[channels]);
        let residual = match self.residual {
            [] => None,
            residual => Some(lanes(&residual[at..at + GROUP])),
        };
        let (output, _) = output[at..at + GROUP].as_chunks_mut::<LANES>();
        let activation_scale = F32x4::splat(scale.unit);
        for vector in 0..VECTORS {
            let scale = F32x4::load(&weight_scales[vector]).mul(activation_scale);
            let mut value = (sums[vector].to_f32().mul(scale)).add(F32x4::load(&bias[vector]));
            if let Some(residual) = residual {
                value = value.add(F32x4::load(&residual[vector]));
            }
            if self.relu {
                value = value.max(F32x4::splat(0.0));
            }
            value.store(&mut output[vector]);
        }
    }
}

fn lanes(values: &[f32]) -> &[[f32; LANES]] {
    values.as_chunks().0
}
