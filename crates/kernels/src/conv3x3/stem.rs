//! The stem: the first convolution of a network, of images with one channel.
//!
//! Each output channel has only nine weights. A register tile of 2x2 pixels (2x4 where vectors have 16
//! or 4 lanes) keeps its sums in registers through ReLU and max pooling.

use macerator::{Scalar, Simd, Vector, WithSimd, vload_unaligned, vstore_unaligned};

use crate::pack::GROUP;
use crate::simd::{dispatch, max, mul_add};

const TAPS: usize = 9;

/// Writes `relu(convolution + bias)` of one image, max pooled if so asked, to `output`.
///
/// `size` is the image's height and width, both even; `padded` has one pixel of zeros around it.
/// Weights are packed as `[outputs / 16, 9, 16]`.
///
/// # Panics
/// If a length does not match.
pub(super) fn convolve(
    size: [usize; 2],
    padded: &[f32],
    packed: &[f32],
    bias: &[f32],
    max_pool: bool,
    output: &mut [f32],
) {
    let shape = Shape {
        size,
        kernel_rows: core::hint::black_box(3),
        outputs: bias.len(),
    };
    let [height, width] = size;
    assert!(
        height % 2 == 0 && width % 2 == 0,
        "size must be even, got {height}x{width}"
    );
    assert!(
        bias.len().is_multiple_of(GROUP),
        "output channels must be a multiple of {GROUP}, got {}",
        bias.len()
    );
    assert_eq!(
        padded.len(),
        (height + 2) * (width + 2),
        "number of input values"
    );
    assert_eq!(packed.len(), TAPS * bias.len(), "number of packed weights");
    let pixels = height * width / if max_pool { 4 } else { 1 };
    assert_eq!(output.len(), pixels * bias.len(), "number of output values");
    dispatch(Convolve {
        shape,
        padded,
        packed,
        bias,
        max_pool,
        output,
    });
}

struct Shape {
    /// Height and width of the image.
    size: [usize; 2],
    /// Always 3. If it were a constant, the compiler would keep all weights in more registers than
    /// there are.
    kernel_rows: usize,
    outputs: usize,
}

/// The arguments of [`convolve`], checked.
struct Convolve<'a> {
    shape: Shape,
    padded: &'a [f32],
    packed: &'a [f32],
    bias: &'a [f32],
    max_pool: bool,
    output: &'a mut [f32],
}

impl WithSimd for Convolve<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let Self {
            shape,
            padded,
            packed,
            bias,
            max_pool,
            output,
        } = self;
        let shape = &shape;
        // SAFETY: `convolve`, the only caller, has checked the lengths and that the size is even. In
        // each arm GROUP is a multiple of vectors times lanes: 16, 16, 4, and the one vector of the
        // scalar code, which has two lanes.
        unsafe {
            match (<f32 as Scalar>::lanes::<S>(), max_pool) {
                (16, true) => tiles::<S, 4, 1, true>(shape, padded, packed, bias, output),
                (16, false) => tiles::<S, 4, 1, false>(shape, padded, packed, bias, output),
                (8, true) => tiles::<S, 2, 2, true>(shape, padded, packed, bias, output),
                (8, false) => tiles::<S, 2, 2, false>(shape, padded, packed, bias, output),
                (4, true) => tiles::<S, 4, 1, true>(shape, padded, packed, bias, output),
                (4, false) => tiles::<S, 4, 1, false>(shape, padded, packed, bias, output),
                (_, true) => tiles::<S, 2, 1, true>(shape, padded, packed, bias, output),
                (_, false) => tiles::<S, 2, 1, false>(shape, padded, packed, bias, output),
            }
        }
    }
}

/// Goes over the output in tiles of 2 by `COLUMNS` pixels by `VECTORS` vectors of channels, and over
/// what remains of a row in tiles of two columns.
///
/// # Safety
/// The lengths are those that [`convolve`] checks, and GROUP is a multiple of `VECTORS` times the
/// lanes of `S`.
#[inline(always)]
unsafe fn tiles<S: Simd, const COLUMNS: usize, const VECTORS: usize, const MAX_POOL: bool>(
    shape: &Shape,
    padded: &[f32],
    packed: &[f32],
    bias: &[f32],
    output: &mut [f32],
) {
    let channels = VECTORS * <f32 as Scalar>::lanes::<S>();
    let [height, width] = shape.size;
    for y in (0..height).step_by(2) {
        for channel in (0..shape.outputs).step_by(channels) {
            let mut x = 0;
            // SAFETY: rows and columns of the tile are below the image's height and width, and
            // `channel` with its vectors below `outputs`.
            unsafe {
                while x + COLUMNS <= width {
                    tile::<S, COLUMNS, VECTORS, MAX_POOL>(
                        shape,
                        [y, x, channel],
                        padded,
                        packed,
                        bias,
                        output,
                    );
                    x += COLUMNS;
                }
                while x < width {
                    tile::<S, 2, VECTORS, MAX_POOL>(
                        shape,
                        [y, x, channel],
                        padded,
                        packed,
                        bias,
                        output,
                    );
                    x += 2;
                }
            }
        }
    }
}

/// Computes one tile.
///
/// # Safety
/// The tile is inside the image, `channel` with the tile's vectors in a group of output channels,
/// and the lengths are those that [`convolve`] checks.
#[inline(always)]
#[expect(
    clippy::needless_range_loop,
    reason = "closures are not compiled for the widest vectors, see `simd`"
)]
unsafe fn tile<S: Simd, const COLUMNS: usize, const VECTORS: usize, const MAX_POOL: bool>(
    shape: &Shape,
    [y, x, channel]: [usize; 3],
    padded: &[f32],
    packed: &[f32],
    bias: &[f32],
    output: &mut [f32],
) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
    let width = shape.size[1];
    let mut sums = [[[zero; VECTORS]; COLUMNS]; 2];
    // SAFETY: the caller vouches for the tile, whose window of 4 rows and COLUMNS + 2 columns is
    // inside the padded image, and for the channels.
    unsafe {
        for vector in 0..VECTORS {
            let bias = vload_unaligned(bias.as_ptr().add(channel + vector * lanes));
            for column in 0..COLUMNS {
                sums[0][column][vector] = bias;
                sums[1][column][vector] = bias;
            }
        }
        let window = padded.as_ptr().add(y * (width + 2) + x);
        let mut weights = (packed.as_ptr()).add(channel / GROUP * TAPS * GROUP + channel % GROUP);
        for line in 0..shape.kernel_rows {
            let lines = [0, 1].map(|row| window.add((line + row) * (width + 2)));
            for tap in 0..3 {
                let mut tap_weights = [zero; VECTORS];
                for vector in 0..VECTORS {
                    tap_weights[vector] =
                        vload_unaligned(weights.add(tap * GROUP + vector * lanes));
                }
                for row in 0..2 {
                    for column in 0..COLUMNS {
                        let value = (*lines[row].add(tap + column)).splat::<S>();
                        for vector in 0..VECTORS {
                            let sum = &mut sums[row][column][vector];
                            *sum = mul_add(value, tap_weights[vector], *sum);
                        }
                    }
                }
            }
            weights = weights.add(3 * GROUP);
        }
        for vector in 0..VECTORS {
            let at = channel + vector * lanes;
            if MAX_POOL {
                for column in 0..COLUMNS / 2 {
                    let [upper, lower] = [&sums[0], &sums[1]];
                    let upper = max(upper[2 * column][vector], upper[2 * column + 1][vector]);
                    let lower = max(lower[2 * column][vector], lower[2 * column + 1][vector]);
                    let pixel = y / 2 * (width / 2) + x / 2 + column;
                    vstore_unaligned(
                        output.as_mut_ptr().add(pixel * shape.outputs + at),
                        max(max(upper, lower), zero),
                    );
                }
            } else {
                for row in 0..2 {
                    for column in 0..COLUMNS {
                        let pixel = (y + row) * width + x + column;
                        vstore_unaligned(
                            output.as_mut_ptr().add(pixel * shape.outputs + at),
                            max(sums[row][column][vector], zero),
                        );
                    }
                }
            }
        }
    }
}
