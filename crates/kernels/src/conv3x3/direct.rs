//! The direct convolution: a register tile of output pixels by one group of output channels.
//!
//! Slices are checked against the loops first, and then read and written only at offsets below their
//! lengths: each `unsafe` block says why.

use macerator::{Scalar, Simd, Vector, WithSimd, vload_unaligned, vstore_unaligned};

use super::layout::Loops;
use crate::gemm::UNROLL;
use crate::pack::GROUP;
use crate::simd::mul_add;

/// Writes, for every window of the loops, its sums of products with the packed weights,
/// `[outputs / 16, k, 16]`, to the pixel's offset in `output`.
pub(crate) struct Convolve<'a> {
    pub(crate) loops: Loops<'a>,
    pub(crate) input: &'a [f32],
    pub(crate) packed: &'a [f32],
    pub(crate) output: &'a mut [f32],
}

impl WithSimd for Convolve<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let Self {
            loops,
            input,
            packed,
            output,
        } = self;
        loops.check(input.len(), packed.len(), output.len());
        match <f32 as Scalar>::lanes::<S>() {
            16 => convolve::<S, 12, 1>(&loops, input, packed, output),
            8 => convolve::<S, 6, 2>(&loops, input, packed, output),
            4 => convolve::<S, 4, 4>(&loops, input, packed, output),
            _ => convolve_scalar(&loops, input, packed, output),
        }
    }
}

/// Goes over the output in tiles of `PIXELS` pixels by one group of `VECTORS` vectors.
#[inline(always)]
fn convolve<S: Simd, const PIXELS: usize, const VECTORS: usize>(
    loops: &Loops<'_>,
    input: &[f32],
    packed: &[f32],
    output: &mut [f32],
) {
    let tiles = loops
        .input_offsets
        .chunks(PIXELS)
        .zip(loops.output_offsets.chunks(PIXELS));
    for (windows, pixels) in tiles {
        for group in 0..loops.groups() {
            let weights = &packed[group * loops.group_weights()..][..loops.group_weights()];
            let output = &mut output[group * GROUP..];
            let whole = (
                <&[usize; PIXELS]>::try_from(windows),
                <&[usize; PIXELS]>::try_from(pixels),
            );
            if let (Ok(windows), Ok(pixels)) = whole {
                // SAFETY: `check` has made sure that each window with its rows is inside `input`, and
                // each pixel with all groups inside the output, of which this slice begins at
                // `group`; the weights of one group are rows * row_len * GROUP values, and VECTORS *
                // lanes = GROUP.
                unsafe {
                    tile::<S, PIXELS, VECTORS>(loops, input, windows, weights, output, pixels);
                }
            } else {
                for (&window, &pixel) in windows.iter().zip(pixels) {
                    // SAFETY: as above, for one window and its pixel.
                    unsafe {
                        tile::<S, 1, VECTORS>(loops, input, &[window], weights, output, &[pixel]);
                    }
                }
            }
        }
    }
}

/// Computes `PIXELS` pixels of one group of output channels.
///
/// # Safety
/// Each of `windows` plus the window's extent is at most `input.len()`; `weights` has rows * row_len *
/// GROUP values; `VECTORS` times the lanes of `S` is `GROUP`; `output` has GROUP values from each
/// of `pixels` on.
#[inline(always)]
unsafe fn tile<S: Simd, const PIXELS: usize, const VECTORS: usize>(
    loops: &Loops<'_>,
    input: &[f32],
    windows: &[usize; PIXELS],
    weights: &[f32],
    output: &mut [f32],
    pixels: &[usize; PIXELS],
) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
    let mut sums = [[zero; VECTORS]; PIXELS];
    let mut weight = weights.as_ptr();
    for row in 0..loops.window.rows {
        // SAFETY: the caller vouches for the windows and the weights; the loop goes over the window's
        // rows and their values, and takes GROUP weights at each.
        unsafe {
            let starts =
                windows.map(|window| input.as_ptr().add(window + row * loops.window.row_stride));
            let mut at = 0;
            macro_rules! accumulate {
                ($count:expr) => {
                    for k in 0..$count {
                        let mut values = [zero; PIXELS];
                        for pixel in 0..PIXELS {
                            values[pixel] = (*starts[pixel].add(at + k)).splat::<S>();
                        }
                        for vector in 0..VECTORS {
                            let weights = vload_unaligned(weight.add(k * GROUP + vector * lanes));
                            for pixel in 0..PIXELS {
                                let sum = &mut sums[pixel][vector];
                                *sum = mul_add(values[pixel], weights, *sum);
                            }
                        }
                    }
                    at += $count;
                    weight = weight.add($count * GROUP);
                };
            }
            while loops.window.row_len - at >= UNROLL {
                accumulate!(UNROLL);
            }
            while at < loops.window.row_len {
                accumulate!(1);
            }
        }
    }
    for (pixel, sums) in pixels.iter().zip(sums) {
        for (vector, sum) in sums.into_iter().enumerate() {
            // SAFETY: the caller vouches for GROUP values at each pixel.
            unsafe {
                vstore_unaligned(output.as_mut_ptr().add(pixel + vector * lanes), sum);
            }
        }
    }
}

/// Does the same without vectors, for widths that have no tile.
fn convolve_scalar(loops: &Loops<'_>, input: &[f32], packed: &[f32], output: &mut [f32]) {
    let window = loops.window;
    for (&start, &pixel) in loops.input_offsets.iter().zip(loops.output_offsets) {
        let groups = packed.chunks_exact(loops.group_weights());
        let output = &mut output[pixel..pixel + loops.outputs];
        for (output, weights) in output.chunks_exact_mut(GROUP).zip(groups) {
            output.fill(0.0);
            for (k, weights) in weights.chunks_exact(GROUP).enumerate() {
                let input =
                    input[start + k / window.row_len * window.row_stride + k % window.row_len];
                for (sum, weight) in output.iter_mut().zip(weights) {
                    *sum += input * weight;
                }
            }
        }
    }
}
