//! A network as a row of the project's kernels.

use super::architecture::{PAPER_FILTERS, PAPER_HIDDEN, PAPER_POOLED_SIDE};
use super::{Architecture, Head, PIXELS, SIDE, Stages};
use crate::kernel::{Conv3x3, Convolution, Dense, Precision, pack, weighted_sums};
use crate::labels::CLASSES;

/// The kernels of a network in their order, with weights in the form that they read.
#[derive(Debug)]
pub(super) struct Plan {
    /// Over channels-last activations.
    steps: Vec<Step>,
    /// Of a weighted sum over the pixels that are left, `[pixels, channels]`.
    sums: Option<Vec<f32>>,
    /// After the convolutions or the sums.
    dense: Vec<Dense>,
}

/// A convolution, and what becomes of its input.
#[derive(Debug)]
struct Step {
    convolution: Convolution,
    residual: Residual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Residual {
    /// There is none.
    Without,
    /// The input is kept for [`Residual::Added`].
    Kept,
    /// What was kept is added before the ReLU.
    Added,
}

/// Gives the values of the tensor of this name in burn's module, which is to have this shape.
pub(super) type Source<'a> = dyn FnMut(&str, &[usize]) -> Result<Vec<f32>, String> + 'a;

impl Plan {
    /// The plan of a network of this architecture with the weights that `source` gives, computed
    /// with such numbers.
    ///
    /// # Errors
    /// What `source` says.
    pub(super) fn new(
        architecture: &Architecture,
        arithmetic: Precision,
        source: &mut Source<'_>,
    ) -> Result<Self, String> {
        match architecture {
            Architecture::Paper => Self::paper(arithmetic, source),
            Architecture::Residual(stages) => Self::residual(stages, arithmetic, source),
        }
    }

    fn paper(arithmetic: Precision, source: &mut Source<'_>) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut inputs = 1;
        for (index, outputs) in PAPER_FILTERS.into_iter().enumerate() {
            let name = format!("Paper.conv{}", index + 1);
            let weights = source(&format!("{name}.weight"), &[outputs, inputs, 3, 3])?;
            let conv = Conv3x3 {
                size: [SIDE >> index; 2],
                inputs,
                outputs,
                stride: 1,
            };
            let packed = pack(&channels_last(&weights, inputs), outputs);
            let bias = source(&format!("{name}.bias"), &[outputs])?;
            steps.push(Step {
                convolution: Convolution::new(conv, packed, bias, true, arithmetic),
                residual: Residual::Without,
            });
            inputs = outputs;
        }
        const LEFT: usize = PAPER_POOLED_SIDE * PAPER_POOLED_SIDE;
        let hidden = PAPER_HIDDEN;
        let weights = source("Paper.hidden.weight", &[inputs * LEFT, hidden])?;
        // The layer counts channels before pixels, and here they come after.
        let mut ordered = Vec::with_capacity(weights.len());
        for pixel in 0..LEFT {
            for channel in 0..inputs {
                let input = channel * LEFT + pixel;
                ordered.extend_from_slice(&weights[input * hidden..(input + 1) * hidden]);
            }
        }
        let bias = source("Paper.hidden.bias", &[hidden])?;
        let first = Dense::new(&ordered, bias, true, arithmetic);
        Ok(Self {
            steps,
            sums: None,
            dense: vec![first, classifier("Paper.output", hidden, source)?],
        })
    }

    fn residual(
        stages: &Stages,
        arithmetic: Precision,
        source: &mut Source<'_>,
    ) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut inputs = 1;
        let shape = stages.widths.iter().zip(&stages.blocks).zip(Stages::SIDES);
        for (stage, ((&width, &blocks), side)) in shape.enumerate() {
            let mut unit = |name: String, stride, inputs, residual| {
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
                    convolution: Convolution::new(conv, packed, bias, false, arithmetic),
                    residual,
                });
                Ok::<_, String>(())
            };
            let stride = if stage == 0 { 1 } else { 2 };
            unit("entry".to_owned(), stride, inputs, Residual::Without)?;
            for block in 0..blocks {
                unit(format!("blocks.{block}.first"), 1, width, Residual::Kept)?;
                unit(format!("blocks.{block}.second"), 1, width, Residual::Added)?;
            }
            inputs = width;
        }
        const LEFT: usize = Stages::SIDES[2] * Stages::SIDES[2];
        let (sums, steps_of_classifier) = match stages.head {
            Head::Mean => (Some(vec![1.0 / LEFT as f32; LEFT * inputs]), inputs),
            Head::Weighted => {
                let weights = source("Residual.classifier.weights", &[LEFT, inputs])?;
                (Some(weights), inputs)
            }
            Head::Flat => (None, LEFT * inputs),
        };
        let output = classifier("Residual.classifier.output", steps_of_classifier, source)?;
        Ok(Self {
            steps,
            sums,
            dense: vec![output],
        })
    }

    /// Writes logits, `[batch, 10]`, of pictures of 784 values each, 0 to 1. Activations go back
    /// and forth in memory that this thread keeps from call to call.
    pub(super) fn run(&self, pictures: &[f32], logits: &mut [f32]) {
        let batch = pictures.len() / PIXELS;
        ROOMS.with_borrow_mut(|rooms| {
            let Rooms {
                input,
                output,
                kept,
            } = rooms;
            let mut is_first = true;
            for Step {
                convolution,
                residual,
            } in &self.steps
            {
                output.resize(batch * convolution.output_values(), 0.0);
                let from = if is_first { pictures } else { input.as_slice() };
                let added = (*residual == Residual::Added).then_some(kept.as_slice());
                convolution.run(from, added, output);
                if *residual == Residual::Kept {
                    core::mem::swap(input, kept);
                }
                core::mem::swap(input, output);
                is_first = false;
            }
            if let Some(weights) = &self.sums {
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

/// The last dense layer.
fn classifier(name: &str, inputs: usize, source: &mut Source<'_>) -> Result<Dense, String> {
    let weights = source(&format!("{name}.weight"), &[inputs, CLASSES])?;
    let bias = source(&format!("{name}.bias"), &[CLASSES])?;
    Ok(Dense::new(&weights, bias, false, Precision::F32))
}

/// Weights `[outputs, inputs, 3, 3]` as `[outputs, 3, 3, inputs]`.
fn channels_last(weights: &[f32], inputs: usize) -> Vec<f32> {
    let mut ordered = Vec::with_capacity(weights.len());
    for of_output in weights.chunks_exact(9 * inputs) {
        for tap in 0..9 {
            ordered.extend((0..inputs).map(|input| of_output[input * 9 + tap]));
        }
    }
    ordered
}

/// A thread's activations: what a step reads, what it writes, and what waits for its sum.
#[derive(Default)]
struct Rooms {
    input: Vec<f32>,
    output: Vec<f32>,
    kept: Vec<f32>,
}

thread_local! {
    static ROOMS: std::cell::RefCell<Rooms> = std::cell::RefCell::default();
}
