//! The kernels as plain sums in double precision.

use crate::Conv3x3;

/// Calls `visit` with the offsets of output, input and weight of every product of the convolution of
/// `batch` images.
fn for_each_product(conv: &Conv3x3, batch: usize, mut visit: impl FnMut(usize, usize, usize)) {
    let [height, width] = conv.size;
    let [out_height, out_width] = conv.output_size();
    for pixel in 0..batch * out_height * out_width {
        let image = pixel / (out_height * out_width);
        let (y, x) = (pixel / out_width % out_height, pixel % out_width);
        for tap in 0..9 {
            // There is one pixel of zeros around the image.
            let (y, x) = (y * conv.stride + tap / 3, x * conv.stride + tap % 3);
            if !(1..=height).contains(&y) || !(1..=width).contains(&x) {
                continue;
            }
            let from = ((image * height + y - 1) * width + x - 1) * conv.inputs;
            for output in 0..conv.outputs {
                for input in 0..conv.inputs {
                    let weight = (output * 9 + tap) * conv.inputs + input;
                    visit(pixel * conv.outputs + output, from + input, weight);
                }
            }
        }
    }
}

/// Returns the convolution of `input` with `weights`, `[outputs, 3, 3, inputs]`.
pub fn convolved(conv: &Conv3x3, batch: usize, input: &[f32], weights: &[f32]) -> Vec<f64> {
    let [height, width] = conv.output_size();
    let mut sums = vec![0.0; batch * height * width * conv.outputs];
    for_each_product(conv, batch, |to, from, weight| {
        sums[to] += f64::from(input[from]) * f64::from(weights[weight]);
    });
    sums
}

/// Returns `relu(convolution + bias + residual)`, max pooled if so asked.
pub fn convolved_with_epilogue(
    conv: &Conv3x3,
    batch: usize,
    [input, weights, bias]: [&[f32]; 3],
    residual: Option<&[f32]>,
    max_pool: bool,
) -> Vec<f64> {
    let mut values = convolved(conv, batch, input, weights);
    for (index, value) in values.iter_mut().enumerate() {
        let added = residual.map_or(0.0, |residual| f64::from(residual[index]));
        *value = (*value + f64::from(bias[index % conv.outputs]) + added).max(0.0);
    }
    if !max_pool {
        return values;
    }
    quads(batch, conv.output_size(), conv.outputs)
        .map(|quad| quad.map(|at| values[at]).into_iter().fold(0.0, f64::max))
        .collect()
}

/// Returns `input`, `[rows, k]`, times `weights`, `[k, outputs]`, plus the bias.
pub fn dense([input, weights, bias]: [&[f32]; 3], relu: bool) -> Vec<f64> {
    let outputs = bias.len();
    let k = weights.len() / outputs;
    (0..input.len() / k * outputs)
        .map(|index| {
            let (row, output) = (index / outputs, index % outputs);
            let products = (0..k).map(|at| {
                f64::from(input[row * k + at]) * f64::from(weights[at * outputs + output])
            });
            let value = products.sum::<f64>() + f64::from(bias[output]);
            if relu { value.max(0.0) } else { value }
        })
        .collect()
}

/// Returns the gradients of weights and input, given that of the output.
pub fn gradients(
    conv: &Conv3x3,
    batch: usize,
    [input, weights]: [&[f32]; 2],
    gradient: &[f64],
) -> [Vec<f64>; 2] {
    let mut of_weights = vec![0.0; weights.len()];
    let mut of_input = vec![0.0; input.len()];
    for_each_product(conv, batch, |to, from, weight| {
        of_weights[weight] += gradient[to] * f64::from(input[from]);
        of_input[from] += gradient[to] * f64::from(weights[weight]);
    });
    [of_weights, of_input]
}

/// Returns the offsets of each 2x2 pixels, in the order of the pooled values, without a last odd row or
/// column.
pub fn quads(
    batch: usize,
    [height, width]: [usize; 2],
    channels: usize,
) -> impl Iterator<Item = [usize; 4]> {
    let pooled = [height / 2, width / 2];
    (0..batch * pooled[0] * pooled[1] * channels).map(move |at| {
        let (pixel, channel) = (at / channels, at % channels);
        let (row, x) = (pixel / pooled[1], pixel % pooled[1]);
        let (image, y) = (row / pooled[0], row % pooled[0]);
        [[0, 0], [0, 1], [1, 0], [1, 1]].map(|[down, across]| {
            ((image * height + 2 * y + down) * width + 2 * x + across) * channels + channel
        })
    })
}
