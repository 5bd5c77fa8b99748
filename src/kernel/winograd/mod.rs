//! A 3x3 convolution of stride 1 with a quarter of the multiplications: F(4x4, 3x3) of Winograd's
//! minimal filtering (Winograd, 1980; Lavin and Gray, 2015).
//!
//! The output is cut into tiles of 4x4 pixels. Each comes from the 6x6 pixels around it: these are
//! transformed, channel by channel, to 36 values; for each of the 36 there is a matrix of weights
//! over input and output channels, made of the kernel once; and the 36 products are transformed
//! back to the tile. A few tiles at a time go through all three steps, so that what is in between
//! stays in the cache.

#[cfg(feature = "gradients")]
mod gradient;
mod points;
mod tiles;
mod transform;
mod weights;

use super::conv3x3::Conv3x3;
use super::layout::GROUP;
use super::matmul::matmul;
use points::{TILE, WINDOW};
use tiles::Tiles;
use transform::{gather, scatter};

#[cfg(feature = "gradients")]
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
    #[cfg(feature = "gradients")]
    Nothing,
    /// `max(0, output + bias + residual)`.
    Rectify {
        bias: &'a [f32],
        residual: Option<&'a [f32]>,
    },
    /// `max(0, output + bias)`, and the greatest of each 2x2 pixels.
    Pool { bias: &'a [f32] },
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
    let tiles = Tiles::new(conv, input.len());
    let [inputs, outputs] = [conv.inputs, conv.outputs];
    assert!(
        inputs.is_multiple_of(GROUP) && outputs.is_multiple_of(GROUP),
        "{inputs} and {outputs} channels are no multiples of {GROUP}"
    );
    assert_eq!(weights.len(), POINTS * inputs * outputs, "weights");
    tiles.check(&finish, outputs, output.len());
    with_scratch(|scratch| {
        let chunk = (CHUNK_VALUES / (POINTS * (inputs + outputs))).max(1);
        for first in (0..tiles.count()).step_by(chunk) {
            let chunk = Chunk {
                tiles: &tiles,
                first,
                count: chunk.min(tiles.count() - first),
                channels: [inputs, outputs],
                finish,
            };
            let [transformed, products] = scratch.room(chunk.count * POINTS, chunk.channels);
            convolve_chunk(&chunk, input, weights, transformed, products, output);
        }
    });
}

/// Some tiles of a convolution.
#[derive(Clone, Copy)]
struct Chunk<'a> {
    tiles: &'a Tiles,
    first: usize,
    count: usize,
    channels: [usize; 2],
    finish: Finish<'a>,
}

#[macerator::with_simd]
fn convolve_chunk<'a, S: macerator::Simd>(
    chunk: &'a Chunk<'a>,
    input: &[f32],
    weights: &[f32],
    transformed: &mut [f32],
    products: &mut [f32],
    output: &mut [f32],
) {
    let [inputs, outputs] = chunk.channels;
    gather::<S>(
        chunk.tiles,
        chunk.first,
        chunk.count,
        inputs,
        input,
        transformed,
    );
    let points = transformed
        .chunks_exact(chunk.count * inputs)
        .zip(weights.chunks_exact(inputs * outputs))
        .zip(products.chunks_exact_mut(chunk.count * outputs));
    for ((transformed, weights), products) in points {
        matmul::<S>(chunk.count, inputs, transformed, weights, products);
    }
    scatter::<S>(
        chunk.tiles,
        chunk.first,
        chunk.count,
        outputs,
        products,
        &chunk.finish,
        output,
    );
}

/// A thread's transformed pixels and products.
#[derive(Default)]
struct Scratch {
    transformed: Vec<f32>,
    products: Vec<f32>,
    /// Of the transformed weights' gradient.
    #[cfg(feature = "gradients")]
    sums: Vec<f32>,
}

impl Scratch {
    /// Room for `values` values of each input and each output channel.
    fn room(&mut self, values: usize, channels: [usize; 2]) -> [&mut [f32]; 2] {
        let [inputs, outputs] = channels.map(|channels| values * channels);
        [
            (&mut self.transformed, inputs),
            (&mut self.products, outputs),
        ]
        .map(|(room, len)| {
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
