//! The convolution of training, forward with weights in their own order, and backward.

use super::accumulate::accumulate;
use super::conv3x3::{Conv3x3, Plan, part_of, run, with_scratch};
use super::layout::{GROUP, padded_values};
use super::packing::{add_unpacked, pack, pack_by};
use super::parallel::{each, filled};
use super::simd::convolve;

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
    run(conv, input, &pack(weights, conv.outputs), |_, _| ())
}

/// The gradient of the input, given that of the output, `[batch, height, width, outputs]`.
///
/// # Panics
/// If a length does not match, or the channels are none that the kernels know.
pub fn input_gradient(conv: &Conv3x3, gradient: &[f32], weights: &[f32]) -> Vec<f32> {
    let pictures = gradient.len() / conv.output_values().max(1);
    conv.pictures(pictures * conv.input_values(), weights.len());
    let part = conv.part();
    let passes = conv.input_passes(part, weights);
    let (input, _) = filled(
        pictures * conv.input_values(),
        part * conv.input_values(),
        |index, input| {
            let gradient = part_of(gradient, part * conv.output_values(), index);
            let pictures = gradient.len() / conv.output_values();
            with_scratch(|scratch| {
                let gradient = scratch.gradient.fill(gradient, conv.output());
                for (plan, packed) in &passes {
                    convolve(&plan.walk(pictures), gradient, packed, input);
                }
            });
        },
    );
    input
}

/// The gradient of the weights, `[outputs, 3, 3, inputs]`, given the forward pass's input and the
/// gradient of its output.
///
/// # Panics
/// If a length does not match, or the channels are none that the kernels know.
pub fn weight_gradient(conv: &Conv3x3, input: &[f32], gradient: &[f32]) -> Vec<f32> {
    let steps = 9 * conv.inputs;
    let pictures = conv.pictures(input.len(), conv.outputs * steps);
    assert_eq!(gradient.len(), pictures * conv.output_values(), "gradient");
    let part = conv.part();
    let plan = conv.weight_plan(part);
    let sums = each(pictures.div_ceil(part), |index| {
        let input = part_of(input, part * conv.input_values(), index);
        let gradient = part_of(gradient, part * conv.output_values(), index);
        let walk = plan.walk(input.len() / conv.input_values());
        with_scratch(|scratch| {
            let input = scratch.input.fill(input, conv.input());
            let gradient = scratch.gradient.fill(gradient, conv.output());
            let mut sums = vec![0.0; conv.outputs * steps];
            accumulate(&walk, input, gradient, &mut sums);
            sums
        })
    });
    sum_of_parts(&sums, conv)
}

/// The weights' gradient from the parts' packed ones.
pub(super) fn sum_of_parts(parts: &[Vec<f32>], conv: &Conv3x3) -> Vec<f32> {
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
