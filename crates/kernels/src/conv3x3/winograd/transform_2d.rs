//! The two-dimensional transforms: windows of pixels to points, and products to tiles of pixels.
#![expect(
    clippy::needless_range_loop,
    reason = "closures are not compiled for the widest vectors, see `simd`"
)]

use macerator::{Scalar, Simd, Vector, vload_unaligned, vstore_unaligned};

use super::POINTS;
use super::tiles::{Span, Tile, Tiles};
use super::transform_1d::{TILE, WINDOW, outputs, outputs_gradient, pixels};
use crate::conv3x3::epilogue::Epilogue;
use crate::simd::max;

/// Transforms the windows of the tiles of `span`, of `padded` images with `channels` channels, to
/// `points`, `[36, slots, channels]`.
#[inline(always)]
pub(super) fn gather<S: Simd>(
    tiles: &Tiles,
    span: Span,
    channels: usize,
    padded: &[f32],
    points: &mut [f32],
) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    assert_eq!(
        padded.len(),
        tiles.padded_values(channels),
        "number of padded values"
    );
    assert_eq!(
        points.len(),
        POINTS * span.slots() * channels,
        "number of points"
    );
    assert!(channels.is_multiple_of(lanes), "channels");
    assert!(span.first + span.count <= tiles.count(), "tiles");
    let [height, width] = tiles.padded_size();
    let row = width * channels;
    for index in 0..span.count {
        let tile = tiles.tile(span.first + index);
        let corner = (tile.image * height + tile.origin[0]) * row + tile.origin[1] * channels;
        for channel in (0..channels).step_by(lanes) {
            let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
            let mut half = [[zero; WINDOW]; WINDOW];
            for x in 0..WINDOW {
                let mut column = [zero; WINDOW];
                for y in 0..WINDOW {
                    let at = corner + y * row + x * channels + channel;
                    // SAFETY: the window of every tile is inside its padded image, `channel`
                    // with its lanes below `channels`, and `padded` has the values of all images, as
                    // just checked.
                    column[y] = unsafe { vload_unaligned(padded.as_ptr().add(at)) };
                }
                let column = pixels::<S>(column);
                for y in 0..WINDOW {
                    half[y][x] = column[y];
                }
            }
            for y in 0..WINDOW {
                let line = pixels::<S>(half[y]);
                for x in 0..WINDOW {
                    let at = ((y * WINDOW + x) * span.slots() + index) * channels + channel;
                    // SAFETY: y * 6 + x is below 36, `index` below `slots` and `channel` with its
                    // lanes below `channels`: below `points`' length, checked above.
                    unsafe { vstore_unaligned(points.as_mut_ptr().add(at), line[x]) };
                }
            }
        }
    }
}

/// Transforms the gradients of the outputs of the tiles of `span`, with `channels` channels, to those
/// of their products, `[36, slots, channels]`.
#[inline(always)]
pub(super) fn gather_gradient<S: Simd>(
    tiles: &Tiles,
    span: Span,
    channels: usize,
    gradient: &[f32],
    products: &mut [f32],
) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    tiles.check(&Epilogue::None, channels, gradient.len());
    assert_eq!(
        products.len(),
        POINTS * span.slots() * channels,
        "number of products"
    );
    assert!(channels.is_multiple_of(lanes), "channels");
    assert!(span.first + span.count <= tiles.count(), "tiles");
    let [height, width] = tiles.size();
    for index in 0..span.count {
        let tile = tiles.tile(span.first + index);
        let (rows, columns) = (tiles.covered(tile, 0), tiles.covered(tile, 1));
        let corner = ((tile.image * height + tile.origin[0]) * width + tile.origin[1]) * channels;
        for channel in (0..channels).step_by(lanes) {
            let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
            let mut half = [[zero; TILE]; WINDOW];
            for x in 0..columns {
                let mut column = [zero; TILE];
                for y in 0..rows {
                    let at = corner + (y * width + x) * channels + channel;
                    // SAFETY: row and column are inside the image, and the gradient has the
                    // values of all tiles, as just checked.
                    column[y] = unsafe { vload_unaligned(gradient.as_ptr().add(at)) };
                }
                let column = outputs_gradient::<S>(column);
                for y in 0..WINDOW {
                    half[y][x] = column[y];
                }
            }
            for y in 0..WINDOW {
                let line = outputs_gradient::<S>(half[y]);
                for x in 0..WINDOW {
                    let at = ((y * WINDOW + x) * span.slots() + index) * channels + channel;
                    // SAFETY: as for the points in `gather`.
                    unsafe { vstore_unaligned(products.as_mut_ptr().add(at), line[x]) };
                }
            }
        }
    }
}

/// Transforms the products of the tiles of `span`, `[36, slots, channels]`, back to pixels, and writes
/// them to `output` after the epilogue.
#[inline(always)]
pub(super) fn scatter<S: Simd>(
    tiles: &Tiles,
    span: Span,
    channels: usize,
    products: &[f32],
    epilogue: &Epilogue<'_>,
    output: &mut [f32],
) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    tiles.check(epilogue, channels, output.len());
    assert_eq!(
        products.len(),
        POINTS * span.slots() * channels,
        "number of products"
    );
    assert!(channels.is_multiple_of(lanes), "channels");
    assert!(span.first + span.count <= tiles.count(), "tiles");
    for index in 0..span.count {
        let tile = tiles.tile(span.first + index);
        for channel in (0..channels).step_by(lanes) {
            let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
            let mut half = [[zero; WINDOW]; TILE];
            for x in 0..WINDOW {
                let mut column = [zero; WINDOW];
                for y in 0..WINDOW {
                    let at = ((y * WINDOW + x) * span.slots() + index) * channels + channel;
                    // SAFETY: as for the points in `gather`; `products` has the checked length.
                    column[y] = unsafe { vload_unaligned(products.as_ptr().add(at)) };
                }
                let column = outputs::<S>(column);
                for y in 0..TILE {
                    half[y][x] = column[y];
                }
            }
            let mut pixels = [[zero; TILE]; TILE];
            for y in 0..TILE {
                pixels[y] = outputs::<S>(half[y]);
            }
            // SAFETY: `check` has made sure of the lengths of the output and the epilogue;
            // the tile is one of these tiles, and `channel` with its lanes below `channels`.
            unsafe {
                match *epilogue {
                    Epilogue::None => {
                        write::<S, false>(
                            tiles,
                            tile,
                            [channels, channel],
                            &pixels,
                            zero,
                            None,
                            output,
                        );
                    }
                    Epilogue::BiasRelu { bias, residual } => {
                        let bias = vload_unaligned(bias.as_ptr().add(channel));
                        write::<S, true>(
                            tiles,
                            tile,
                            [channels, channel],
                            &pixels,
                            bias,
                            residual,
                            output,
                        );
                    }
                    Epilogue::BiasReluMaxPool { bias } => {
                        let bias = vload_unaligned(bias.as_ptr().add(channel));
                        write_max_pool(tiles, tile, [channels, channel], &pixels, bias, output);
                    }
                }
            }
        }
    }
}

/// Writes the pixels of a tile that are inside the image: one vector of channels from `channel` of
/// `channels` on, with bias, residual and ReLU if `BIAS_RELU`.
///
/// # Safety
/// `output` and `residual` have the values of all of `tiles`, of which `tile` is one, with `channels`
/// channels, and `channel` plus the lanes is at most `channels`.
#[inline(always)]
unsafe fn write<S: Simd, const BIAS_RELU: bool>(
    tiles: &Tiles,
    tile: Tile,
    [channels, channel]: [usize; 2],
    pixels: &[[Vector<S, f32>; TILE]; TILE],
    bias: Vector<S, f32>,
    residual: Option<&[f32]>,
    output: &mut [f32],
) {
    let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
    let [height, width] = tiles.size();
    let (rows, columns) = (tiles.covered(tile, 0), tiles.covered(tile, 1));
    for y in 0..rows {
        let row = (tile.image * height + tile.origin[0] + y) * width + tile.origin[1];
        for x in 0..columns {
            let at = (row + x) * channels + channel;
            let mut value = pixels[y][x];
            // SAFETY: row and column are inside the image; the caller vouches for the rest.
            unsafe {
                if BIAS_RELU {
                    value += bias;
                    if let Some(residual) = residual {
                        value += vload_unaligned(residual.as_ptr().add(at));
                    }
                    value = max(value, zero);
                }
                vstore_unaligned(output.as_mut_ptr().add(at), value);
            }
        }
    }
}

/// Writes the maximum of each 2x2 pixels of a tile, with bias and ReLU.
///
/// # Safety
/// As for [`write`], with an output of half the height and half the width, which are even.
#[inline(always)]
unsafe fn write_max_pool<S: Simd>(
    tiles: &Tiles,
    tile: Tile,
    [channels, channel]: [usize; 2],
    pixels: &[[Vector<S, f32>; TILE]; TILE],
    bias: Vector<S, f32>,
    output: &mut [f32],
) {
    let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
    let [height, width] = tiles.size();
    let (height, width) = (height / 2, width / 2);
    let (rows, columns) = (tiles.covered(tile, 0) / 2, tiles.covered(tile, 1) / 2);
    for y in 0..rows {
        let row = (tile.image * height + tile.origin[0] / 2 + y) * width + tile.origin[1] / 2;
        for x in 0..columns {
            let upper = max(pixels[2 * y][2 * x], pixels[2 * y][2 * x + 1]);
            let lower = max(pixels[2 * y + 1][2 * x], pixels[2 * y + 1][2 * x + 1]);
            let value = max(max(upper, lower) + bias, zero);
            let at = (row + x) * channels + channel;
            // SAFETY: row and column are inside the pooled image, since a tile has an even number
            // of each; the caller vouches for the rest.
            unsafe { vstore_unaligned(output.as_mut_ptr().add(at), value) };
        }
    }
}
