//! The gradient of the weights by Winograd's way: as the forward pass, backwards.

use super::tiles::Tiles;
use super::transform::{gather, gather_gradient};
use super::weights::add_gradient;
use super::{CHUNK_VALUES, POINTS, with_scratch};
use crate::kernel::accumulate::accumulate;
use crate::kernel::conv3x3::Conv3x3;
use crate::kernel::simd::Walk;

/// Adds, to `packed`, the gradient of the packed weights that a few pictures give, of which
/// `gradient` is that of the output.
///
/// # Panics
/// If a length does not match, or the channels or the stride are none that the kernel knows.
pub(in crate::kernel) fn weight_gradient(
    conv: &Conv3x3,
    input: &[f32],
    gradient: &[f32],
    packed: &mut [f32],
) {
    let tiles = Tiles::new(conv, input.len());
    let [inputs, outputs] = [conv.inputs, conv.outputs];
    let most = (CHUNK_VALUES / (POINTS * (inputs + outputs))).max(1);
    let starts = |channels: usize| (0..most).map(|tile| tile * channels).collect();
    let (windows, places): (Vec<usize>, Vec<usize>) = (starts(inputs), starts(outputs));
    with_scratch(|scratch| {
        let mut sums = core::mem::take(&mut scratch.sums);
        sums.clear();
        sums.resize(POINTS * inputs * outputs, 0.0);
        for first in (0..tiles.count()).step_by(most) {
            let count = most.min(tiles.count() - first);
            let [transformed, gradients] = scratch.room(count * POINTS, [inputs, outputs]);
            transform(
                &tiles,
                first,
                count,
                input,
                transformed,
                gradient,
                gradients,
            );
            let walk = Walk {
                rows: 1,
                step: 0,
                run: inputs,
                outputs,
                windows: &windows[..count],
                places: &places[..count],
            };
            let points = transformed
                .chunks_exact(count * inputs)
                .zip(gradients.chunks_exact(count * outputs))
                .zip(sums.chunks_exact_mut(inputs * outputs));
            for ((transformed, gradients), sums) in points {
                accumulate(&walk, transformed, gradients, sums);
            }
        }
        add_gradient(&sums, inputs, packed);
        scratch.sums = sums;
    });
}

#[macerator::with_simd]
fn transform<'a, S: macerator::Simd>(
    tiles: &'a Tiles,
    first: usize,
    count: usize,
    input: &'a [f32],
    transformed: &mut [f32],
    gradient: &'a [f32],
    gradients: &mut [f32],
) {
    let channels = |values: &[f32]| values.len() / (POINTS * count);
    let [inputs, outputs] = [channels(transformed), channels(gradients)];
    gather::<S>(tiles, first, count, inputs, input, transformed);
    gather_gradient::<S>(tiles, first, count, outputs, gradient, gradients);
}
