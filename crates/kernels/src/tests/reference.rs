//! What the kernels stand for, as plain sums in double precision.

use crate::Conv3x3;

/// Calls `of` with the places of output, input and weight of every product of the convolution of
/// `batch` pictures.
fn each_product(conv: &Conv3x3, batch: usize, mut of: impl FnMut(usize, usize, usize)) {
    let [height, width] = conv.size;
    let [out_height, out_width] = conv.output_size();
    for pixel in 0..batch * out_height * out_width {
        let picture = pixel / (out_height * out_width);
        let (y, x) = (pixel / out_width % out_height, pixel % out_width);
        for tap in 0..9 {
            // One pixel of zeros is around the picture.
            let (y, x) = (y * conv.stride + tap / 3, x * conv.stride + tap % 3);
            if !(1..=height).contains(&y) || !(1..=width).contains(&x) {
                continue;
            }
            let from = ((picture * height + y - 1) * width + x - 1) * conv.inputs;
            for output in 0..conv.outputs {
                for input in 0..conv.inputs {
                    let weight = (output * 9 + tap) * conv.inputs + input;
                    of(pixel * conv.outputs + output, from + input, weight);
                }
            }
        }
    }
}

/// The convolution of `input` with `weights`, `[outputs, 3, 3, inputs]`.
pub fn convolved(conv: &Conv3x3, batch: usize, input: &[f32], weights: &[f32]) -> Vec<f64> {
    let [height, width] = conv.output_size();
    let mut sums = vec![0.0; batch * height * width * conv.outputs];
    each_product(conv, batch, |to, from, weight| {
        sums[to] += f64::from(input[from]) * f64::from(weights[weight]);
    });
    sums
}

/// `relu(convolution + bias + residual)`, with the greatest of each 2x2 pixels where `pools`.
pub fn finished(
    conv: &Conv3x3,
    batch: usize,
    [input, weights, bias]: [&[f32]; 3],
    residual: Option<&[f32]>,
    pools: bool,
) -> Vec<f64> {
    let mut values = convolved(conv, batch, input, weights);
    for (index, value) in values.iter_mut().enumerate() {
        let added = residual.map_or(0.0, |residual| f64::from(residual[index]));
        *value = (*value + f64::from(bias[index % conv.outputs]) + added).max(0.0);
    }
    if !pools {
        return values;
    }
    fours(batch, conv.output_size(), conv.outputs)
        .map(|four| four.map(|at| values[at]).into_iter().fold(0.0, f64::max))
        .collect()
}

/// `input`, `[rows, steps]`, times `weights`, `[steps, outputs]`, plus the bias.
pub fn dense([input, weights, bias]: [&[f32]; 3], rectifies: bool) -> Vec<f64> {
    let outputs = bias.len();
    let steps = weights.len() / outputs;
    (0..input.len() / steps * outputs)
        .map(|index| {
            let (row, output) = (index / outputs, index % outputs);
            let products = (0..steps).map(|step| {
                f64::from(input[row * steps + step]) * f64::from(weights[step * outputs + output])
            });
            let value = products.sum::<f64>() + f64::from(bias[output]);
            if rectifies { value.max(0.0) } else { value }
        })
        .collect()
}

/// The gradients of weights and input, given that of the output.
pub fn gradients(
    conv: &Conv3x3,
    batch: usize,
    [input, weights]: [&[f32]; 2],
    gradient: &[f64],
) -> [Vec<f64>; 2] {
    let mut of_weights = vec![0.0; weights.len()];
    let mut of_input = vec![0.0; input.len()];
    each_product(conv, batch, |to, from, weight| {
        of_weights[weight] += gradient[to] * f64::from(input[from]);
        of_input[from] += gradient[to] * f64::from(weights[weight]);
    });
    [of_weights, of_input]
}

/// The places of each 2x2 pixels, without a last odd row or column, in the order of the greatest
/// ones' places.
pub fn fours(
    batch: usize,
    [height, width]: [usize; 2],
    channels: usize,
) -> impl Iterator<Item = [usize; 4]> {
    let pooled = [height / 2, width / 2];
    (0..batch * pooled[0] * pooled[1] * channels).map(move |at| {
        let (pixel, channel) = (at / channels, at % channels);
        let (row, x) = (pixel / pooled[1], pixel % pooled[1]);
        let (picture, y) = (row / pooled[0], row % pooled[0]);
        [[0, 0], [0, 1], [1, 0], [1, 1]].map(|[down, across]| {
            ((picture * height + 2 * y + down) * width + 2 * x + across) * channels + channel
        })
    })
}
