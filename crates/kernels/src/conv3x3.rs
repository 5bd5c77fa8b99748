//! The geometry of a 3x3 convolution, and where a thread keeps its padded pictures.

use super::layout::{GROUP, Padded};
use super::simd::Walk;

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

    /// The walk over these windows of a padded picture, to these places.
    pub(super) fn walk<'a>(&self, windows: &'a [usize], places: &'a [usize]) -> Walk<'a> {
        Walk {
            rows: 3,
            step: (self.size[1] + 2) * self.inputs,
            run: 3 * self.inputs,
            outputs: self.outputs,
            windows,
            places,
        }
    }

    /// Where each output pixel's window begins in a padded picture, and its channels in the output.
    pub(super) fn windows(&self) -> (Vec<usize>, Vec<usize>) {
        let [height, width] = self.output_size();
        let row = (self.size[1] + 2) * self.inputs;
        let windows = (0..height * width).map(|pixel| {
            let (y, x) = (pixel / width * self.stride, pixel % width * self.stride);
            y * row + x * self.inputs
        });
        let places = (0..height * width).map(|pixel| pixel * self.outputs);
        (windows.collect(), places.collect())
    }
}

/// A thread's padded pictures.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) input: Padded,
    /// The input as 8-bit integers.
    pub(super) bytes: Padded<u8>,
    /// Of a convolution whose output is used up at once.
    pub(super) convolved: Vec<f32>,
    pub(super) gradient: Padded,
}

/// Calls `work` with this thread's scratch, which keeps its memory from call to call.
pub(super) fn with_scratch<R>(work: impl FnOnce(&mut Scratch) -> R) -> R {
    thread_local! {
        static SCRATCH: std::cell::RefCell<Scratch> = std::cell::RefCell::default();
    }
    SCRATCH.with_borrow_mut(work)
}
