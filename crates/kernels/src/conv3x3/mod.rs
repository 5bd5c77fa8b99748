//! 3x3 convolutions.
//!
//! [`algorithm`] chooses among four: [`winograd`], [`stem`], [`direct`] and [`int8`]. [`inference`]
//! runs the chosen one with bias, residual sum, ReLU and pooling; [`forward`] runs it in training,
//! where weights change at each step.

pub(crate) mod algorithm;
pub(crate) mod direct;
pub(crate) mod epilogue;
pub(crate) mod forward;
mod inference;
mod int8;
pub(crate) mod layout;
pub(crate) mod padded;
pub(crate) mod pool;
mod stem;
pub(crate) mod winograd;

pub use forward::forward;
pub use inference::Convolution;
pub(crate) use winograd::WinogradScratch;

use crate::pack::GROUP;

/// The shape of a 3x3 convolution with one pixel of zeros around its input.
///
/// The number of output channels is a multiple of [`GROUP`]. For the gradient of the input the number
/// of input channels is one too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv3x3 {
    /// Height and width of the input, in pixels.
    pub size: [usize; 2],
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// 1, or 2 for every second pixel in both directions.
    pub stride: usize,
}

impl Conv3x3 {
    /// Returns height and width of the output, in pixels.
    pub fn output_size(&self) -> [usize; 2] {
        self.size.map(|side| side.div_ceil(self.stride))
    }

    /// Returns height, width and channels of the input.
    pub(crate) fn input_shape(&self) -> [usize; 3] {
        [self.size[0], self.size[1], self.inputs]
    }

    /// Returns height, width and channels of the output.
    pub(crate) fn output_shape(&self) -> [usize; 3] {
        let [height, width] = self.output_size();
        [height, width, self.outputs]
    }

    /// Returns the number of values of one input image.
    pub(crate) fn input_values(&self) -> usize {
        self.input_shape().iter().product()
    }

    /// Returns the number of values of one output image.
    pub(crate) fn output_values(&self) -> usize {
        self.output_shape().iter().product()
    }

    /// Returns the number of images in an input of `input_len` values.
    ///
    /// # Panics
    /// If a length does not match, or the kernels do not support the channels or the stride.
    pub(crate) fn batch(&self, input_len: usize, weights_len: usize) -> usize {
        assert!(
            matches!(self.stride, 1 | 2),
            "stride must be 1 or 2, got {}",
            self.stride
        );
        assert!(
            self.outputs > 0 && self.outputs.is_multiple_of(GROUP),
            "output channels must be a multiple of {GROUP}, got {}",
            self.outputs
        );
        assert!(
            self.input_values() > 0,
            "input must not be empty, got {}x{} pixels of {} channels",
            self.size[0],
            self.size[1],
            self.inputs
        );
        assert_eq!(
            weights_len,
            self.outputs * self.inputs * 9,
            "number of weights"
        );
        assert!(
            input_len.is_multiple_of(self.input_values()),
            "input must be whole images of {} values, got {input_len}",
            self.input_values()
        );
        input_len / self.input_values()
    }
}
