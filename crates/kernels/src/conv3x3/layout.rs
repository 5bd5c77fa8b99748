//! Which values the direct kernels read and write.

use super::Conv3x3;
use super::padded::padded_len;
use crate::pack::GROUP;

/// The loops of a direct kernel over a few images: where it reads the window of each output pixel and
/// where it writes the pixel's channels.
#[derive(Clone, Debug)]
pub(crate) struct LoopLayout {
    window: Window,
    outputs: usize,
    /// Output pixels of one image.
    pixels: usize,
    pub(crate) input_offsets: Vec<usize>,
    pub(crate) output_offsets: Vec<usize>,
}

/// The values of a window: `rows` runs of `row_len` consecutive values, pixels and channels alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) rows: usize,
    /// Values from the start of one row to the next.
    pub(crate) row_stride: usize,
    pub(crate) row_len: usize,
}

impl LoopLayout {
    /// Makes a layout without offsets, for images of `pixels` output pixels.
    pub(crate) fn new(window: Window, outputs: usize, pixels: usize) -> Self {
        Self {
            window,
            outputs,
            pixels,
            input_offsets: Vec::new(),
            output_offsets: Vec::new(),
        }
    }

    /// Returns the loops over all offsets. Kernels that write elsewhere have no output offsets.
    pub(crate) fn all(&self) -> Loops<'_> {
        Loops {
            window: self.window,
            outputs: self.outputs,
            input_offsets: &self.input_offsets,
            output_offsets: &self.output_offsets,
        }
    }

    /// Returns the loops over the first `batch` images.
    pub(crate) fn images(&self, batch: usize) -> Loops<'_> {
        Loops {
            input_offsets: &self.input_offsets[..batch * self.pixels],
            output_offsets: &self.output_offsets[..batch * self.pixels],
            ..self.all()
        }
    }
}

/// Some loops of a [`LoopLayout`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loops<'a> {
    pub(crate) window: Window,
    /// Output channels, a multiple of GROUP.
    pub(crate) outputs: usize,
    /// Where the window of each output pixel begins in the input.
    pub(crate) input_offsets: &'a [usize],
    /// Where the channels of each output pixel begin in the output.
    pub(crate) output_offsets: &'a [usize],
}

impl<'a> Loops<'a> {
    /// Returns loops over the rows of a matrix `[rows, k]`, which begin at `input_offsets`, for a
    /// kernel that writes elsewhere.
    pub(crate) fn over_rows(k: usize, outputs: usize, input_offsets: &'a [usize]) -> Self {
        Self {
            window: Window {
                rows: 1,
                row_stride: 0,
                row_len: k,
            },
            outputs,
            input_offsets,
            output_offsets: &[],
        }
    }

    pub(crate) fn groups(&self) -> usize {
        self.outputs / GROUP
    }

    /// Returns the number of packed weights of one group.
    pub(crate) fn group_weights(&self) -> usize {
        self.window.rows * self.window.row_len * GROUP
    }

    /// Panics unless every window is inside the input, every pixel inside the output, and there is a
    /// packed weight for every product.
    pub(crate) fn check(&self, input_len: usize, packed_len: usize, output_len: usize) {
        self.check_input(input_len, packed_len);
        assert_eq!(
            self.input_offsets.len(),
            self.output_offsets.len(),
            "number of output pixels"
        );
        let last = self.output_offsets.iter().max();
        assert!(
            last.is_none_or(|last| last + self.outputs <= output_len),
            "output of {output_len} values is too short for a pixel at {last:?}"
        );
    }

    /// Does the same without the output.
    pub(crate) fn check_input(&self, input_len: usize, packed_len: usize) {
        assert_eq!(self.outputs % GROUP, 0, "output channels");
        assert_eq!(
            packed_len,
            self.groups() * self.group_weights(),
            "number of packed weights"
        );
        let Window {
            rows,
            row_stride,
            row_len,
        } = self.window;
        let window = rows.saturating_sub(1) * row_stride + row_len;
        let last = self.input_offsets.iter().max();
        assert!(
            last.is_none_or(|last| last + window <= input_len),
            "input of {input_len} values is too short for a window at {last:?}"
        );
    }
}

impl Conv3x3 {
    /// Returns the loops from `batch` padded inputs to outputs without padding.
    pub(crate) fn forward_layout(&self, batch: usize) -> LoopLayout {
        let [height, width] = self.output_size();
        let row_stride = (self.size[1] + 2) * self.inputs;
        let window = Window {
            rows: 3,
            row_stride,
            row_len: 3 * self.inputs,
        };
        let mut layout = LoopLayout::new(window, self.outputs, height * width);
        for image in 0..batch {
            let first_input = image * padded_len(self.input_shape());
            let first_output = image * self.output_values();
            for pixel in 0..height * width {
                let (y, x) = (pixel / width * self.stride, pixel % width * self.stride);
                let offset = first_input + y * row_stride + x * self.inputs;
                layout.input_offsets.push(offset);
                let offset = first_output + pixel * self.outputs;
                layout.output_offsets.push(offset);
            }
        }
        layout
    }
}
