//! The two innermost kernels. All `unsafe` of the project's arithmetic is in this file.
//!
//! Both are called with slices whose lengths their callers in this file check against the shape,
//! and read and write only at offsets below those lengths: each block says why.

use macerator::{Scalar, Simd, Vector, vload_unaligned, vstore_unaligned};

use super::layout::GROUP;

/// What the kernels need to know of a convolution.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Height and width of the padded input, in pixels.
    pub(super) padded: [usize; 2],
    /// Input channels.
    pub(super) inputs: usize,
    /// Height and width of the output, in pixels.
    pub(super) output: [usize; 2],
    /// Output channels.
    pub(super) outputs: usize,
    /// Pixels from one output pixel's window to the next one's.
    pub(super) stride: usize,
}

impl Shape {
    fn pixels(&self) -> usize {
        self.output[0] * self.output[1]
    }

    fn padded_values(&self) -> usize {
        self.padded[0] * self.padded[1] * self.inputs
    }

    fn row(&self) -> usize {
        self.padded[1] * self.inputs
    }

    fn groups(&self) -> usize {
        self.outputs.div_ceil(GROUP)
    }

    /// Where each output pixel's window begins in one padded picture.
    pub(super) fn windows(&self) -> Vec<usize> {
        let [height, width] = self.output;
        (0..height * width)
            .map(|pixel| {
                let (y, x) = (pixel / width, pixel % width);
                (y * self.padded[1] + x) * self.stride * self.inputs
            })
            .collect()
    }

    /// Panics unless one padded picture, the packed weights and one output have the lengths that
    /// the kernels rely on, and no window leaves the padded picture.
    fn check(&self, padded: usize, packed: usize, output: usize, windows: &[usize]) {
        assert_eq!(padded, self.padded_values(), "padded input");
        assert_eq!(
            packed,
            self.groups() * 9 * self.inputs * GROUP,
            "packed weights"
        );
        assert_eq!(output, self.pixels() * self.groups() * GROUP, "output");
        assert_eq!(windows.len(), self.pixels(), "windows");
        let last = windows.iter().copied().max().unwrap_or(0);
        let window = 2 * self.row() + 3 * self.inputs;
        assert!(
            self.pixels() == 0 || last + window <= padded,
            "a window leaves the input"
        );
    }
}

/// Convolves one padded picture: `output` is `[pixels, groups * GROUP]`.
#[macerator::with_simd]
pub(super) fn convolve<S: Simd>(
    shape: &Shape,
    windows: &[usize],
    padded: &[f32],
    packed: &[f32],
    output: &mut [f32],
) {
    shape.check(padded.len(), packed.len(), output.len(), windows);
    match <f32 as Scalar>::lanes::<S>() {
        16 => convolve_tiled::<S, 12, 1>(shape, windows, padded, packed, output),
        8 => convolve_tiled::<S, 6, 2>(shape, windows, padded, packed, output),
        4 => convolve_tiled::<S, 3, 4>(shape, windows, padded, packed, output),
        _ => convolve_plain(shape, windows, padded, packed, output),
    }
}

#[inline(always)]
fn convolve_tiled<S: Simd, const PIXELS: usize, const VECTORS: usize>(
    shape: &Shape,
    windows: &[usize],
    padded: &[f32],
    packed: &[f32],
    output: &mut [f32],
) {
    let width = shape.groups() * GROUP;
    let weights_of_group = 9 * shape.inputs * GROUP;
    for (tile, places) in windows.chunks(PIXELS).enumerate() {
        for group in 0..shape.groups() {
            let weights = &packed[group * weights_of_group..][..weights_of_group];
            let first = tile * PIXELS * width + group * GROUP;
            if let Ok(places) = <&[usize; PIXELS]>::try_from(places) {
                // SAFETY: `check` has made sure that each window with its two rows below lies in
                // `padded`, and that `output` has a row of `width` values for every window; the
                // weights of one group are 9 * inputs * GROUP values, of which each step takes
                // VECTORS * lanes = GROUP.
                unsafe {
                    sums::<S, PIXELS, VECTORS>(shape, padded, places, weights, output, first);
                }
            } else {
                for (offset, &place) in places.iter().enumerate() {
                    // SAFETY: as above, for one pixel.
                    unsafe {
                        let at = first + offset * width;
                        sums::<S, 1, VECTORS>(shape, padded, &[place], weights, output, at);
                    }
                }
            }
        }
    }
}

/// The sums of `PIXELS` pixels for one group of output channels.
///
/// # Safety
/// Each of `places` plus two rows and three pixels is at most `padded.len()`; `weights` has
/// 9 * inputs * GROUP values; `VECTORS` times the lanes of `S` is `GROUP`; `output` has GROUP
/// values from `first` on and from each further row of the output's width on.
#[inline(always)]
unsafe fn sums<S: Simd, const PIXELS: usize, const VECTORS: usize>(
    shape: &Shape,
    padded: &[f32],
    places: &[usize; PIXELS],
    weights: &[f32],
    output: &mut [f32],
    first: usize,
) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
    let mut sums = [[zero; VECTORS]; PIXELS];
    let mut weight = weights.as_ptr();
    for row in 0..3 {
        // SAFETY: the caller vouches for the windows and the weights; the loop runs over 3 rows of
        // 3 * inputs values each, and takes GROUP weights at each.
        unsafe {
            let starts = places.map(|place| padded.as_ptr().add(place + row * shape.row()));
            for value in 0..3 * shape.inputs {
                let mut column = [zero; VECTORS];
                for (vector, slot) in column.iter_mut().enumerate() {
                    *slot = vload_unaligned(weight.add(vector * lanes));
                }
                for (sums, start) in sums.iter_mut().zip(&starts) {
                    let input = (*start.add(value)).splat::<S>();
                    for (sum, weights) in sums.iter_mut().zip(column) {
                        *sum = input.mul_add(weights, *sum);
                    }
                }
                weight = weight.add(GROUP);
            }
        }
    }
    let width = shape.groups() * GROUP;
    for (pixel, sums) in sums.into_iter().enumerate() {
        for (vector, sum) in sums.into_iter().enumerate() {
            // SAFETY: the caller vouches for GROUP values at each of these rows.
            unsafe {
                let at = first + pixel * width + vector * lanes;
                vstore_unaligned(output.as_mut_ptr().add(at), sum);
            }
        }
    }
}

/// The same without vectors, for widths that have no tile.
fn convolve_plain(
    shape: &Shape,
    windows: &[usize],
    padded: &[f32],
    packed: &[f32],
    output: &mut [f32],
) {
    let width = shape.groups() * GROUP;
    let row = 3 * shape.inputs;
    for (&place, out) in windows.iter().zip(output.chunks_exact_mut(width)) {
        let groups = packed.chunks_exact(9 * shape.inputs * GROUP);
        for (out, weights) in out.chunks_exact_mut(GROUP).zip(groups) {
            out.fill(0.0);
            for (step, weights) in weights.chunks_exact(GROUP).enumerate() {
                let input = padded[place + step / row * shape.row() + step % row];
                for (sum, weight) in out.iter_mut().zip(weights) {
                    *sum += input * weight;
                }
            }
        }
    }
}

/// Adds one picture's part to the gradient of the packed weights; `gradient` is that of the
/// output, `[pixels, groups * GROUP]`.
#[macerator::with_simd]
pub(super) fn accumulate<S: Simd>(
    shape: &Shape,
    windows: &[usize],
    padded: &[f32],
    gradient: &[f32],
    packed: &mut [f32],
) {
    shape.check(padded.len(), packed.len(), gradient.len(), windows);
    match <f32 as Scalar>::lanes::<S>() {
        16 => accumulate_tiled::<S, 12, 1>(shape, windows, padded, gradient, packed),
        8 => accumulate_tiled::<S, 6, 2>(shape, windows, padded, gradient, packed),
        4 => accumulate_tiled::<S, 3, 4>(shape, windows, padded, gradient, packed),
        _ => accumulate_plain(shape, windows, padded, gradient, packed),
    }
}

#[inline(always)]
fn accumulate_tiled<S: Simd, const VALUES: usize, const VECTORS: usize>(
    shape: &Shape,
    windows: &[usize],
    padded: &[f32],
    gradient: &[f32],
    packed: &mut [f32],
) {
    let row = 3 * shape.inputs;
    for group in 0..shape.groups() {
        for tap_row in 0..3 {
            let mut value = 0;
            while value < row {
                let at = ((group * 3 + tap_row) * row + value) * GROUP;
                let from = tap_row * shape.row() + value;
                let (padded, gradient) = (&padded[from..], &gradient[group * GROUP..]);
                let packed = &mut packed[at..];
                let whole = row - value >= VALUES;
                // SAFETY: `check` has made sure that each window with its rows lies in the padded
                // picture, that the gradient has a row of GROUP values a group for each window, and
                // that a group's packed weights are 3 * row * GROUP values; at most `row - value`
                // values of a row are taken.
                unsafe {
                    if whole {
                        outer::<S, VALUES, VECTORS>(shape, windows, padded, gradient, packed);
                    } else {
                        outer::<S, 1, VECTORS>(shape, windows, padded, gradient, packed);
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
/// Each of `windows` plus `VALUES` is at most `padded.len()`; `gradient` has GROUP values at each
/// multiple of the output's width below that of the number of windows; `packed` has
/// `VALUES * GROUP` values; `VECTORS` times the lanes of `S` is `GROUP`.
#[inline(always)]
unsafe fn outer<S: Simd, const VALUES: usize, const VECTORS: usize>(
    shape: &Shape,
    windows: &[usize],
    padded: &[f32],
    gradient: &[f32],
    packed: &mut [f32],
) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
    let mut sums = [[zero; VECTORS]; VALUES];
    let width = shape.groups() * GROUP;
    for (pixel, &window) in windows.iter().enumerate() {
        // SAFETY: the caller vouches for the windows and the gradient.
        unsafe {
            let start = padded.as_ptr().add(window);
            let from = gradient.as_ptr().add(pixel * width);
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
fn accumulate_plain(
    shape: &Shape,
    windows: &[usize],
    padded: &[f32],
    gradient: &[f32],
    packed: &mut [f32],
) {
    let width = shape.groups() * GROUP;
    let row = 3 * shape.inputs;
    for (&window, gradient) in windows.iter().zip(gradient.chunks_exact(width)) {
        let groups = packed.chunks_exact_mut(9 * shape.inputs * GROUP);
        for (gradient, packed) in gradient.chunks_exact(GROUP).zip(groups) {
            for (step, sums) in packed.chunks_exact_mut(GROUP).enumerate() {
                let input = padded[window + step / row * shape.row() + step % row];
                for (sum, gradient) in sums.iter_mut().zip(gradient) {
                    *sum += input * gradient;
                }
            }
        }
    }
}
