//! A 3x3 convolution in inference with all that follows it, on the calling thread.

use super::algorithm::Algorithm;
use super::direct::Convolve;
use super::epilogue::{Epilogue, bias_relu};
use super::int8::Int8Weights;
use super::layout::LoopLayout;
use super::pool::max_pool;
use super::winograd::{self, winograd_weights};
use super::{Conv3x3, stem};
use crate::Precision;
use crate::scratch::{Scratch, with_scratch};
use crate::simd::dispatch;

/// A 3x3 convolution with bias, residual sum, ReLU and 2x2 max pooling.
///
/// Building it chooses the fastest algorithm for the shape and transforms the weights for it, so build
/// once and run often. Running keeps buffers in the thread.
///
/// ```
/// use thimble_kernels::{Conv3x3, Convolution, Precision, pack};
///
/// // 16 channels to 16, without pooling: each output is the sum of its window's first channel.
/// let conv = Conv3x3 { size: [4, 4], inputs: 16, outputs: 16, stride: 1 };
/// let weights: Vec<f32> = (0..16 * 9 * 16)
///     .map(|index| if index % 16 == 0 { 1.0 } else { 0.0 })
///     .collect();
/// let layer = Convolution::new(conv, pack(&weights, 16), vec![0.5; 16], false, Precision::F32);
/// let mut output = vec![0.0; layer.output_values()];
/// layer.run(&vec![1.0; 4 * 4 * 16], None, &mut output);
/// // A corner's window has four pixels inside the image.
/// assert!((output[0] - 4.5).abs() < 1e-4);
/// ```
#[derive(Clone, Debug)]
pub struct Convolution {
    conv: Conv3x3,
    weights: Weights,
    bias: Vec<f32>,
    max_pool: bool,
}

/// Weights as the chosen algorithm reads them.
#[derive(Clone, Debug)]
enum Weights {
    Int8(Int8Weights),
    Winograd(Vec<f32>),
    Stem(Vec<f32>),
    /// With the loops of one image.
    Direct(Vec<f32>, LoopLayout),
}

impl Convolution {
    /// Builds a layer from weights packed as `[outputs / 16, 9 * inputs, 16]` (see
    /// [`pack`](crate::pack)) and a bias `[outputs]`.
    ///
    /// `max_pool` takes the maximum of each 2x2 pixels after the ReLU and leaves out a last odd row or
    /// column. With [`Precision::Int8`] the layer computes in int8 if the input channels are a multiple
    /// of four; no value of its input may then be negative (such a one counts as 0).
    ///
    /// # Panics
    /// If a length does not match, the output channels are no multiple of [`GROUP`](crate::GROUP), or
    /// the stride is neither 1 nor 2.
    pub fn new(
        conv: Conv3x3,
        packed: Vec<f32>,
        bias: Vec<f32>,
        max_pool: bool,
        precision: Precision,
    ) -> Self {
        conv.batch(conv.input_values(), packed.len());
        assert_eq!(bias.len(), conv.outputs, "number of biases");
        let weights = match Algorithm::for_inference(&conv, max_pool, precision) {
            Algorithm::Int8 => Weights::Int8(Int8Weights::new(&conv, &packed, max_pool)),
            Algorithm::Winograd => {
                Weights::Winograd(winograd_weights(&packed, conv.inputs, conv.outputs))
            }
            Algorithm::Stem => Weights::Stem(packed),
            Algorithm::Direct => Weights::Direct(packed, conv.forward_layout(1)),
        };
        Self {
            conv,
            weights,
            bias,
            max_pool,
        }
    }

    /// Returns height and width of the output, in pixels.
    pub fn output_size(&self) -> [usize; 2] {
        let size = self.conv.output_size();
        size.map(|side| if self.max_pool { side / 2 } else { side })
    }

    /// Returns the number of output channels.
    pub fn outputs(&self) -> usize {
        self.conv.outputs
    }

    /// Returns the number of output values of one image.
    pub fn output_values(&self) -> usize {
        self.output_size().iter().product::<usize>() * self.conv.outputs
    }

    /// Writes `relu(convolution + bias + residual)` of `input`, `[batch, height, width, inputs]`, to
    /// `output`, `[batch, height, width, outputs]` of [`Self::output_size`], max pooled if so built. A
    /// residual has the output's shape.
    ///
    /// # Panics
    /// If a length does not match, or there is a residual beside max pooling.
    pub fn run(&self, input: &[f32], residual: Option<&[f32]>, output: &mut [f32]) {
        let Self { conv, bias, .. } = self;
        assert!(
            input.len().is_multiple_of(conv.input_values()),
            "input must be whole images of {} values, got {}",
            conv.input_values(),
            input.len()
        );
        let batch = input.len() / conv.input_values();
        assert_eq!(
            output.len(),
            batch * self.output_values(),
            "number of output values"
        );
        assert!(
            residual.is_none_or(|residual| !self.max_pool && residual.len() == output.len()),
            "residual must be as long as the output, without max pooling"
        );
        with_scratch(|scratch| match &self.weights {
            Weights::Winograd(weights) => {
                let epilogue = match self.max_pool {
                    true => Epilogue::BiasReluMaxPool { bias },
                    false => Epilogue::BiasRelu { bias, residual },
                };
                let scratch = &mut scratch.winograd;
                winograd::convolve(conv, input, weights, epilogue, output, scratch);
            }
            Weights::Int8(weights) => self.for_each_image(input, residual, output, {
                |input, residual, output| {
                    let buffer = &mut scratch.quantized_input;
                    weights.convolve(conv, input, bias, residual, output, buffer);
                }
            }),
            Weights::Stem(packed) if residual.is_none() => {
                self.for_each_image(input, None, output, |input, _, output| {
                    let padded = scratch.input.fill(input, conv.input_shape());
                    stem::convolve(conv.size, padded, packed, bias, self.max_pool, output);
                });
            }
            // No network has a residual there.
            Weights::Stem(packed) => {
                let layout = conv.forward_layout(1);
                self.run_direct(packed, &layout, input, residual, output, scratch);
            }
            Weights::Direct(packed, layout) => {
                self.run_direct(packed, layout, input, residual, output, scratch);
            }
        });
    }

    /// Runs the direct convolution image by image, with the epilogue in a second pass.
    fn run_direct(
        &self,
        packed: &[f32],
        layout: &LoopLayout,
        input: &[f32],
        residual: Option<&[f32]>,
        output: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let Self { conv, bias, .. } = self;
        let loops = layout.images(1);
        self.for_each_image(input, residual, output, |input, residual, output| {
            let input = scratch.input.fill(input, conv.input_shape());
            if self.max_pool {
                let convolved = &mut scratch.output;
                convolved.resize(conv.output_values(), 0.0);
                dispatch(Convolve {
                    loops,
                    input,
                    packed,
                    output: convolved,
                });
                max_pool(convolved, conv.output_shape(), bias, output);
            } else {
                dispatch(Convolve {
                    loops,
                    input,
                    packed,
                    output,
                });
                bias_relu(output, bias, residual);
            }
        });
    }

    /// Calls `run` with the input, residual and output of each image.
    fn for_each_image(
        &self,
        input: &[f32],
        residual: Option<&[f32]>,
        output: &mut [f32],
        mut run: impl FnMut(&[f32], Option<&[f32]>, &mut [f32]),
    ) {
        let values = self.output_values();
        let images = input.chunks_exact(self.conv.input_values());
        for (index, (input, output)) in images
            .zip(output.chunks_exact_mut(values.max(1)))
            .enumerate()
        {
            let residual = residual.map(|residual| &residual[index * values..(index + 1) * values]);
            run(input, residual, output);
        }
    }
}
