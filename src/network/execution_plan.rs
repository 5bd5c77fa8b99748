//! Execution plans: a network as a sequence of kernels.

use thimble_kernels::{Conv3x3, Convolution, Dense, Precision, pack, weighted_sums};

use super::architecture::{PAPER_FILTERS, PAPER_HIDDEN, PAPER_POOLED_SIDE};
use super::{Architecture, Head, INPUT_SIDE, INPUT_VALUES, Stages};
use crate::labels::CLASSES;

/// The kernels of a network in the order of execution, with packed weights.
#[derive(Debug)]
pub(super) struct ExecutionPlan {
    /// Convolutions over NHWC activations.
    steps: Vec<Step>,
    /// Weights of a sum over the remaining pixels, `[pixels, channels]`.
    pooling: Option<Vec<f32>>,
    /// Dense layers after the convolutions or the weighted sum.
    dense: Vec<Dense>,
}

/// A convolution and its role in a residual block.
#[derive(Debug)]
struct Step {
    convolution: Convolution,
    shortcut: Shortcut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shortcut {
    /// Not part of a residual block.
    None,
    /// Save the convolution's input for [`Shortcut::Add`].
    Save,
    /// Add the saved activations before the ReLU.
    Add,
}

/// Returns the values of a tensor, given its name in burn's module and its shape, or an error message.
pub type TensorSource<'a> = dyn FnMut(&str, &[usize]) -> Result<Vec<f32>, String> + 'a;

impl ExecutionPlan {
    /// Plans a network of this architecture with the tensors of `source`.
    ///
    /// # Errors
    /// Those of `source`.
    pub(super) fn new(
        architecture: &Architecture,
        precision: Precision,
        source: &mut TensorSource<'_>,
    ) -> Result<Self, String> {
        match architecture {
            Architecture::Paper => Self::paper(precision, source),
            Architecture::Residual(stages) => Self::residual(stages, precision, source),
        }
    }

    fn paper(precision: Precision, source: &mut TensorSource<'_>) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut inputs = 1;
        for (index, outputs) in PAPER_FILTERS.into_iter().enumerate() {
            let name = format!("Paper.conv{}", index + 1);
            let weights = source(&format!("{name}.weight"), &[outputs, inputs, 3, 3])?;
            let conv = Conv3x3 {
                size: [INPUT_SIDE >> index; 2],
                inputs,
                outputs,
                stride: 1,
            };
            let packed = pack(&channels_last(&weights, inputs), outputs);
            let bias = source(&format!("{name}.bias"), &[outputs])?;
            steps.push(Step {
                convolution: Convolution::new(conv, packed, bias, true, precision),
                shortcut: Shortcut::None,
            });
            inputs = outputs;
        }
        const PIXELS: usize = PAPER_POOLED_SIDE * PAPER_POOLED_SIDE;
        let hidden = PAPER_HIDDEN;
        let weights = source("Paper.hidden.weight", &[inputs * PIXELS, hidden])?;
        // The trained weights are ordered by channel, then pixel; NHWC activations by pixel, then channel.
        let mut ordered = Vec::with_capacity(weights.len());
        for pixel in 0..PIXELS {
            for channel in 0..inputs {
                let input = channel * PIXELS + pixel;
                ordered.extend_from_slice(&weights[input * hidden..(input + 1) * hidden]);
            }
        }
        let bias = source("Paper.hidden.bias", &[hidden])?;
        let first = Dense::new(&ordered, bias, true, precision);
        Ok(Self {
            steps,
            pooling: None,
            dense: vec![first, classifier("Paper.output", hidden, source)?],
        })
    }

    fn residual(
        stages: &Stages,
        precision: Precision,
        source: &mut TensorSource<'_>,
    ) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut inputs = 1;
        let shape = stages.widths.iter().zip(&stages.blocks).zip(Stages::SIDES);
        for (stage, ((&width, &blocks), side)) in shape.enumerate() {
            let mut unit = |name: String, stride, inputs, shortcut| {
                let name = format!("Residual.stages.{stage}.{name}");
                let shape = [width / 16, 9 * inputs, 16];
                let packed = source(&format!("{name}.weights"), &shape)?;
                let bias = source(&format!("{name}.bias"), &[width])?;
                let conv = Conv3x3 {
                    size: [side * stride; 2],
                    inputs,
                    outputs: width,
                    stride,
                };
                steps.push(Step {
                    convolution: Convolution::new(conv, packed, bias, false, precision),
                    shortcut,
                });
                Ok::<_, String>(())
            };
            let stride = if stage == 0 { 1 } else { 2 };
            unit("entry".to_owned(), stride, inputs, Shortcut::None)?;
            for block in 0..blocks {
                unit(format!("blocks.{block}.first"), 1, width, Shortcut::Save)?;
                unit(format!("blocks.{block}.second"), 1, width, Shortcut::Add)?;
            }
            inputs = width;
        }
        const PIXELS: usize = Stages::SIDES[2] * Stages::SIDES[2];
        let (pooling, features) = match stages.head {
            Head::Mean => (Some(vec![1.0 / PIXELS as f32; PIXELS * inputs]), inputs),
            Head::Weighted => {
                let weights = source("Residual.classifier.weights", &[PIXELS, inputs])?;
                (Some(weights), inputs)
            }
            Head::Flat => (None, PIXELS * inputs),
        };
        let output = classifier("Residual.classifier.output", features, source)?;
        Ok(Self {
            steps,
            pooling,
            dense: vec![output],
        })
    }

    /// Runs the network on inputs `[batch, 784]`, 0 to 1, and writes the logits, `[batch, 10]`. Each layer
    /// swaps the input and output buffers, which the thread keeps between calls.
    pub(super) fn run(&self, inputs: &[f32], logits: &mut [f32]) {
        let batch = inputs.len() / INPUT_VALUES;
        ACTIVATIONS.with_borrow_mut(|buffers| {
            let ActivationBuffers {
                input,
                output,
                saved,
            } = buffers;
            let mut is_first = true;
            for Step {
                convolution,
                shortcut,
            } in &self.steps
            {
                output.resize(batch * convolution.output_values(), 0.0);
                let source = if is_first { inputs } else { input.as_slice() };
                let added = (*shortcut == Shortcut::Add).then_some(saved.as_slice());
                convolution.run(source, added, output);
                if *shortcut == Shortcut::Save {
                    core::mem::swap(input, saved);
                }
                core::mem::swap(input, output);
                is_first = false;
            }
            if let Some(weights) = &self.pooling {
                let channels = self
                    .steps
                    .last()
                    .map_or(1, |step| step.convolution.outputs());
                output.resize(batch * channels, 0.0);
                weighted_sums(input, weights, channels, output);
                core::mem::swap(input, output);
            }
            for dense in &self.dense {
                output.resize(batch * dense.outputs(), 0.0);
                dense.run(input, output);
                core::mem::swap(input, output);
            }
            logits.copy_from_slice(input);
        });
    }
}

/// Builds the last dense layer, which always runs in 32-bit floats.
fn classifier(name: &str, inputs: usize, source: &mut TensorSource<'_>) -> Result<Dense, String> {
    let weights = source(&format!("{name}.weight"), &[inputs, CLASSES])?;
    let bias = source(&format!("{name}.bias"), &[CLASSES])?;
    Ok(Dense::new(&weights, bias, false, Precision::F32))
}

/// Reorders weights from `[outputs, inputs, 3, 3]` to `[outputs, 3, 3, inputs]`.
fn channels_last(weights: &[f32], inputs: usize) -> Vec<f32> {
    let mut ordered = Vec::with_capacity(weights.len());
    for kernel in weights.chunks_exact(9 * inputs) {
        for tap in 0..9 {
            ordered.extend((0..inputs).map(|input| kernel[input * 9 + tap]));
        }
    }
    ordered
}

/// A thread's activation buffers: a layer's input, its output, and the input saved for a residual sum.
#[derive(Default)]
struct ActivationBuffers {
    input: Vec<f32>,
    output: Vec<f32>,
    saved: Vec<f32>,
}

thread_local! {
    static ACTIVATIONS: std::cell::RefCell<ActivationBuffers> = std::cell::RefCell::default();
}
