//! A 3x3 convolution in inference, with all that follows it, on one thread.

use super::Arithmetic;
use super::conv3x3::{Conv3x3, with_scratch};
use super::first;
use super::integers;
use super::layout::GROUP;
use super::pool::pool;
use super::rectify::rectify;
use super::simd::convolve;
use super::winograd::{self, Finish, winograd_weights};

/// A 3x3 convolution with its bias, ReLU and what else is to be done, its weights in the form that
/// the fastest kernel for it reads.
#[derive(Clone, Debug)]
pub struct Convolution {
    conv: Conv3x3,
    kernel: Kernel,
    bias: Vec<f32>,
    pools: bool,
}

#[derive(Clone, Debug)]
enum Kernel {
    /// Of one input channel.
    First { packed: Vec<f32> },
    /// Any other.
    Direct {
        packed: Vec<f32>,
        /// Of one picture.
        windows: Vec<usize>,
        places: Vec<usize>,
    },
    /// Of stride 1 and whole groups of channels.
    Winograd { weights: Vec<f32> },
    /// In 8-bit integers.
    Integers(integers::Convolution),
}

impl Kernel {
    fn direct(conv: &Conv3x3, packed: Vec<f32>) -> Self {
        let (windows, places) = conv.windows();
        Self::Direct {
            packed,
            windows,
            places,
        }
    }
}

impl Convolution {
    /// Of weights packed as `[outputs / 16, 9 * inputs, 16]`. `pools` takes the greatest of each
    /// 2x2 pixels after the ReLU; a last odd row or column is left out. With integers no value of its
    /// input may be negative: such a one counts as 0.
    ///
    /// # Panics
    /// If a length does not match, or the channels or the stride are none that the kernels know.
    pub fn new(
        conv: Conv3x3,
        packed: Vec<f32>,
        bias: Vec<f32>,
        pools: bool,
        arithmetic: Arithmetic,
    ) -> Self {
        conv.pictures(conv.input_values(), packed.len());
        assert_eq!(bias.len(), conv.outputs, "bias");
        let is_even = conv.output_size().iter().all(|side| side % 2 == 0);
        let kernel = if arithmetic == Arithmetic::Integers && integers::Convolution::can(&conv) {
            Kernel::Integers(integers::Convolution::new(&conv, &packed, pools))
        } else if conv.has_winograd() && (is_even || !pools) {
            let weights = winograd_weights(&packed, conv.inputs, conv.outputs);
            Kernel::Winograd { weights }
        } else if conv.inputs == 1 && conv.stride == 1 && is_even {
            Kernel::First { packed }
        } else {
            Kernel::direct(&conv, packed)
        };
        Self {
            conv,
            kernel,
            bias,
            pools,
        }
    }

    /// Height and width of what it gives, in pixels.
    pub fn output_size(&self) -> [usize; 2] {
        let size = self.conv.output_size();
        size.map(|side| if self.pools { side / 2 } else { side })
    }

    /// Channels of what it gives.
    pub fn outputs(&self) -> usize {
        self.conv.outputs
    }

    /// Values of what it gives for one picture.
    pub fn output_values(&self) -> usize {
        self.output_size().iter().product::<usize>() * self.conv.outputs
    }

    /// Writes `relu(convolution + bias + residual)` of whole pictures, pooled where so built, to
    /// `output`; a residual has the output's length, and goes with no pooling.
    ///
    /// # Panics
    /// If a length does not match.
    pub fn run(&self, input: &[f32], residual: Option<&[f32]>, output: &mut [f32]) {
        let Self { conv, bias, .. } = self;
        assert!(input.len().is_multiple_of(conv.input_values()), "input");
        let pictures = input.len() / conv.input_values();
        assert_eq!(output.len(), pictures * self.output_values(), "output");
        assert!(
            residual.is_none_or(|residual| !self.pools && residual.len() == output.len()),
            "residual"
        );
        match &self.kernel {
            Kernel::Winograd { weights } => {
                let finish = match self.pools {
                    true => Finish::Pool { bias },
                    false => Finish::Rectify { bias, residual },
                };
                winograd::convolve(conv, input, weights, finish, output);
            }
            Kernel::Integers(convolution) => {
                let values = self.output_values().max(1);
                let pictures = input.chunks_exact(conv.input_values());
                for (index, (input, output)) in
                    pictures.zip(output.chunks_exact_mut(values)).enumerate()
                {
                    let residual = residual.map_or(&[][..], |residual| {
                        &residual[index * values..(index + 1) * values]
                    });
                    convolution.run(conv, input, [bias, residual], self.pools, output);
                }
            }
            Kernel::First { packed } if residual.is_none() => {
                let pictures = input.chunks_exact(conv.input_values());
                for (input, output) in
                    pictures.zip(output.chunks_exact_mut(self.output_values().max(1)))
                {
                    with_scratch(|scratch| {
                        let padded = scratch.input.fill(input, conv.input());
                        first::convolve(conv.size, padded, packed, bias, self.pools, output);
                    });
                }
            }
            // Networks have no residual there.
            Kernel::First { packed } => {
                let (windows, places) = conv.windows();
                self.by_windows(packed, [&windows, &places], input, residual, output);
            }
            Kernel::Direct {
                packed,
                windows,
                places,
            } => self.by_windows(packed, [windows, places], input, residual, output),
        }
    }

    /// By the kernel that knows every size.
    fn by_windows(
        &self,
        packed: &[f32],
        [windows, places]: [&[usize]; 2],
        input: &[f32],
        residual: Option<&[f32]>,
        output: &mut [f32],
    ) {
        let Self { conv, bias, .. } = self;
        let walk = conv.walk(windows, places);
        let values = self.output_values();
        let pictures = input.chunks_exact(conv.input_values());
        for (index, (input, output)) in pictures
            .zip(output.chunks_exact_mut(values.max(1)))
            .enumerate()
        {
            with_scratch(|scratch| {
                let padded = scratch.input.fill(input, conv.input());
                if self.pools {
                    scratch.convolved.resize(conv.output_values(), 0.0);
                    convolve(&walk, padded, packed, &mut scratch.convolved);
                    pool(&scratch.convolved, conv.output(), bias, output);
                } else {
                    convolve(&walk, padded, packed, output);
                    let residual =
                        residual.map(|residual| &residual[index * values..(index + 1) * values]);
                    rectify(output, bias, residual);
                }
            });
        }
    }
}

impl Conv3x3 {
    /// Whether Winograd's convolution can do it.
    pub(super) fn has_winograd(&self) -> bool {
        self.stride == 1 && self.inputs.is_multiple_of(GROUP) && self.outputs.is_multiple_of(GROUP)
    }
}
