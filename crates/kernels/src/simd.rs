//! The innermost kernel of the convolution.
//!
//! It is called with slices whose lengths are checked against the walk first, and reads and writes
//! only at offsets below those lengths: each `unsafe` block says why.

use macerator::{Scalar, Simd, Vector, vload_unaligned, vstore_unaligned};

use super::instructions::multiply_add;
use super::layout::GROUP;
use super::matmul::UNROLLED;

/// How a kernel goes over its input: from each output pixel's window it takes `rows` rows of
/// `run` values that lie together, pixels and channels alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<'a> {
    /// Rows of a window.
    pub(super) rows: usize,
    /// Values from one row of a window to the next.
    pub(super) step: usize,
    /// Values of a row.
    pub(super) run: usize,
    /// Output channels, a multiple of GROUP.
    pub(super) outputs: usize,
    /// Where each output pixel's window begins in the input.
    pub(super) windows: &'a [usize],
    /// Where each output pixel's channels begin in the output.
    pub(super) places: &'a [usize],
}

impl Walk<'_> {
    pub(super) fn groups(&self) -> usize {
        self.outputs / GROUP
    }

    pub(super) fn weights_of_group(&self) -> usize {
        self.rows * self.run * GROUP
    }

    /// Panics unless every window lies in the input and every place in the output, and there is a
    /// packed weight for each step.
    pub(super) fn check(&self, input: usize, packed: usize, output: usize) {
        self.check_windows(input, packed);
        assert_eq!(self.windows.len(), self.places.len(), "places");
        let last = self.places.iter().max();
        assert!(
            last.is_none_or(|last| last + self.outputs <= output),
            "a place leaves the output"
        );
    }

    /// The same without the output.
    pub(super) fn check_windows(&self, input: usize, packed: usize) {
        assert_eq!(self.outputs % GROUP, 0, "output channels");
        assert_eq!(
            packed,
            self.groups() * self.weights_of_group(),
            "packed weights"
        );
        let window = self.rows.saturating_sub(1) * self.step + self.run;
        let last = self.windows.iter().max();
        assert!(
            last.is_none_or(|last| last + window <= input),
            "a window leaves the input"
        );
    }
}

/// Writes the sums of products of every window with the packed weights to its place in `output`.
#[macerator::with_simd]
pub(super) fn convolve<'a, S: Simd>(
    walk: &'a Walk<'a>,
    input: &[f32],
    packed: &[f32],
    output: &mut [f32],
) {
    walk.check(input.len(), packed.len(), output.len());
    match <f32 as Scalar>::lanes::<S>() {
        16 => convolve_tiled::<S, 12, 1>(walk, input, packed, output),
        8 => convolve_tiled::<S, 6, 2>(walk, input, packed, output),
        4 => convolve_tiled::<S, 4, 4>(walk, input, packed, output),
        _ => convolve_plain(walk, input, packed, output),
    }
}

#[inline(always)]
fn convolve_tiled<S: Simd, const PIXELS: usize, const VECTORS: usize>(
    walk: &Walk<'_>,
    input: &[f32],
    packed: &[f32],
    output: &mut [f32],
) {
    let tiles = walk.windows.chunks(PIXELS).zip(walk.places.chunks(PIXELS));
    for (windows, places) in tiles {
        for group in 0..walk.groups() {
            let weights = &packed[group * walk.weights_of_group()..][..walk.weights_of_group()];
            let output = &mut output[group * GROUP..];
            let whole = (
                <&[usize; PIXELS]>::try_from(windows),
                <&[usize; PIXELS]>::try_from(places),
            );
            if let (Ok(windows), Ok(places)) = whole {
                // SAFETY: `check` has made sure that each window with its rows lies in `input`, and
                // that each place with all groups lies in the output, of which this one is
                // `group`; the weights of one group are rows * run * GROUP values, and VECTORS *
                // lanes = GROUP.
                unsafe {
                    sums::<S, PIXELS, VECTORS>(walk, input, windows, weights, output, places);
                }
            } else {
                for (&window, &place) in windows.iter().zip(places) {
                    // SAFETY: as above, for one window and its place.
                    unsafe {
                        sums::<S, 1, VECTORS>(walk, input, &[window], weights, output, &[place]);
                    }
                }
            }
        }
    }
}

/// The sums of `PIXELS` pixels for one group of output channels.
///
/// # Safety
/// Each of `windows` plus the walk's rows is at most `input.len()`; `weights` has rows * run *
/// GROUP values; `VECTORS` times the lanes of `S` is `GROUP`; `output` has GROUP values from each
/// of `places` on.
#[inline(always)]
unsafe fn sums<S: Simd, const PIXELS: usize, const VECTORS: usize>(
    walk: &Walk<'_>,
    input: &[f32],
    windows: &[usize; PIXELS],
    weights: &[f32],
    output: &mut [f32],
    places: &[usize; PIXELS],
) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
    let mut sums = [[zero; VECTORS]; PIXELS];
    let mut weight = weights.as_ptr();
    for row in 0..walk.rows {
        // SAFETY: the caller vouches for the windows and the weights; the loop runs over the walk's
        // rows and values, and takes GROUP weights at each.
        unsafe {
            let starts = windows.map(|window| input.as_ptr().add(window + row * walk.step));
            let mut value = 0;
            macro_rules! steps {
                ($count:expr) => {
                    for step in 0..$count {
                        let mut values = [zero; PIXELS];
                        for pixel in 0..PIXELS {
                            values[pixel] = (*starts[pixel].add(value + step)).splat::<S>();
                        }
                        for vector in 0..VECTORS {
                            let weights =
                                vload_unaligned(weight.add(step * GROUP + vector * lanes));
                            for pixel in 0..PIXELS {
                                let sum = &mut sums[pixel][vector];
                                *sum = multiply_add(values[pixel], weights, *sum);
                            }
                        }
                    }
                    value += $count;
                    weight = weight.add($count * GROUP);
                };
            }
            while walk.run - value >= UNROLLED {
                steps!(UNROLLED);
            }
            while value < walk.run {
                steps!(1);
            }
        }
    }
    for (place, sums) in places.iter().zip(sums) {
        for (vector, sum) in sums.into_iter().enumerate() {
            // SAFETY: the caller vouches for GROUP values at each place.
            unsafe {
                vstore_unaligned(output.as_mut_ptr().add(place + vector * lanes), sum);
            }
        }
    }
}

/// The same without vectors, for widths that have no tile.
fn convolve_plain(walk: &Walk<'_>, input: &[f32], packed: &[f32], output: &mut [f32]) {
    for (&window, &place) in walk.windows.iter().zip(walk.places) {
        let groups = packed.chunks_exact(walk.weights_of_group());
        let output = &mut output[place..place + walk.outputs];
        for (output, weights) in output.chunks_exact_mut(GROUP).zip(groups) {
            output.fill(0.0);
            for (at, weights) in weights.chunks_exact(GROUP).enumerate() {
                let input = input[window + at / walk.run * walk.step + at % walk.run];
                for (sum, weight) in output.iter_mut().zip(weights) {
                    *sum += input * weight;
                }
            }
        }
    }
}
