//! How activations and weights lie in memory for the kernels.

/// Output channels whose weights lie together.
pub const GROUP: usize = 16;

/// Copies `[batch, height, width, channels]` into `[batch, height + 2, width + 2, channels]` with
/// a border of zeros. With `spread` 2 the pixels land on every second place of a picture twice as
/// large each way, zeros between them: the input gradient of a stride of 2.
pub(super) fn pad(
    input: &[f32],
    [height, width, channels]: [usize; 3],
    [out_height, out_width]: [usize; 2],
    spread: usize,
    out: &mut Vec<f32>,
) {
    let row = (out_width + 2) * channels;
    let image = (out_height + 2) * row;
    let batch = input.len() / (height * width * channels).max(1);
    out.clear();
    out.resize(batch * image, 0.0);
    for (from, to) in input
        .chunks_exact(height * width * channels)
        .zip(out.chunks_exact_mut(image))
    {
        for (y, line) in from.chunks_exact(width * channels).enumerate() {
            let start = (y * spread + 1) * row + channels;
            if spread == 1 {
                to[start..start + line.len()].copy_from_slice(line);
            } else {
                for (x, pixel) in line.chunks_exact(channels).enumerate() {
                    let at = start + x * spread * channels;
                    to[at..at + channels].copy_from_slice(pixel);
                }
            }
        }
    }
}

/// How many groups hold `channels` output channels; the last one is filled up with zeros.
pub(super) fn groups(channels: usize) -> usize {
    channels.div_ceil(GROUP)
}

/// Packs weights `[outputs, inputs, 3, 3]`, burn's order, for the forward kernel.
pub(super) fn pack(weights: &[f32], [outputs, inputs]: [usize; 2]) -> Vec<f32> {
    let mut packed = vec![0.0; groups(outputs) * 9 * inputs * GROUP];
    for ([output, input, tap], weight) in places([outputs, inputs]).zip(weights) {
        packed[packed_index(output, tap, input, inputs)] = *weight;
    }
    packed
}

/// Packs the same weights for the input gradient: a convolution of the output's gradient with
/// inputs and outputs swapped and the taps turned round.
pub(super) fn pack_turned(weights: &[f32], [outputs, inputs]: [usize; 2]) -> Vec<f32> {
    let mut packed = vec![0.0; groups(inputs) * 9 * outputs * GROUP];
    for ([output, input, tap], weight) in places([outputs, inputs]).zip(weights) {
        packed[packed_index(input, 8 - tap, output, outputs)] = *weight;
    }
    packed
}

/// The reverse of [`pack`], added to `weights`.
pub(super) fn add_unpacked(packed: &[f32], [outputs, inputs]: [usize; 2], weights: &mut [f32]) {
    for ([output, input, tap], weight) in places([outputs, inputs]).zip(weights) {
        *weight += packed[packed_index(output, tap, input, inputs)];
    }
}

/// Output, input and tap of each weight, in burn's order.
fn places([outputs, inputs]: [usize; 2]) -> impl Iterator<Item = [usize; 3]> {
    (0..outputs * inputs * 9).map(move |at| [at / (9 * inputs), at / 9 % inputs, at % 9])
}

fn packed_index(output: usize, tap: usize, input: usize, inputs: usize) -> usize {
    ((output / GROUP * 9 + tap) * inputs + input) * GROUP + output % GROUP
}
