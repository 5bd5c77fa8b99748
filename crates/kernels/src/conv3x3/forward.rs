//! The forward pass of a convolution in training: weights in their own order, a batch in parts.

use super::Conv3x3;
use super::algorithm::Algorithm;
use super::direct::Convolve;
use super::epilogue::Epilogue;
use super::layout::LoopLayout;
use super::padded::padded_len;
use super::winograd::{self, winograd_weights};
use crate::pack::pack;
use crate::parallel::{fill_parts, part_of};
use crate::scratch::with_scratch;
use crate::simd::dispatch;

/// Values of the padded images of one part: they stay in a core's own cache.
const PART_VALUES: usize = 1 << 15;

/// Returns the convolution of `input`, `[batch, height, width, inputs]`, with `weights`,
/// `[outputs, 3, 3, inputs]`: `[batch, height, width, outputs]`, of half the height and width where
/// the stride is 2.
///
/// ```
/// use thimble_kernels::{Conv3x3, forward};
///
/// let conv = Conv3x3 { size: [2, 2], inputs: 1, outputs: 16, stride: 1 };
/// let output = forward(&conv, &[1.0, 2.0, 3.0, 4.0], &[1.0; 16 * 9]);
/// assert_eq!(output, [10.0; 2 * 2 * 16]);
/// ```
///
/// # Panics
/// If a length does not match, the output channels are no multiple of [`GROUP`](crate::GROUP), or the
/// stride is neither 1 nor 2.
pub fn forward(conv: &Conv3x3, input: &[f32], weights: &[f32]) -> Vec<f32> {
    conv.batch(input.len(), weights.len());
    let pass = ForwardPass::new(conv, weights);
    let (output, _) = conv.map_parts(input, conv.output_values(), |_, input, output| {
        pass.run(conv, input, output);
    });
    output
}

/// A convolution with weights prepared for one step of training.
pub(crate) enum ForwardPass {
    Direct {
        layout: LoopLayout,
        packed: Vec<f32>,
    },
    Winograd {
        weights: Vec<f32>,
    },
}

impl ForwardPass {
    /// Prepares weights `[outputs, 9 * inputs]` for parts of up to [`Conv3x3::part_batch`] images.
    pub(crate) fn new(conv: &Conv3x3, weights: &[f32]) -> Self {
        let packed = pack(weights, conv.outputs);
        if Algorithm::for_training(conv) == Algorithm::Winograd {
            let weights = winograd_weights(&packed, conv.inputs, conv.outputs);
            Self::Winograd { weights }
        } else {
            let layout = conv.forward_layout(conv.part_batch());
            Self::Direct { layout, packed }
        }
    }

    /// Convolves the images of one part.
    pub(crate) fn run(&self, conv: &Conv3x3, input: &[f32], output: &mut [f32]) {
        with_scratch(|scratch| match self {
            Self::Direct { layout, packed } => dispatch(Convolve {
                loops: layout.images(input.len() / conv.input_values()),
                input: scratch.input.fill(input, conv.input_shape()),
                packed,
                output,
            }),
            Self::Winograd { weights } => {
                let scratch = &mut scratch.winograd;
                winograd::convolve(conv, input, weights, Epilogue::None, output, scratch);
            }
        });
    }
}

impl Conv3x3 {
    /// Returns the number of images of one part of a batch.
    ///
    /// Sums over a part come first, and the parts' sums are added in order, so results do not depend
    /// on the number of threads.
    pub(crate) fn part_batch(&self) -> usize {
        let largest = padded_len(self.input_shape()).max(padded_len(self.output_shape()));
        (PART_VALUES / largest.max(1)).max(1)
    }

    /// Makes `values` values for each image of `input`, a part of the batch at a time. `work` gets the
    /// part's index, its input and its output, zeros at first; what it returns comes back in order.
    pub(crate) fn map_parts<R: Send>(
        &self,
        input: &[f32],
        values: usize,
        work: impl Fn(usize, &[f32], &mut [f32]) -> R + Sync,
    ) -> (Vec<f32>, Vec<R>) {
        let batch = input.len() / self.input_values();
        let part = self.part_batch();
        fill_parts(batch * values, part * values, |index, output| {
            let input = part_of(input, part * self.input_values(), index);
            work(index, input, output)
        })
    }
}
