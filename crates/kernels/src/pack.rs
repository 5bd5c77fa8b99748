//! Packs weights for the kernels, and unpacks their gradients.

/// Output channels that packed weights interleave.
pub const GROUP: usize = 16;

/// Packs weights `[outputs, k]` as `[outputs / 16, k, 16]`, the layout that kernels read.
///
/// `k` is the number of weights of one output: `9 * inputs` for a convolution with weights
/// `[outputs, 3, 3, inputs]`. Outputs beyond the last whole group are left out.
///
/// ```
/// # use thimble_kernels::pack;
/// let weights: Vec<f32> = (0..16 * 2).map(|index| index as f32).collect();
/// let packed = pack(&weights, 16);
/// // The first weight of each of the 16 outputs, then the second of each.
/// assert_eq!(packed[..3], [0.0, 2.0, 4.0]);
/// assert_eq!(packed[16..19], [1.0, 3.0, 5.0]);
/// ```
pub fn pack(weights: &[f32], outputs: usize) -> Vec<f32> {
    let k = weights.len() / outputs.max(1);
    pack_with(outputs, k, |output, index| weights[output * k + index])
}

/// Packs what `weight` returns for each output channel and index below `k`.
pub(crate) fn pack_with(
    outputs: usize,
    k: usize,
    weight: impl Fn(usize, usize) -> f32,
) -> Vec<f32> {
    (0..outputs / GROUP * k * GROUP)
        .map(|at| {
            let (group, index) = (at / GROUP / k, at / GROUP % k);
            weight(group * GROUP + at % GROUP, index)
        })
        .collect()
}

/// Adds packed values to `weights`, `[outputs, k]`: the reverse of [`pack`].
pub(crate) fn add_unpacked(packed: &[f32], outputs: usize, weights: &mut [f32]) {
    let k = weights.len() / outputs.max(1);
    for (output, weights) in weights.chunks_exact_mut(k.max(1)).enumerate() {
        let packed = &packed[output / GROUP * k * GROUP..];
        for (packed, weight) in packed.chunks_exact(GROUP).zip(weights) {
            *weight += packed[output % GROUP];
        }
    }
}
