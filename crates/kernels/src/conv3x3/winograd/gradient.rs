//! The gradient of the weights: the three steps of the forward pass, backwards.

use macerator::{Simd, WithSimd};

use super::tiles::{Span, Tiles};
use super::transform_2d::{gather, gather_gradient};
use super::weights::AddGradient;
use super::{POINTS, WinogradScratch, chunk_images, chunk_tiles};
use crate::backward::weight_gradient::Accumulate;
use crate::conv3x3::Conv3x3;
use crate::conv3x3::layout::Loops;
use crate::simd::dispatch;

/// Adds, to `packed`, the gradient of the packed weights from some images and the gradient of their
/// output.
///
/// # Panics
/// If a length does not match, the channels are no multiples of 16, or the stride is not 1.
pub(crate) fn weight_gradient(
    conv: &Conv3x3,
    input: &[f32],
    gradient: &[f32],
    packed: &mut [f32],
    scratch: &mut WinogradScratch,
) {
    let [inputs, outputs] = [conv.inputs, conv.outputs];
    let chunk_tiles = chunk_tiles(conv);
    let chunk_images = chunk_images(conv);
    let row_offsets = |channels: usize| (0..chunk_tiles).map(|tile| tile * channels).collect();
    let (input_offsets, output_offsets): (Vec<usize>, Vec<usize>) =
        (row_offsets(inputs), row_offsets(outputs));
    let parts = (input.chunks(chunk_images * conv.input_values()))
        .zip(gradient.chunks(chunk_images * conv.output_values()));
    let sums = &mut scratch.weight_gradient;
    sums.clear();
    sums.resize(POINTS * inputs * outputs, 0.0);
    for (input, gradient) in parts {
        let tiles = Tiles::new(conv, input.len());
        let padded = (scratch.padded).fill_to(input, conv.input_shape(), tiles.extent());
        for span in tiles.spans(chunk_tiles) {
            let channels = [inputs, outputs];
            let [points, products] = scratch.points.for_span(span, channels);
            dispatch(Transform {
                tiles: &tiles,
                span,
                channels,
                padded,
                points,
                gradient,
                products,
            });
            let loops = Loops {
                output_offsets: &output_offsets[..span.count],
                ..Loops::over_rows(inputs, outputs, &input_offsets[..span.count])
            };
            let matrices = points
                .chunks_exact(span.slots() * inputs)
                .zip(products.chunks_exact(span.slots() * outputs))
                .zip(sums.chunks_exact_mut(inputs * outputs));
            for ((points, products), sums) in matrices {
                dispatch(Accumulate {
                    loops,
                    input: &points[..span.count * inputs],
                    gradient: &products[..span.count * outputs],
                    packed: sums,
                });
            }
        }
    }
    dispatch(AddGradient {
        transformed: sums,
        inputs,
        packed,
    });
}

/// Transforms a chunk's windows, and the gradients of its outputs to those of the products.
struct Transform<'a> {
    tiles: &'a Tiles,
    span: Span,
    /// Input and output channels.
    channels: [usize; 2],
    padded: &'a [f32],
    points: &'a mut [f32],
    gradient: &'a [f32],
    products: &'a mut [f32],
}

impl WithSimd for Transform<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let (tiles, span, [inputs, outputs]) = (self.tiles, self.span, self.channels);
        gather::<S>(tiles, span, inputs, self.padded, self.points);
        gather_gradient::<S>(tiles, span, outputs, self.gradient, self.products);
    }
}
