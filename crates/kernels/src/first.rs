//! The first convolution of a network, of pictures with one channel.
//!
//! Nine weights of each output channel are few: a tile of 2x2 pixels (2x4 where vectors have 16 or 4
//! lanes) takes a picture's values from 16 places, and its sums stay in registers until they are
//! rectified, pooled where so asked, and written.

#![expect(
    clippy::needless_lifetimes,
    reason = "`with_simd` asks for lifetimes inside of types"
)]

use macerator::{Scalar, Simd, Vector, vload_unaligned, vstore_unaligned};

use super::instructions::{greater, multiply_add};
use super::layout::GROUP;

const TAPS: usize = 9;

/// `relu(convolution + bias)` of one picture of `size` pixels, even both ways, which lies in `padded`
/// with one pixel of zeros around it; weights are packed as `[outputs / 16, 9, 16]`.
///
/// # Panics
/// If a length does not match.
pub(super) fn convolve(
    size: [usize; 2],
    padded: &[f32],
    packed: &[f32],
    bias: &[f32],
    pools: bool,
    output: &mut [f32],
) {
    let job = Job {
        size,
        rows: core::hint::black_box(3),
        outputs: bias.len(),
    };
    let [height, width] = size;
    assert!(height % 2 == 0 && width % 2 == 0, "an odd size");
    assert!(bias.len().is_multiple_of(GROUP), "output channels");
    assert_eq!(padded.len(), (height + 2) * (width + 2), "input");
    assert_eq!(packed.len(), TAPS * bias.len(), "packed weights");
    let pixels = height * width / if pools { 4 } else { 1 };
    assert_eq!(output.len(), pixels * bias.len(), "output");
    run(&job, padded, packed, bias, pools, output);
}

/// What is to be done.
struct Job {
    size: [usize; 2],
    /// Of the kernel: 3. Were it a constant, the compiler would keep all weights in more registers
    /// than there are.
    rows: usize,
    outputs: usize,
}

#[macerator::with_simd]
fn run<'a, S: Simd>(
    job: &'a Job,
    padded: &[f32],
    packed: &[f32],
    bias: &[f32],
    pools: bool,
    output: &mut [f32],
) {
    // SAFETY: `convolve`, the only caller, has checked the lengths and that the size is even. GROUP
    // is a multiple of each arm's vectors times its lanes: 16, 16, 4, and the one vector of the
    // scalar code, which has two lanes.
    unsafe {
        match (<f32 as Scalar>::lanes::<S>(), pools) {
            (16, true) => tiles::<S, 4, 1, true>(job, padded, packed, bias, output),
            (16, false) => tiles::<S, 4, 1, false>(job, padded, packed, bias, output),
            (8, true) => tiles::<S, 2, 2, true>(job, padded, packed, bias, output),
            (8, false) => tiles::<S, 2, 2, false>(job, padded, packed, bias, output),
            (4, true) => tiles::<S, 4, 1, true>(job, padded, packed, bias, output),
            (4, false) => tiles::<S, 4, 1, false>(job, padded, packed, bias, output),
            (_, true) => tiles::<S, 2, 1, true>(job, padded, packed, bias, output),
            (_, false) => tiles::<S, 2, 1, false>(job, padded, packed, bias, output),
        }
    }
}

/// All tiles of 2 by `COLUMNS` pixels and `VECTORS` vectors of channels; what `COLUMNS` leaves of a
/// row in tiles of two columns.
///
/// # Safety
/// The lengths are those that [`convolve`] checks, and GROUP is a multiple of `VECTORS` times the
/// lanes of `S`.
#[inline(always)]
unsafe fn tiles<S: Simd, const COLUMNS: usize, const VECTORS: usize, const POOLS: bool>(
    job: &Job,
    padded: &[f32],
    packed: &[f32],
    bias: &[f32],
    output: &mut [f32],
) {
    let channels = VECTORS * <f32 as Scalar>::lanes::<S>();
    let [height, width] = job.size;
    for y in (0..height).step_by(2) {
        for channel in (0..job.outputs).step_by(channels) {
            let mut x = 0;
            // SAFETY: rows and columns of the tile are below the picture's height and width, and
            // `channel` with its vectors below `outputs`.
            unsafe {
                while x + COLUMNS <= width {
                    tile::<S, COLUMNS, VECTORS, POOLS>(
                        job,
                        [y, x, channel],
                        padded,
                        packed,
                        bias,
                        output,
                    );
                    x += COLUMNS;
                }
                while x < width {
                    tile::<S, 2, VECTORS, POOLS>(
                        job,
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

/// One tile.
///
/// # Safety
/// The tile lies in the picture, `channel` with the tile's vectors in a group of output channels,
/// and the lengths are those that [`convolve`] checks.
#[inline(always)]
#[expect(
    clippy::needless_range_loop,
    reason = "closures are not compiled for the wider vectors"
)]
unsafe fn tile<S: Simd, const COLUMNS: usize, const VECTORS: usize, const POOLS: bool>(
    job: &Job,
    [y, x, channel]: [usize; 3],
    padded: &[f32],
    packed: &[f32],
    bias: &[f32],
    output: &mut [f32],
) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
    let width = job.size[1];
    let mut sums = [[[zero; VECTORS]; COLUMNS]; 2];
    // SAFETY: the caller vouches for the tile, whose window of 4 rows and COLUMNS + 2 columns lies
    // in the padded picture, and for the channels.
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
        for line in 0..job.rows {
            let lines = [0, 1].map(|row| window.add((line + row) * (width + 2)));
            for tap in 0..3 {
                let mut of_tap = [zero; VECTORS];
                for vector in 0..VECTORS {
                    of_tap[vector] = vload_unaligned(weights.add(tap * GROUP + vector * lanes));
                }
                for row in 0..2 {
                    for column in 0..COLUMNS {
                        let value = (*lines[row].add(tap + column)).splat::<S>();
                        for vector in 0..VECTORS {
                            let sum = &mut sums[row][column][vector];
                            *sum = multiply_add(value, of_tap[vector], *sum);
                        }
                    }
                }
            }
            weights = weights.add(3 * GROUP);
        }
        for vector in 0..VECTORS {
            let at = channel + vector * lanes;
            if POOLS {
                for column in 0..COLUMNS / 2 {
                    let [upper, lower] = [&sums[0], &sums[1]];
                    let upper = greater(upper[2 * column][vector], upper[2 * column + 1][vector]);
                    let lower = greater(lower[2 * column][vector], lower[2 * column + 1][vector]);
                    let pixel = y / 2 * (width / 2) + x / 2 + column;
                    vstore_unaligned(
                        output.as_mut_ptr().add(pixel * job.outputs + at),
                        greater(greater(upper, lower), zero),
                    );
                }
            } else {
                for row in 0..2 {
                    for column in 0..COLUMNS {
                        let pixel = (y + row) * width + x + column;
                        vstore_unaligned(
                            output.as_mut_ptr().add(pixel * job.outputs + at),
                            greater(sums[row][column][vector], zero),
                        );
                    }
                }
            }
        }
    }
}
