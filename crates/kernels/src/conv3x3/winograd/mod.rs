//! Winograd's minimal filtering F(4x4, 3x3) for stride 1: a quarter of the multiplications (Winograd,
//! 1980; Lavin and Gray, 2015).
//!
//! The output is cut into tiles of 4x4 pixels. Each depends on a window of 6x6 input pixels:
//!
//! 1. The window is transformed, channel by channel, to 36 values, its points ([`transform_2d`]).
//! 2. For each point there is a matrix of weights over input and output channels, transformed once
//!    from the kernel ([`weights`]). A GEMM multiplies the points of many tiles with it.
//! 3. The 36 products are transformed back to the tile.
//!
//! A chunk of tiles goes through all three steps at once, so that intermediate values stay in the
//! cache. The gradient of the weights goes the same way backwards ([`gradient`]).

mod gradient;
mod tiles;
mod transform_1d;
mod transform_2d;
mod weights;

use macerator::{Simd, WithSimd};

use super::Conv3x3;
use super::epilogue::Epilogue;
use super::padded::Padded;
use crate::gemm::gemm;
use crate::pack::GROUP;
use crate::simd::dispatch;
use tiles::{Span, Tiles};
use transform_1d::{TILE, WINDOW};
use transform_2d::{gather, scatter};

pub(crate) use gradient::weight_gradient;
pub(crate) use weights::winograd_weights;

/// Values to which a window is transformed, for each channel.
const POINTS: usize = WINDOW * WINDOW;

/// Transformed values and products of one chunk of tiles.
const CHUNK_VALUES: usize = 1 << 16;

/// The buffers of a thread.
#[derive(Default)]
pub(crate) struct WinogradScratch {
    padded: Padded,
    points: PointBuffers,
    /// The gradient of the transformed weights.
    weight_gradient: Vec<f32>,
}

/// Convolves whole images with weights from [`winograd_weights`]. The stride is 1, and input and output
/// channels are multiples of [`GROUP`].
///
/// # Panics
/// If a length does not match, or the channels or the stride are others.
pub(crate) fn convolve(
    conv: &Conv3x3,
    input: &[f32],
    weights: &[f32],
    epilogue: Epilogue<'_>,
    output: &mut [f32],
    scratch: &mut WinogradScratch,
) {
    let [inputs, outputs] = [conv.inputs, conv.outputs];
    assert!(
        inputs.is_multiple_of(GROUP) && outputs.is_multiple_of(GROUP),
        "channels must be multiples of {GROUP}, got {inputs} and {outputs}"
    );
    assert_eq!(
        weights.len(),
        POINTS * inputs * outputs,
        "number of transformed weights"
    );
    Tiles::new(conv, input.len()).check(&epilogue, outputs, output.len());
    let chunk_tiles = chunk_tiles(conv);
    let chunk_images = chunk_images(conv);
    let batch = input.len() / conv.input_values();
    let values = output.len() / batch.max(1);
    let parts = (input.chunks(chunk_images * conv.input_values()))
        .zip(output.chunks_mut((chunk_images * values).max(1)));
    for (part, (input, output)) in parts.enumerate() {
        let tiles = Tiles::new(conv, input.len());
        let padded = (scratch.padded).fill_to(input, conv.input_shape(), tiles.extent());
        let epilogue = epilogue.part(part * chunk_images * values, output.len());
        for span in tiles.spans(chunk_tiles) {
            let channels = [inputs, outputs];
            let [points, products] = scratch.points.for_span(span, channels);
            dispatch(ConvolveChunk {
                chunk: &Chunk {
                    tiles: &tiles,
                    span,
                    channels,
                    epilogue,
                },
                padded,
                weights,
                points,
                products,
                output,
            });
        }
    }
}

/// Returns the number of tiles of one chunk.
fn chunk_tiles(conv: &Conv3x3) -> usize {
    (CHUNK_VALUES / (POINTS * (conv.inputs + conv.outputs))).max(1)
}

/// Returns the number of images whose tiles fill a chunk, at least 1.
fn chunk_images(conv: &Conv3x3) -> usize {
    let image_tiles = Tiles::new(conv, conv.input_values()).count();
    (chunk_tiles(conv) / image_tiles).max(1)
}

/// Some tiles of a convolution.
#[derive(Clone, Copy)]
struct Chunk<'a> {
    tiles: &'a Tiles,
    span: Span,
    /// Input and output channels.
    channels: [usize; 2],
    epilogue: Epilogue<'a>,
}

/// Takes a chunk through all three steps.
struct ConvolveChunk<'a> {
    chunk: &'a Chunk<'a>,
    padded: &'a [f32],
    /// `[36, outputs / 16, inputs, 16]`.
    weights: &'a [f32],
    /// `[36, slots, inputs]`.
    points: &'a mut [f32],
    /// `[36, slots, outputs]`.
    products: &'a mut [f32],
    output: &'a mut [f32],
}

impl WithSimd for ConvolveChunk<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        convolve_chunk::<S>(
            self.chunk,
            self.padded,
            self.weights,
            self.points,
            self.products,
            self.output,
        );
    }
}

// The slices are arguments, since the compiler then knows that they do not overlap.
#[inline(always)]
fn convolve_chunk<S: Simd>(
    chunk: &Chunk<'_>,
    padded: &[f32],
    weights: &[f32],
    points: &mut [f32],
    products: &mut [f32],
    output: &mut [f32],
) {
    let Chunk {
        tiles,
        span,
        channels: [inputs, outputs],
        epilogue,
    } = chunk;
    gather::<S>(tiles, *span, *inputs, padded, points);
    let matrices = points
        .chunks_exact(span.slots() * inputs)
        .zip(weights.chunks_exact(inputs * outputs))
        .zip(products.chunks_exact_mut(span.slots() * outputs));
    let count = span.count;
    for ((points, weights), products) in matrices {
        gemm::<S>(
            count,
            *inputs,
            &points[..count * inputs],
            weights,
            &mut products[..count * outputs],
        );
    }
    scatter::<S>(tiles, *span, *outputs, products, epilogue, output);
}

/// Transformed windows and products.
#[derive(Default)]
struct PointBuffers([Vec<f32>; 2]);

impl PointBuffers {
    /// Returns the buffers of some tiles, with input and with output channels.
    fn for_span(&mut self, span: Span, channels: [usize; 2]) -> [&mut [f32]; 2] {
        let [inputs, outputs] = channels.map(|channels| POINTS * span.slots() * channels);
        let [points, products] = &mut self.0;
        [(points, inputs), (products, outputs)].map(|(buffer, len)| {
            if buffer.len() < len {
                buffer.resize(len, 0.0);
            }
            &mut buffer[..len]
        })
    }
}
