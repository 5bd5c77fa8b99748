//! Weights from their own order, `[outputs, steps]`, to that of the kernels and back.

use super::layout::GROUP;

/// Packs weights `[outputs, steps]` for the kernels: `[outputs / 16, steps, 16]`.
pub fn pack(weights: &[f32], outputs: usize) -> Vec<f32> {
    let steps = weights.len() / outputs.max(1);
    pack_by(outputs, steps, |output, step| {
        weights[output * steps + step]
    })
}

/// Packs what `weight` gives for each output channel and step of the innermost loop.
pub(super) fn pack_by(
    outputs: usize,
    steps: usize,
    weight: impl Fn(usize, usize) -> f32,
) -> Vec<f32> {
    (0..outputs / GROUP * steps * GROUP)
        .map(|at| {
            let (group, step) = (at / GROUP / steps, at / GROUP % steps);
            weight(group * GROUP + at % GROUP, step)
        })
        .collect()
}

/// The reverse of [`pack`], added to `weights`.
pub(super) fn add_unpacked(packed: &[f32], outputs: usize, weights: &mut [f32]) {
    let steps = weights.len() / outputs.max(1);
    for (output, weights) in weights.chunks_exact_mut(steps.max(1)).enumerate() {
        let packed = &packed[output / GROUP * steps * GROUP..];
        for (packed, weight) in packed.chunks_exact(GROUP).zip(weights) {
            *weight += packed[output % GROUP];
        }
    }
}
