//! The convolution of training, forward with weights in their own order, and backward.

use super::batch::{Plan, part_of};
use super::conv3x3::Conv3x3;
use super::layout::{GROUP, padded_values};
use super::packing::{add_unpacked, pack_by};
use super::parallel::{each, filled};
use super::ways::{Backward, Forward};

impl Conv3x3 {
    /// The same pass with places in padded outputs, where the gradient of the output lies.
    pub(super) fn weight_plan(&self, pictures: usize) -> Plan {
        let [height, width, outputs] = self.output();
        let mut plan = self.forward_plan(pictures);
        for (index, place) in plan.places.iter_mut().enumerate() {
            let (picture, pixel) = (index / (height * width), index % (height * width));
            let (y, x) = (pixel / width + 1, pixel % width + 1);
            *place = picture * padded_values(self.output()) + (y * (width + 2) + x) * outputs;
        }
        plan
    }

    /// The passes over the padded gradient of the output that together make the gradient of the
    /// input: one where the stride is 1. Where it is 2, even and odd rows and columns of the input
    /// meet other taps, so there are four.
    pub(super) fn input_passes(&self, pictures: usize, weights: &[f32]) -> Vec<(Plan, Vec<f32>)> {
        assert!(
            self.inputs.is_multiple_of(GROUP),
            "{} input channels are no multiple of {GROUP}",
            self.inputs
        );
        let phases = (0..self.stride * self.stride).map(|phase| [phase / 2, phase % 2]);
        phases
            .map(|phase| self.input_pass(pictures, weights, phase))
            .collect()
    }

    fn input_pass(&self, pictures: usize, weights: &[f32], phase: [usize; 2]) -> (Plan, Vec<f32>) {
        let [_, width, outputs] = self.output();
        let taps = |phase| Taps::new(self.stride, phase);
        let [rows, columns] = phase.map(taps);
        let row = (width + 2) * outputs;
        let counts = [0, 1]
            .map(|axis: usize| (self.size[axis] + self.stride - 1 - phase[axis]) / self.stride);
        let mut plan = Plan::new(
            [rows.count, row, columns.count * outputs],
            self.inputs,
            counts[0] * counts[1],
        );
        for picture in 0..pictures {
            for pixel in 0..counts[0] * counts[1] {
                let (a, b) = (pixel / counts[1], pixel % counts[1]);
                plan.windows.push(
                    picture * padded_values(self.output())
                        + (a + rows.first) * row
                        + (b + columns.first) * outputs,
                );
                let (y, x) = (a * self.stride + phase[0], b * self.stride + phase[1]);
                plan.places
                    .push(((picture * self.size[0] + y) * self.size[1] + x) * self.inputs);
            }
        }
        let steps = rows.count * columns.count * outputs;
        let packed = pack_by(self.inputs, steps, |input, step| {
            let (at, output) = (step / outputs, step % outputs);
            let (y, x) = (at / columns.count, at % columns.count);
            let tap = rows.tap(y) * 3 + columns.tap(x);
            weights[(output * 9 + tap) * self.inputs + input]
        });
        (plan, packed)
    }
}

/// Which taps of the kernel, along one axis, an input pixel met, in the order of the output pixels
/// that it met them at.
#[derive(Clone, Copy)]
struct Taps {
    count: usize,
    /// Index of the first of these output pixels for input pixel 0 of its phase, padding counted.
    first: usize,
    last_tap: usize,
    stride: usize,
}

impl Taps {
    fn new(stride: usize, phase: usize) -> Self {
        // Input pixel y meets tap t at output pixel (y + 1 - t) / stride.
        match (stride, phase) {
            (1, _) => Self {
                count: 3,
                first: 0,
                last_tap: 2,
                stride,
            },
            (_, 0) => Self {
                count: 1,
                first: 1,
                last_tap: 1,
                stride,
            },
            _ => Self {
                count: 2,
                first: 1,
                last_tap: 2,
                stride,
            },
        }
    }

    fn tap(&self, index: usize) -> usize {
        self.last_tap - index * self.stride
    }
}

/// The convolution of `input`, `[batch, height, width, inputs]`, with `weights`,
/// `[outputs, 3, 3, inputs]`: `[batch, height, width, outputs]`.
///
/// # Panics
/// If a length does not match, or the channels are none that the kernels know.
pub fn forward(conv: &Conv3x3, input: &[f32], weights: &[f32]) -> Vec<f32> {
    conv.pictures(input.len(), weights.len());
    let way = Forward::new(conv, conv.part(), weights);
    let (output, _) = conv.by_parts(input, conv.output_values(), |_, input, output| {
        way.run(conv, input, output);
    });
    output
}

/// The gradients of the weights, `[outputs, 3, 3, inputs]`, and of the input where it is asked
/// for, given the forward pass's input and the gradient of its output,
/// `[batch, height, width, outputs]`.
///
/// # Panics
/// If a length does not match, or the channels are none that the kernels know.
pub fn backward(
    conv: &Conv3x3,
    input: &[f32],
    weights: &[f32],
    gradient: &[f32],
    wants_input: bool,
) -> (Vec<f32>, Option<Vec<f32>>) {
    let pictures = conv.pictures(input.len(), weights.len());
    assert_eq!(gradient.len(), pictures * conv.output_values(), "gradient");
    let [_, width, channels] = conv.output();
    let gradients = backward_by_rows(conv, input, weights, wants_input, |index, part, to| {
        let gradient = part_of(gradient, part * conv.output_values(), index);
        for (to, from) in to.zip(gradient.chunks_exact(width * channels)) {
            to.copy_from_slice(from);
        }
    });
    (gradients.weights, gradients.input)
}

/// What a backward pass gives.
pub(super) struct Gradients<R> {
    pub(super) weights: Vec<f32>,
    pub(super) input: Option<Vec<f32>>,
    /// What `fill` returned for each part, in order.
    pub(super) filled: Vec<R>,
}

/// The same with the gradient of the output written by `fill`, which is given a part's number, the
/// pictures of a part, and the part's rows of pixels.
pub(super) fn backward_by_rows<R: Send>(
    conv: &Conv3x3,
    input: &[f32],
    weights: &[f32],
    wants_input: bool,
    fill: impl Fn(usize, usize, &mut dyn Iterator<Item = &mut [f32]>) -> R + Sync + Send,
) -> Gradients<R> {
    let part = conv.part();
    let values = part * conv.input_values();
    let way = Backward::new(conv, part, weights, wants_input);
    let work = |index: usize, input_gradient: &mut [f32]| {
        let input = part_of(input, values, index);
        way.run(conv, input, |rows| fill(index, part, rows), input_gradient)
    };
    let (gradient, parts) = if wants_input {
        let (gradient, parts) = filled(input.len(), values, work);
        (Some(gradient), parts)
    } else {
        let parts = input.len().div_ceil(values);
        (None, each(parts, |index| work(index, &mut [])))
    };
    let (sums, filled): (Vec<_>, _) = parts.into_iter().unzip();
    Gradients {
        weights: sum_of_parts(&sums, conv),
        input: gradient,
        filled,
    }
}

/// The weights' gradient from the parts' packed ones.
fn sum_of_parts(parts: &[Vec<f32>], conv: &Conv3x3) -> Vec<f32> {
    let mut packed = vec![0.0; conv.outputs * conv.inputs * 9];
    for part in parts {
        for (sum, value) in packed.iter_mut().zip(part) {
            *sum += value;
        }
    }
    let mut weights = vec![0.0; packed.len()];
    add_unpacked(&packed, conv.outputs, &mut weights);
    weights
}
