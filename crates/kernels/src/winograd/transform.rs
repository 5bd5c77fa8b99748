//! From pixels to what is multiplied, and from products to pixels, in tiles.
#![expect(
    clippy::needless_range_loop,
    reason = "closures are not compiled for the wider vectors: see `points`"
)]

use macerator::{Scalar, Simd, Vector, vload_unaligned, vstore_unaligned};

use super::points::outputs_gradient;
use super::points::{TILE, WINDOW, outputs, pixels};
use super::tiles::{Span, Tile, Tiles};
use super::{Finish, POINTS};
use crate::instructions::greater;

/// Transforms the windows of the tiles of `span`, of `padded` pictures with `channels`
/// channels, into `transformed`, `[36, places, channels]`.
#[inline(always)]
pub(super) fn gather<S: Simd>(
    tiles: &Tiles,
    span: Span,
    channels: usize,
    padded: &[f32],
    transformed: &mut [f32],
) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    assert_eq!(padded.len(), tiles.padded_values(channels), "padded input");
    assert_eq!(
        transformed.len(),
        POINTS * span.places() * channels,
        "transformed"
    );
    assert!(channels.is_multiple_of(lanes), "channels");
    assert!(span.first + span.count <= tiles.count(), "tiles");
    let [height, width] = tiles.padded_size();
    let row = width * channels;
    for index in 0..span.count {
        let tile = tiles.tile(span.first + index);
        let corner = (tile.picture * height + tile.at[0]) * row + tile.at[1] * channels;
        for channel in (0..channels).step_by(lanes) {
            let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
            let mut half = [[zero; WINDOW]; WINDOW];
            for x in 0..WINDOW {
                let mut column = [zero; WINDOW];
                for y in 0..WINDOW {
                    let at = corner + y * row + x * channels + channel;
                    // SAFETY: the window of every tile is inside of its padded picture, `channel`
                    // with its lanes below `channels`, and `padded` has the values of all pictures, as
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
                    let at = ((y * WINDOW + x) * span.places() + index) * channels + channel;
                    // SAFETY: y * 6 + x is below 36, `index` below `places` and `channel` with its
                    // lanes below `channels`: below `transformed`'s length, checked above.
                    unsafe { vstore_unaligned(transformed.as_mut_ptr().add(at), line[x]) };
                }
            }
        }
    }
}

/// Transforms the gradients of the outputs of the tiles of `span`, with `channels`
/// channels, into those of their products, `[36, places, channels]`.
#[inline(always)]
pub(super) fn gather_gradient<S: Simd>(
    tiles: &Tiles,
    span: Span,
    channels: usize,
    gradient: &[f32],
    products: &mut [f32],
) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    tiles.check(&Finish::Nothing, channels, gradient.len());
    assert_eq!(
        products.len(),
        POINTS * span.places() * channels,
        "products"
    );
    assert!(channels.is_multiple_of(lanes), "channels");
    assert!(span.first + span.count <= tiles.count(), "tiles");
    let [height, width] = tiles.size();
    for index in 0..span.count {
        let tile = tiles.tile(span.first + index);
        let (rows, columns) = (tiles.covered(tile, 0), tiles.covered(tile, 1));
        let corner = ((tile.picture * height + tile.at[0]) * width + tile.at[1]) * channels;
        for channel in (0..channels).step_by(lanes) {
            let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
            let mut half = [[zero; TILE]; WINDOW];
            for x in 0..columns {
                let mut column = [zero; TILE];
                for y in 0..rows {
                    let at = corner + (y * width + x) * channels + channel;
                    // SAFETY: row and column are inside of the picture, and the gradient has the
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
                    let at = ((y * WINDOW + x) * span.places() + index) * channels + channel;
                    // SAFETY: as for the places in `gather`.
                    unsafe { vstore_unaligned(products.as_mut_ptr().add(at), line[x]) };
                }
            }
        }
    }
}

/// Transforms the products of the tiles of `span`, `[36, places, channels]`, back to
/// pixels, finishes them and writes them to their places in `output`.
#[inline(always)]
pub(super) fn scatter<S: Simd>(
    tiles: &Tiles,
    span: Span,
    channels: usize,
    products: &[f32],
    finish: &Finish<'_>,
    output: &mut [f32],
) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    tiles.check(finish, channels, output.len());
    assert_eq!(
        products.len(),
        POINTS * span.places() * channels,
        "products"
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
                    let at = ((y * WINDOW + x) * span.places() + index) * channels + channel;
                    // SAFETY: as for the places in `gather`; `products` has the checked length.
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
            // SAFETY: `check` has made sure of the lengths of the output and of what finishes it;
            // the tile is one of these tiles, and `channel` with its lanes below `channels`.
            unsafe {
                match *finish {
                    Finish::Nothing => {
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
                    Finish::Rectify { bias, residual } => {
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
                    Finish::Pool { bias } => {
                        let bias = vload_unaligned(bias.as_ptr().add(channel));
                        pool(tiles, tile, [channels, channel], &pixels, bias, output);
                    }
                }
            }
        }
    }
}

/// Writes the pixels of a tile that are in the picture: all channels from `channel` of `channels`
/// that a vector holds, plus bias and residual and rectified where so asked.
///
/// # Safety
/// `output` and `residual` have the values of all of `tiles`, of which `tile` is one, with `channels`
/// channels, and `channel` plus the lanes is at most `channels`.
#[inline(always)]
unsafe fn write<S: Simd, const RECTIFY: bool>(
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
        let row = (tile.picture * height + tile.at[0] + y) * width + tile.at[1];
        for x in 0..columns {
            let at = (row + x) * channels + channel;
            let mut value = pixels[y][x];
            // SAFETY: row and column are inside of the picture; the caller vouches for the rest.
            unsafe {
                if RECTIFY {
                    value += bias;
                    if let Some(residual) = residual {
                        value += vload_unaligned(residual.as_ptr().add(at));
                    }
                    value = greater(value, zero);
                }
                vstore_unaligned(output.as_mut_ptr().add(at), value);
            }
        }
    }
}

/// Writes the greatest of each 2x2 pixels of a tile, with bias and ReLU.
///
/// # Safety
/// As for [`write`], with an output of half the height and half the width, which are even.
#[inline(always)]
unsafe fn pool<S: Simd>(
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
        let row = (tile.picture * height + tile.at[0] / 2 + y) * width + tile.at[1] / 2;
        for x in 0..columns {
            let upper = greater(pixels[2 * y][2 * x], pixels[2 * y][2 * x + 1]);
            let lower = greater(pixels[2 * y + 1][2 * x], pixels[2 * y + 1][2 * x + 1]);
            let value = greater(greater(upper, lower) + bias, zero);
            let at = (row + x) * channels + channel;
            // SAFETY: row and column are inside of the pooled picture, since a tile has an even number
            // of each; the caller vouches for the rest.
            unsafe { vstore_unaligned(output.as_mut_ptr().add(at), value) };
        }
    }
}
