//! A 3x3 convolution over a batch, forward and backward, on all threads.

use rayon::prelude::*;

use super::layout::{GROUP, add_unpacked, groups, pack, pack_turned, pad};
use super::simd::{Shape, accumulate, convolve};

/// Pictures whose weight gradients are summed together. The parts are then summed in order, so
/// that the result does not depend on the number of threads.
const PART: usize = 8;

/// A 3x3 convolution without bias, one pixel of zeros around its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv3x3 {
    /// Height and width of the input, in pixels.
    pub size: [usize; 2],
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// 1, or 2 for every second pixel each way.
    pub stride: usize,
}

impl Conv3x3 {
    /// Height and width of the output, in pixels.
    pub fn output_size(&self) -> [usize; 2] {
        self.size.map(|side| side.div_ceil(self.stride))
    }

    fn input_values(&self) -> usize {
        self.size[0] * self.size[1] * self.inputs
    }

    fn output_values(&self) -> usize {
        let [height, width] = self.output_size();
        height * width * self.outputs
    }

    fn shape(&self) -> Shape {
        Shape {
            padded: self.size.map(|side| side + 2),
            inputs: self.inputs,
            output: self.output_size(),
            outputs: self.outputs,
            stride: self.stride,
        }
    }

    fn check(&self, input: usize, output: usize, weights: usize) {
        assert!(
            matches!(self.stride, 1 | 2),
            "the stride is {}, and 1 or 2 is known",
            self.stride
        );
        assert_eq!(weights, self.outputs * self.inputs * 9, "weights");
        assert_eq!(
            input / self.input_values().max(1),
            output / self.output_values().max(1),
            "pictures"
        );
    }
}

/// The convolution of `input`, `[batch, height, width, inputs]`, with `weights`,
/// `[outputs, inputs, 3, 3]`: `[batch, height, width, outputs]`.
///
/// # Panics
/// If a length does not match.
pub fn forward(conv: &Conv3x3, input: &[f32], weights: &[f32]) -> Vec<f32> {
    let batch = input.len() / conv.input_values().max(1);
    assert_eq!(input.len(), batch * conv.input_values(), "input");
    conv.check(input.len(), batch * conv.output_values(), weights.len());
    let packed = pack(weights, [conv.outputs, conv.inputs]);
    run(
        &conv.shape(),
        &packed,
        input,
        [conv.size[0], conv.size[1], conv.inputs],
        1,
    )
}

/// The gradient of the input, given that of the output, `[batch, height, width, outputs]`.
///
/// # Panics
/// If a length does not match.
pub fn input_gradient(conv: &Conv3x3, gradient: &[f32], weights: &[f32]) -> Vec<f32> {
    let batch = gradient.len() / conv.output_values().max(1);
    assert_eq!(gradient.len(), batch * conv.output_values(), "gradient");
    conv.check(batch * conv.input_values(), gradient.len(), weights.len());
    let packed = pack_turned(weights, [conv.outputs, conv.inputs]);
    let shape = Shape {
        padded: conv.size.map(|side| side + 2),
        inputs: conv.outputs,
        output: conv.size,
        outputs: conv.inputs,
        stride: 1,
    };
    let [height, width] = conv.output_size();
    run(
        &shape,
        &packed,
        gradient,
        [height, width, conv.outputs],
        conv.stride,
    )
}

/// The gradient of the weights, `[outputs, inputs, 3, 3]`, given the forward pass's input and the
/// gradient of its output.
///
/// # Panics
/// If a length does not match.
pub fn weight_gradient(conv: &Conv3x3, input: &[f32], gradient: &[f32]) -> Vec<f32> {
    let batch = input.len() / conv.input_values().max(1);
    assert_eq!(input.len(), batch * conv.input_values(), "input");
    assert_eq!(gradient.len(), batch * conv.output_values(), "gradient");
    let shape = conv.shape();
    let windows = shape.windows();
    let packed_values = groups(conv.outputs) * 9 * conv.inputs * GROUP;
    let parts: Vec<Vec<f32>> = input
        .par_chunks(PART * conv.input_values())
        .zip(gradient.par_chunks(PART * conv.output_values()))
        .map(|(input, gradient)| {
            let mut packed = vec![0.0; packed_values];
            let mut padded = Vec::new();
            let mut filled = Vec::new();
            for (input, gradient) in input
                .chunks_exact(conv.input_values())
                .zip(gradient.chunks_exact(conv.output_values()))
            {
                let [height, width] = conv.size;
                pad(
                    input,
                    [height, width, conv.inputs],
                    conv.size,
                    1,
                    &mut padded,
                );
                let gradient = fill_groups(gradient, conv.outputs, &mut filled);
                accumulate(&shape, &windows, &padded, gradient, &mut packed);
            }
            packed
        })
        .collect();
    let mut weights = vec![0.0; conv.outputs * conv.inputs * 9];
    for part in parts {
        add_unpacked(&part, [conv.outputs, conv.inputs], &mut weights);
    }
    weights
}

/// Convolves every picture of `input`, `[batch, size..]`, spread out as the shape's input asks.
fn run(shape: &Shape, packed: &[f32], input: &[f32], size: [usize; 3], spread: usize) -> Vec<f32> {
    let input_values = size.iter().product::<usize>();
    let pixels = shape.output[0] * shape.output[1];
    let batch = input.len() / input_values.max(1);
    let mut output = vec![0.0; batch * pixels * shape.outputs];
    let windows = shape.windows();
    let inner = shape.padded.map(|side| side - 2);
    input
        .par_chunks_exact(input_values)
        .zip(output.par_chunks_exact_mut(pixels * shape.outputs))
        .for_each_init(
            || (Vec::new(), Vec::new()),
            |(padded, filled), (input, output)| {
                pad(input, size, inner, spread, padded);
                if shape.outputs.is_multiple_of(GROUP) {
                    convolve(shape, &windows, padded, packed, output);
                    return;
                }
                let width = groups(shape.outputs) * GROUP;
                filled.resize(pixels * width, 0.0);
                convolve(shape, &windows, padded, packed, filled);
                for (to, from) in output
                    .chunks_exact_mut(shape.outputs)
                    .zip(filled.chunks_exact(width))
                {
                    to.copy_from_slice(&from[..shape.outputs]);
                }
            },
        );
    output
}

/// `values`, `[pixels, channels]`, with the channels filled up to whole groups with zeros.
fn fill_groups<'a>(values: &'a [f32], channels: usize, filled: &'a mut Vec<f32>) -> &'a [f32] {
    if channels.is_multiple_of(GROUP) {
        return values;
    }
    let width = groups(channels) * GROUP;
    filled.clear();
    filled.resize(values.len() / channels * width, 0.0);
    for (to, from) in filled
        .chunks_exact_mut(width)
        .zip(values.chunks_exact(channels))
    {
        to[..channels].copy_from_slice(from);
    }
    filled
}
