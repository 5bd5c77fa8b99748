//! The gradient of the weights by Winograd's way: as the forward pass, backwards.

use super::tiles::Tiles;
use super::transform::{gather, gather_gradient};
use super::weights::add_gradient;
use super::{Chunk, Finish, POINTS, Scratch, pictures_at_once, tiles_at_once, with_scratch};
use crate::accumulate::accumulate;
use crate::conv3x3::Conv3x3;
use crate::simd::Walk;

/// Adds, to `packed`, the gradient of the packed weights that a few pictures give, of which
/// `gradient` is that of the output.
///
/// # Panics
/// If a length does not match, or the channels or the stride are none that the kernel knows.
pub(crate) fn weight_gradient(conv: &Conv3x3, input: &[f32], gradient: &[f32], packed: &mut [f32]) {
    let [inputs, outputs] = [conv.inputs, conv.outputs];
    let most = tiles_at_once(conv);
    let at_once = pictures_at_once(conv);
    let starts = |channels: usize| (0..most).map(|tile| tile * channels).collect();
    let (windows, places): (Vec<usize>, Vec<usize>) = (starts(inputs), starts(outputs));
    let parts = (input.chunks(at_once * conv.input_values()))
        .zip(gradient.chunks(at_once * conv.output_values()));
    with_scratch(|scratch| {
        let Scratch {
            padded,
            rooms,
            sums,
        } = scratch;
        sums.clear();
        sums.resize(POINTS * inputs * outputs, 0.0);
        for (input, gradient) in parts {
            let tiles = Tiles::new(conv, input.len());
            let padded = padded.fill_to(input, conv.input(), tiles.extent());
            for span in tiles.spans(most) {
                let channels = [inputs, outputs];
                let [transformed, gradients] = rooms.of(span, channels);
                let chunk = Chunk {
                    tiles: &tiles,
                    span,
                    channels,
                    finish: Finish::Nothing,
                };
                transform(&chunk, padded, transformed, gradient, gradients);
                let walk = Walk {
                    rows: 1,
                    step: 0,
                    run: inputs,
                    outputs,
                    windows: &windows[..span.count],
                    places: &places[..span.count],
                };
                let points = transformed
                    .chunks_exact(span.places() * inputs)
                    .zip(gradients.chunks_exact(span.places() * outputs))
                    .zip(sums.chunks_exact_mut(inputs * outputs));
                for ((transformed, gradients), sums) in points {
                    let transformed = &transformed[..span.count * inputs];
                    accumulate(&walk, transformed, &gradients[..span.count * outputs], sums);
                }
            }
        }
        add_gradient(sums, inputs, packed);
    });
}

#[macerator::with_simd]
fn transform<'a, S: macerator::Simd>(
    chunk: &'a Chunk<'a>,
    padded: &'a [f32],
    transformed: &mut [f32],
    gradient: &'a [f32],
    gradients: &mut [f32],
) {
    let [inputs, outputs] = chunk.channels;
    gather::<S>(chunk.tiles, chunk.span, inputs, padded, transformed);
    gather_gradient::<S>(chunk.tiles, chunk.span, outputs, gradient, gradients);
}
