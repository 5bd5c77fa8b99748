//! A 3x3 convolution over a batch, forward and backward, on all threads.

use super::layout::{GROUP, Padded, padded_values};
use super::parallel::filled;
use super::rectify::rectify;
use super::simd::{Walk, convolve};

/// Values of the padded pictures that are worked on at once: they stay in a core's own cache.
const PART_VALUES: usize = 1 << 15;

/// A 3x3 convolution without bias, one pixel of zeros around its input.
///
/// The number of output channels is a multiple of [`GROUP`], and for the gradient of the input
/// that of the input channels is one too.
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

    /// Height, width and channels of the input.
    pub(super) fn input(&self) -> [usize; 3] {
        [self.size[0], self.size[1], self.inputs]
    }

    /// Height, width and channels of the output.
    pub(super) fn output(&self) -> [usize; 3] {
        let [height, width] = self.output_size();
        [height, width, self.outputs]
    }

    pub(super) fn input_values(&self) -> usize {
        self.input().iter().product()
    }

    pub(super) fn output_values(&self) -> usize {
        self.output().iter().product()
    }

    /// Pictures that are worked on at once. Sums over a part come first and the parts' sums are
    /// added in order, so results do not depend on the number of threads.
    pub(super) fn part(&self) -> usize {
        let largest = padded_values(self.input()).max(padded_values(self.output()));
        (PART_VALUES / largest.max(1)).max(1)
    }

    /// The number of pictures in `input`.
    ///
    /// # Panics
    /// If a length does not match, or the channels or the stride are none that the kernels know.
    pub(super) fn pictures(&self, input: usize, weights: usize) -> usize {
        assert!(
            matches!(self.stride, 1 | 2),
            "the stride is {}, and 1 or 2 is known",
            self.stride
        );
        assert!(
            self.outputs > 0 && self.outputs.is_multiple_of(GROUP),
            "{} output channels are no multiple of {GROUP}",
            self.outputs
        );
        assert!(self.input_values() > 0, "the input is empty");
        assert_eq!(weights, self.outputs * self.inputs * 9, "weights");
        assert!(input.is_multiple_of(self.input_values()), "input");
        input / self.input_values()
    }

    /// Makes `values` values for each picture of `input`, a part of the batch at a time, on all
    /// threads: `work` is given the part's number, its pictures and its output, zeros at first, and
    /// what it returns comes back in order.
    pub(super) fn by_parts<R: Send>(
        &self,
        input: &[f32],
        values: usize,
        work: impl Fn(usize, &[f32], &mut [f32]) -> R + Sync,
    ) -> (Vec<f32>, Vec<R>) {
        let pictures = input.len() / self.input_values();
        let part = self.part();
        filled(pictures * values, part * values, |index, output| {
            work(
                index,
                part_of(input, part * self.input_values(), index),
                output,
            )
        })
    }

    /// The forward pass over `pictures` padded inputs; the output is not padded.
    pub(super) fn forward_plan(&self, pictures: usize) -> Plan {
        let [height, width] = self.output_size();
        let row = (self.size[1] + 2) * self.inputs;
        let mut plan = Plan::new([3, row, 3 * self.inputs], self.outputs, height * width);
        for picture in 0..pictures {
            for pixel in 0..height * width {
                let (y, x) = (pixel / width * self.stride, pixel % width * self.stride);
                plan.windows
                    .push(picture * padded_values(self.input()) + y * row + x * self.inputs);
                plan.places
                    .push((picture * height * width + pixel) * self.outputs);
            }
        }
        plan
    }
}

/// Windows and places of whole pictures, in their order.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    rows: usize,
    step: usize,
    run: usize,
    outputs: usize,
    pixels: usize,
    pub(super) windows: Vec<usize>,
    pub(super) places: Vec<usize>,
}

impl Plan {
    pub(super) fn new([rows, step, run]: [usize; 3], outputs: usize, pixels: usize) -> Self {
        Self {
            rows,
            step,
            run,
            outputs,
            pixels,
            windows: Vec::new(),
            places: Vec::new(),
        }
    }

    /// The walk over the first `pictures` of the plan's.
    pub(super) fn walk(&self, pictures: usize) -> Walk<'_> {
        Walk {
            rows: self.rows,
            step: self.step,
            run: self.run,
            outputs: self.outputs,
            windows: &self.windows[..pictures * self.pixels],
            places: &self.places[..pictures * self.pixels],
        }
    }
}

/// Part `index` of `values`, `part` values each but for the last one.
pub(super) fn part_of(values: &[f32], part: usize, index: usize) -> &[f32] {
    let start = index * part;
    &values[start..values.len().min(start + part)]
}

/// `relu(convolution + bias + residual)` with packed weights, `[outputs / 16, 9 * inputs, 16]`.
///
/// # Panics
/// If a length does not match, or the channels are none that the kernels know.
pub fn rectified(
    conv: &Conv3x3,
    input: &[f32],
    packed: &[f32],
    bias: &[f32],
    residual: Option<&[f32]>,
) -> Vec<f32> {
    let pictures = conv.pictures(input.len(), packed.len());
    assert_eq!(bias.len(), conv.outputs, "bias");
    let len = pictures * conv.output_values();
    assert!(
        residual.is_none_or(|residual| residual.len() == len),
        "residual"
    );
    let part = conv.part() * conv.output_values();
    let plan = conv.forward_plan(conv.part().min(pictures));
    let (output, _) = conv.by_parts(input, conv.output_values(), |index, input, output| {
        with_scratch(|scratch| {
            let walk = plan.walk(input.len() / conv.input_values());
            let input = scratch.input.fill(input, conv.input());
            convolve(&walk, input, packed, output);
        });
        let residual = residual.map(|residual| part_of(residual, part, index));
        rectify(output, bias, residual);
    });
    output
}

/// A thread's padded pictures.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) input: Padded,
    /// Of a convolution whose output is used up at once.
    pub(super) convolved: Vec<f32>,
    #[cfg(feature = "train")]
    pub(super) gradient: Padded,
}

/// Calls `work` with this thread's scratch, which keeps its memory from call to call.
pub(super) fn with_scratch<R>(work: impl FnOnce(&mut Scratch) -> R) -> R {
    thread_local! {
        static SCRATCH: std::cell::RefCell<Scratch> = std::cell::RefCell::default();
    }
    SCRATCH.with_borrow_mut(work)
}
