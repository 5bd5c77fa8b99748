//! A 3x3 convolution of stride 1 with a quarter of the multiplications: F(4x4, 3x3) of Winograd's
//! minimal filtering (Winograd, 1980; Lavin and Gray, 2015).
//!
//! The output is cut into tiles of 4x4 pixels. Each comes from the 6x6 pixels around it: these are
//! transformed, channel by channel, to 36 values; for each of the 36 there is a matrix of weights
//! over input and output channels, made of the kernel once; and the 36 products are transformed
//! back to the tile. A few tiles at a time go through all three steps, so that what is in between
//! stays in the cache.

mod gradient;
mod points;
mod tiles;
mod transform;
mod weights;

use super::conv3x3::Conv3x3;
use super::layout::{GROUP, Padded};
use super::matmul::matmul;
use points::{TILE, WINDOW};
use tiles::{Span, Tiles};
use transform::{gather, scatter};

pub(super) use gradient::weight_gradient;
pub use weights::winograd_weights;

/// Values into which a tile's window is transformed, for each channel.
pub(super) const POINTS: usize = WINDOW * WINDOW;

/// Values, transformed and multiplied, that are worked on at once.
const CHUNK_VALUES: usize = 1 << 16;

/// What is done to the convolution's output before it is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Finish<'a> {
    /// Nothing.
    Nothing,
    /// `max(0, output + bias + residual)`.
    Rectify {
        bias: &'a [f32],
        residual: Option<&'a [f32]>,
    },
    /// `max(0, output + bias)`, and the greatest of each 2x2 pixels.
    Pool { bias: &'a [f32] },
}

impl Finish<'_> {
    /// That of `len` values of the output from `first` on, which are whole pictures.
    fn part(self, first: usize, len: usize) -> Self {
        match self {
            Self::Rectify { bias, residual } => Self::Rectify {
                bias,
                residual: residual.map(|residual| &residual[first..first + len]),
            },
            other => other,
        }
    }
}

/// The convolution of some pictures on this thread, with weights from [`winograd_weights`]; its
/// stride is 1, and its input channels are a multiple of [`GROUP`] too.
///
/// # Panics
/// If a length does not match, or the channels or the stride are none that the kernel knows.
pub(super) fn convolve(
    conv: &Conv3x3,
    input: &[f32],
    weights: &[f32],
    finish: Finish<'_>,
    output: &mut [f32],
) {
    let [inputs, outputs] = [conv.inputs, conv.outputs];
    assert!(
        inputs.is_multiple_of(GROUP) && outputs.is_multiple_of(GROUP),
        "{inputs} and {outputs} channels are no multiples of {GROUP}"
    );
    assert_eq!(weights.len(), POINTS * inputs * outputs, "weights");
    Tiles::new(conv, input.len()).check(&finish, outputs, output.len());
    let most = tiles_at_once(conv);
    let at_once = pictures_at_once(conv);
    let pictures = input.len() / conv.input_values();
    let values = output.len() / pictures.max(1);
    let parts = (input.chunks(at_once * conv.input_values()))
        .zip(output.chunks_mut((at_once * values).max(1)));
    with_scratch(|Scratch { padded, rooms, .. }| {
        for (part, (input, output)) in parts.enumerate() {
            let tiles = Tiles::new(conv, input.len());
            let padded = padded.fill_to(input, conv.input(), tiles.extent());
            let finish = finish.part(part * at_once * values, output.len());
            for span in tiles.spans(most) {
                let chunk = Chunk {
                    tiles: &tiles,
                    span,
                    channels: [inputs, outputs],
                    finish,
                };
                let [transformed, products] = rooms.of(span, chunk.channels);
                convolve_chunk(&chunk, padded, weights, transformed, products, output);
            }
        }
    });
}

/// Tiles that are worked on at once.
fn tiles_at_once(conv: &Conv3x3) -> usize {
    (CHUNK_VALUES / (POINTS * (conv.inputs + conv.outputs))).max(1)
}

/// Pictures whose tiles are worked on at once, or one.
fn pictures_at_once(conv: &Conv3x3) -> usize {
    let of_picture = Tiles::new(conv, conv.input_values()).count();
    (tiles_at_once(conv) / of_picture).max(1)
}

/// Some tiles of a convolution.
#[derive(Clone, Copy)]
struct Chunk<'a> {
    tiles: &'a Tiles,
    span: Span,
    channels: [usize; 2],
    finish: Finish<'a>,
}

#[macerator::with_simd]
fn convolve_chunk<'a, S: macerator::Simd>(
    chunk: &'a Chunk<'a>,
    padded: &[f32],
    weights: &[f32],
    transformed: &mut [f32],
    products: &mut [f32],
    output: &mut [f32],
) {
    let [inputs, outputs] = chunk.channels;
    gather::<S>(chunk.tiles, chunk.span, inputs, padded, transformed);
    let points = transformed
        .chunks_exact(chunk.span.places() * inputs)
        .zip(weights.chunks_exact(inputs * outputs))
        .zip(products.chunks_exact_mut(chunk.span.places() * outputs));
    let count = chunk.span.count;
    for ((transformed, weights), products) in points {
        matmul::<S>(
            count,
            inputs,
            &transformed[..count * inputs],
            weights,
            &mut products[..count * outputs],
        );
    }
    scatter::<S>(
        chunk.tiles,
        chunk.span,
        outputs,
        products,
        &chunk.finish,
        output,
    );
}

/// What a thread keeps from call to call.
#[derive(Default)]
struct Scratch {
    padded: Padded,
    rooms: Rooms,
    /// Of the transformed weights' gradient.
    sums: Vec<f32>,
}

/// Transformed pixels and products.
#[derive(Default)]
struct Rooms([Vec<f32>; 2]);

impl Rooms {
    /// Room for the points of some tiles, of input and output channels.
    fn of(&mut self, span: Span, channels: [usize; 2]) -> [&mut [f32]; 2] {
        let [inputs, outputs] = channels.map(|channels| POINTS * span.places() * channels);
        let [transformed, products] = &mut self.0;
        [(transformed, inputs), (products, outputs)].map(|(room, len)| {
            if room.len() < len {
                room.resize(len, 0.0);
            }
            &mut room[..len]
        })
    }
}

/// Calls `work` with this thread's scratch, which keeps its memory from call to call.
fn with_scratch<R>(work: impl FnOnce(&mut Scratch) -> R) -> R {
    thread_local! {
        static SCRATCH: std::cell::RefCell<Scratch> = std::cell::RefCell::default();
    }
    SCRATCH.with_borrow_mut(work)
}
