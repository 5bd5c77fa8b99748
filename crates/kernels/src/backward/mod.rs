//! Training: the gradients of a bare convolution, and convolutions fused with what follows them.
//!
//! A batch is worked on in parts that fit a core's own cache. [`backward_with`] makes the gradient of
//! a part's output, in the cache, and uses it up for the gradients of both input and weights.

pub(crate) mod conv_norm;
pub(crate) mod conv_pool;
mod input_gradient;
mod normalize;
pub(crate) mod weight_gradient;

use crate::conv3x3::Conv3x3;
use crate::conv3x3::algorithm::Algorithm;
use crate::conv3x3::direct::Convolve;
use crate::conv3x3::epilogue::Epilogue;
use crate::conv3x3::layout::LoopLayout;
use crate::conv3x3::padded::inner_rows;
use crate::conv3x3::winograd::{self, winograd_weights};
use crate::pack::add_unpacked;
use crate::parallel::{fill_parts, map_parts, part_of};
use crate::scratch::with_scratch;
use crate::simd::dispatch;
use input_gradient::{gradient_conv, input_passes, weight_layout};
use weight_gradient::Accumulate;

/// Returns the gradients of the weights, `[outputs, 3, 3, inputs]`, and, if `wants_input`, of the input.
///
/// `input` is that of the forward pass, `[batch, height, width, inputs]`, and `gradient` the gradient
/// of its output, `[batch, height, width, outputs]`.
///
/// ```
/// use thimble_kernels::{Conv3x3, backward};
///
/// let conv = Conv3x3 { size: [2, 2], inputs: 16, outputs: 16, stride: 1 };
/// let (input, weights) = (vec![1.0; 2 * 2 * 16], vec![0.5; 16 * 9 * 16]);
/// let gradient = vec![1.0; 2 * 2 * 16];
/// let (of_weights, of_input) = backward(&conv, &input, &weights, &gradient, true);
/// assert_eq!(of_weights.len(), weights.len());
/// // Each input value reaches four pixels of 16 channels, by a weight of 0.5.
/// assert!(of_input.is_some_and(|values| values.iter().all(|value| (value - 32.0).abs() < 1e-3)));
/// ```
///
/// # Panics
/// If a length does not match, the output channels are no multiple of [`GROUP`](crate::GROUP), those of
/// the input are none and its gradient is asked for, or the stride is neither 1 nor 2.
pub fn backward(
    conv: &Conv3x3,
    input: &[f32],
    weights: &[f32],
    gradient: &[f32],
    wants_input: bool,
) -> (Vec<f32>, Option<Vec<f32>>) {
    let batch = conv.batch(input.len(), weights.len());
    assert_eq!(
        gradient.len(),
        batch * conv.output_values(),
        "number of gradient values"
    );
    let [_, width, channels] = conv.output_shape();
    let gradients = backward_with(conv, input, weights, wants_input, |index, part, rows| {
        let gradient = part_of(gradient, part * conv.output_values(), index);
        for (to, from) in rows.zip(gradient.chunks_exact(width * channels)) {
            to.copy_from_slice(from);
        }
    });
    (gradients.weights, gradients.input)
}

/// The gradients of a convolution.
pub(crate) struct Gradients<R> {
    /// `[outputs, 3, 3, inputs]`.
    pub(crate) weights: Vec<f32>,
    pub(crate) input: Option<Vec<f32>>,
    /// What `write_gradient` returned for each part, in order.
    pub(crate) parts: Vec<R>,
}

/// Does the same as [`backward`] with a gradient of the output that `write_gradient` makes. It gets a
/// part's index, the number of images of a part, and the part's rows of pixels to write to.
pub(crate) fn backward_with<R: Send>(
    conv: &Conv3x3,
    input: &[f32],
    weights: &[f32],
    wants_input: bool,
    write_gradient: impl Fn(usize, usize, &mut dyn Iterator<Item = &mut [f32]>) -> R + Sync + Send,
) -> Gradients<R> {
    let part = conv.part_batch();
    let part_len = part * conv.input_values();
    let pass = BackwardPass::new(conv, weights, wants_input);
    let work = |index: usize, input_gradient: &mut [f32]| {
        let input = part_of(input, part_len, index);
        let write = |rows: &mut dyn Iterator<Item = &mut [f32]>| write_gradient(index, part, rows);
        pass.run(conv, input, write, input_gradient)
    };
    let (gradient, parts) = if wants_input {
        let (gradient, parts) = fill_parts(input.len(), part_len, work);
        (Some(gradient), parts)
    } else {
        let parts = input.len().div_ceil(part_len);
        (None, map_parts(parts, |index| work(index, &mut [])))
    };
    let (sums, parts): (Vec<_>, _) = parts.into_iter().unzip();
    Gradients {
        weights: sum_parts(&sums, conv),
        input: gradient,
        parts,
    }
}

/// Sums the packed gradients of the parts, in order, and unpacks them.
fn sum_parts(parts: &[Vec<f32>], conv: &Conv3x3) -> Vec<f32> {
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

/// The backward pass of a convolution, prepared for one step of training.
enum BackwardPass {
    Direct {
        /// From windows of the input to pixels of the output's gradient.
        weight_layout: LoopLayout,
        /// The passes that make the input's gradient, if it is asked for.
        input_passes: Vec<(LoopLayout, Vec<f32>)>,
    },
    Winograd {
        /// Of the convolution that makes the input's gradient, if it is asked for.
        input_weights: Option<Vec<f32>>,
    },
}

impl BackwardPass {
    /// Prepares weights `[outputs, 9 * inputs]` for parts of up to [`Conv3x3::part_batch`] images.
    fn new(conv: &Conv3x3, weights: &[f32], wants_input: bool) -> Self {
        let part = conv.part_batch();
        if Algorithm::for_training(conv) == Algorithm::Winograd {
            // At stride 1 there is one pass, with the kernel rotated by 180 degrees.
            let passes = wants_input.then(|| input_passes(conv, 0, weights));
            let pass = passes.into_iter().flatten().next();
            let input_weights =
                pass.map(|(_, packed)| winograd_weights(&packed, conv.outputs, conv.inputs));
            return Self::Winograd { input_weights };
        }
        Self::Direct {
            weight_layout: weight_layout(conv, part),
            input_passes: match wants_input {
                true => input_passes(conv, part, weights),
                false => Vec::new(),
            },
        }
    }

    /// Returns the gradient of the packed weights from one part, and what `write_gradient` returns.
    /// Writes the gradient of the input if it was asked for. `write_gradient` writes that of the
    /// output, a row of pixels at a time.
    fn run<R>(
        &self,
        conv: &Conv3x3,
        input: &[f32],
        write_gradient: impl FnOnce(&mut dyn Iterator<Item = &mut [f32]>) -> R,
        input_gradient: &mut [f32],
    ) -> (Vec<f32>, R) {
        let batch = input.len() / conv.input_values();
        let mut sums = vec![0.0; conv.outputs * conv.inputs * 9];
        let written = with_scratch(|scratch| match self {
            Self::Direct {
                weight_layout,
                input_passes,
            } => {
                let gradient = (scratch.output_gradient).buffer(batch, conv.output_shape());
                let written = write_gradient(&mut inner_rows(gradient, conv.output_shape()));
                for (layout, packed) in input_passes {
                    dispatch(Convolve {
                        loops: layout.images(batch),
                        input: gradient,
                        packed,
                        output: input_gradient,
                    });
                }
                dispatch(Accumulate {
                    loops: weight_layout.images(batch),
                    input: scratch.input.fill(input, conv.input_shape()),
                    gradient,
                    packed: &mut sums,
                });
                written
            }
            Self::Winograd { input_weights } => {
                let [_, width, channels] = conv.output_shape();
                let gradient = &mut scratch.output;
                gradient.resize(batch * conv.output_values(), 0.0);
                let written = write_gradient(&mut gradient.chunks_exact_mut(width * channels));
                let scratch = &mut scratch.winograd;
                if let Some(weights) = input_weights {
                    let conv = gradient_conv(conv);
                    let epilogue = Epilogue::None;
                    winograd::convolve(&conv, gradient, weights, epilogue, input_gradient, scratch);
                }
                winograd::weight_gradient(conv, input, gradient, &mut sums, scratch);
                written
            }
        });
        (sums, written)
    }
}
