//! The gradient of the input, as convolutions of the gradient of the output.

use crate::conv3x3::Conv3x3;
use crate::conv3x3::layout::{LoopLayout, Window};
use crate::conv3x3::padded::padded_len;
use crate::pack::{GROUP, pack_with};

/// Returns the convolution of the output's gradient that makes the input's, at stride 1.
pub(super) fn gradient_conv(conv: &Conv3x3) -> Conv3x3 {
    Conv3x3 {
        inputs: conv.outputs,
        outputs: conv.inputs,
        ..*conv
    }
}

/// Returns the loops of the forward pass over `batch` images with output offsets in padded outputs,
/// where the gradient of the output is.
pub(super) fn weight_layout(conv: &Conv3x3, batch: usize) -> LoopLayout {
    let [height, width, outputs] = conv.output_shape();
    let mut layout = conv.forward_layout(batch);
    for (index, offset) in layout.output_offsets.iter_mut().enumerate() {
        let (image, pixel) = (index / (height * width), index % (height * width));
        let (y, x) = (pixel / width + 1, pixel % width + 1);
        *offset = image * padded_len(conv.output_shape()) + (y * (width + 2) + x) * outputs;
    }
    layout
}

/// Returns the direct convolutions of the padded gradient of the output, with their packed weights,
/// that together make the gradient of the input.
///
/// At stride 1 there is one. At stride 2 even and odd rows and columns of the input met different taps,
/// so there are four: none multiplies the zeros of a gradient spread to the input's size.
pub(super) fn input_passes(
    conv: &Conv3x3,
    batch: usize,
    weights: &[f32],
) -> Vec<(LoopLayout, Vec<f32>)> {
    assert!(
        conv.inputs.is_multiple_of(GROUP),
        "input channels must be a multiple of {GROUP} for the input's gradient, got {}",
        conv.inputs
    );
    let phases = (0..conv.stride * conv.stride).map(|phase| [phase / 2, phase % 2]);
    phases
        .map(|phase| input_pass(conv, batch, weights, phase))
        .collect()
}

/// Returns the pass for the input's rows and columns of one `phase` each: 0, or 1 for odd ones.
fn input_pass(
    conv: &Conv3x3,
    batch: usize,
    weights: &[f32],
    phase: [usize; 2],
) -> (LoopLayout, Vec<f32>) {
    let [_, width, outputs] = conv.output_shape();
    let [rows, columns] = phase.map(|phase| Taps::new(conv.stride, phase));
    let row_stride = (width + 2) * outputs;
    let counts =
        [0, 1].map(|axis: usize| (conv.size[axis] + conv.stride - 1 - phase[axis]) / conv.stride);
    let window = Window {
        rows: rows.count,
        row_stride,
        row_len: columns.count * outputs,
    };
    let mut layout = LoopLayout::new(window, conv.inputs, counts[0] * counts[1]);
    for image in 0..batch {
        for pixel in 0..counts[0] * counts[1] {
            let (a, b) = (pixel / counts[1], pixel % counts[1]);
            layout.input_offsets.push(
                image * padded_len(conv.output_shape())
                    + (a + rows.first) * row_stride
                    + (b + columns.first) * outputs,
            );
            let (y, x) = (a * conv.stride + phase[0], b * conv.stride + phase[1]);
            layout
                .output_offsets
                .push(((image * conv.size[0] + y) * conv.size[1] + x) * conv.inputs);
        }
    }
    let k = rows.count * columns.count * outputs;
    let packed = pack_with(conv.inputs, k, |input, index| {
        let (at, output) = (index / outputs, index % outputs);
        let (y, x) = (at / columns.count, at % columns.count);
        let tap = rows.tap(y) * 3 + columns.tap(x);
        weights[(output * 9 + tap) * conv.inputs + input]
    });
    (layout, packed)
}

/// The taps of the kernel that an input pixel met along one axis, in the order of the output pixels at
/// which it met them.
#[derive(Clone, Copy)]
struct Taps {
    count: usize,
    /// The first of these output pixels for input pixel 0 of its phase, counted with padding.
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
