//! Execution plans: a network as a sequence of kernels.

use thimble_kernels::{Conv3x3, Convolution, Dense, GROUP, Precision, pack, weighted_sums};

use super::architecture::{PAPER_FILTERS, PAPER_HIDDEN, PAPER_POOLED_SIDE};
use super::model::Activations;
use super::{Architecture, GarmentStages, Head, INPUT_SIDE, Levels, Stages};
use crate::labels::CLASSES;
use crate::parts::PARTS;

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

#[derive(Debug)]
enum Step {
    /// A convolution and its role in a shortcut.
    Convolution(Convolution, Shortcut),
    /// Doubles height and width by repeating each pixel.
    Upsample {
        /// Height and width before, in pixels.
        size: [usize; 2],
        /// Channels.
        channels: usize,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shortcut {
    /// Neither starts nor ends a shortcut.
    None,
    /// Save the convolution's input for [`Shortcut::Add`]. Shortcuts may be nested.
    Save,
    /// Add the activations that were saved last before the ReLU.
    Add,
}

/// The shape of a residual network.
struct ResidualShape<'a> {
    /// Input channels.
    channels: usize,
    /// Logits.
    outputs: usize,
    /// Side of each stage's feature maps, in pixels.
    sides: &'a [usize],
    /// Channels of each stage.
    widths: &'a [usize],
    /// Residual blocks of each stage.
    blocks: &'a [usize],
    head: Head,
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
            Architecture::Residual(stages) => {
                let shape = ResidualShape {
                    channels: 1,
                    outputs: CLASSES,
                    sides: &Stages::SIDES,
                    widths: &stages.widths,
                    blocks: &stages.blocks,
                    head: stages.head,
                };
                Self::residual("Residual", shape, precision, source)
            }
            Architecture::Garment(stages) => {
                let shape = ResidualShape {
                    channels: GarmentStages::CHANNELS,
                    outputs: GarmentStages::OUTPUTS,
                    sides: &GarmentStages::SIDES,
                    widths: &stages.widths,
                    blocks: &stages.blocks,
                    head: Head::Weighted,
                };
                Self::residual("Garment", shape, precision, source)
            }
            Architecture::Segmentation(levels) => Self::segmentation(levels, precision, source),
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
            let convolution = Convolution::new(conv, packed, bias, true, precision);
            steps.push(Step::Convolution(convolution, Shortcut::None));
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
            dense: vec![first, dense("Paper.output", [hidden, CLASSES], source)?],
        })
    }

    /// Plans a residual network whose burn module is called `network`.
    fn residual(
        network: &str,
        shape: ResidualShape<'_>,
        precision: Precision,
        source: &mut TensorSource<'_>,
    ) -> Result<Self, String> {
        let ResidualShape {
            mut channels,
            outputs,
            sides,
            widths,
            blocks,
            head,
        } = shape;
        let mut steps = Vec::new();
        for (stage, ((&width, &blocks), &side)) in widths.iter().zip(blocks).zip(sides).enumerate()
        {
            let mut unit = |name: String, stride, inputs, shortcut| {
                let conv = Conv3x3 {
                    size: [side * stride; 2],
                    inputs,
                    outputs: width,
                    stride,
                };
                let name = format!("{network}.stages.{stage}.{name}");
                let convolution = folded_conv(&name, conv, precision, source)?;
                steps.push(Step::Convolution(convolution, shortcut));
                Ok::<_, String>(())
            };
            let stride = if stage == 0 { 1 } else { 2 };
            unit("entry".to_owned(), stride, channels, Shortcut::None)?;
            for block in 0..blocks {
                unit(format!("blocks.{block}.first"), 1, width, Shortcut::Save)?;
                unit(format!("blocks.{block}.second"), 1, width, Shortcut::Add)?;
            }
            channels = width;
        }
        let pixels = sides.last().map_or(1, |side| side * side);
        let (pooling, features) = match head {
            Head::Mean => (Some(vec![1.0 / pixels as f32; pixels * channels]), channels),
            Head::Weighted => {
                let name = format!("{network}.classifier.weights");
                (Some(source(&name, &[pixels, channels])?), channels)
            }
            Head::Flat => (None, pixels * channels),
        };
        let output = dense(
            &format!("{network}.classifier.output"),
            [features, outputs],
            source,
        )?;
        Ok(Self {
            steps,
            pooling,
            dense: vec![output],
        })
    }

    fn segmentation(
        levels: &Levels,
        precision: Precision,
        source: &mut TensorSource<'_>,
    ) -> Result<Self, String> {
        const TOP: usize = 3;
        let mut steps = Vec::new();
        let mut unit = |name: String, conv: Conv3x3, shortcut| {
            let name = format!("Segmentation.{name}");
            let convolution = folded_conv(&name, conv, precision, source)?;
            steps.push(Step::Convolution(convolution, shortcut));
            Ok::<_, String>(())
        };
        let conv = |level: usize, inputs, stride| Conv3x3 {
            size: [levels.level_side(level) * stride; 2],
            inputs,
            outputs: levels.widths[level],
            stride,
        };
        let mut inputs = Levels::CHANNELS;
        for level in 0..=TOP {
            // A level's input is the output of the one before, which the decoder adds.
            let shortcut = if level == 0 {
                Shortcut::None
            } else {
                Shortcut::Save
            };
            unit(
                format!("stages.{level}.entry"),
                conv(level, inputs, 2),
                shortcut,
            )?;
            inputs = levels.widths[level];
            for block in 0..levels.blocks[level] {
                let name = format!("stages.{level}.blocks.{block}");
                unit(
                    format!("{name}.first"),
                    conv(level, inputs, 1),
                    Shortcut::Save,
                )?;
                unit(
                    format!("{name}.second"),
                    conv(level, inputs, 1),
                    Shortcut::Add,
                )?;
            }
        }
        let mut decoder = Vec::new();
        for level in (0..TOP).rev() {
            let inputs = levels.widths[level + 1];
            decoder.push(Step::Upsample {
                size: [levels.level_side(level + 1); 2],
                channels: inputs,
            });
            let name = format!("Segmentation.decoder_stages.{}", TOP - 1 - level);
            let convolution = folded_conv(&name, conv(level, inputs, 1), precision, source)?;
            decoder.push(Step::Convolution(convolution, Shortcut::Add));
        }
        steps.extend(decoder);
        let output = dense("Segmentation.output", [levels.widths[0], PARTS], source)?;
        Ok(Self {
            steps,
            pooling: None,
            dense: vec![output],
        })
    }

    /// Runs the network on inputs in NHWC, 0 to 1, and writes the logits of each. Each layer swaps the input and
    /// output buffers, which the thread keeps between calls.
    pub(super) fn run(&self, batch: usize, inputs: &[f32], logits: &mut [f32]) {
        ACTIVATIONS.with_borrow_mut(|buffers| {
            let ActivationBuffers {
                input,
                output,
                saved,
                free,
            } = buffers;
            let mut is_first = true;
            for step in &self.steps {
                let source = if is_first { inputs } else { input.as_slice() };
                match step {
                    Step::Convolution(convolution, shortcut) => {
                        output.resize(batch * convolution.output_values(), 0.0);
                        let added = match shortcut {
                            Shortcut::Add => saved.pop(),
                            Shortcut::None | Shortcut::Save => None,
                        };
                        convolution.run(source, added.as_deref(), output);
                        free.extend(added);
                        if *shortcut == Shortcut::Save {
                            let empty = free.pop().unwrap_or_default();
                            saved.push(core::mem::replace(input, empty));
                        }
                    }
                    Step::Upsample { size, channels } => {
                        output.resize(4 * source.len(), 0.0);
                        upsample(source, *size, *channels, output);
                    }
                }
                core::mem::swap(input, output);
                is_first = false;
            }
            if let (Some(weights), Some(Step::Convolution(last, _))) =
                (&self.pooling, self.steps.last())
            {
                let channels = last.outputs();
                output.resize(batch * channels, 0.0);
                weighted_sums(input, weights, channels, output);
                core::mem::swap(input, output);
            }
            for dense in &self.dense {
                output.resize(input.len() / dense.inputs() * dense.outputs(), 0.0);
                dense.run(input, output);
                core::mem::swap(input, output);
            }
            logits.copy_from_slice(input);
        });
    }

    /// Runs one input through the first convolutions, at most `count` and none after the first shortcut begins, and returns
    /// what each puts out.
    pub(super) fn first_activations(&self, input: &[f32], count: usize) -> Vec<Activations> {
        let leading = self.steps.iter().map_while(|step| match step {
            Step::Convolution(convolution, Shortcut::None) => Some(convolution),
            _ => None,
        });
        let mut found: Vec<Activations> = Vec::new();
        for convolution in leading.take(count) {
            let mut values = vec![0.0; convolution.output_values()];
            let source = found.last().map_or(input, |last| &last.values);
            convolution.run(source, None, &mut values);
            found.push(Activations {
                channels: convolution.outputs(),
                values,
            });
        }
        found
    }
}

/// Doubles height and width of images `[batch, height, width, channels]` by repeating each pixel.
fn upsample(input: &[f32], [_, width]: [usize; 2], channels: usize, output: &mut [f32]) {
    let row = width * channels;
    for (from, to) in input
        .chunks_exact(row)
        .zip(output.chunks_exact_mut(4 * row))
    {
        let (upper, lower) = to.split_at_mut(2 * row);
        let pixels = from.chunks_exact(channels);
        for (pixel, pair) in pixels.zip(upper.chunks_exact_mut(2 * channels)) {
            let (first, second) = pair.split_at_mut(channels);
            first.copy_from_slice(pixel);
            second.copy_from_slice(pixel);
        }
        lower.copy_from_slice(upper);
    }
}

/// Builds a convolution with bias and ReLU from the tensors of a folded convolution called `name`.
fn folded_conv(
    name: &str,
    conv: Conv3x3,
    precision: Precision,
    source: &mut TensorSource<'_>,
) -> Result<Convolution, String> {
    let shape = [conv.outputs / GROUP, 9 * conv.inputs, GROUP];
    let packed = source(&format!("{name}.weights"), &shape)?;
    let bias = source(&format!("{name}.bias"), &[conv.outputs])?;
    Ok(Convolution::new(conv, packed, bias, false, precision))
}

/// Builds the last dense layer, which always runs in 32-bit floats, with these numbers of inputs and outputs.
fn dense(
    name: &str,
    [inputs, outputs]: [usize; 2],
    source: &mut TensorSource<'_>,
) -> Result<Dense, String> {
    let weights = source(&format!("{name}.weight"), &[inputs, outputs])?;
    let bias = source(&format!("{name}.bias"), &[outputs])?;
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

/// A thread's activation buffers.
#[derive(Default)]
struct ActivationBuffers {
    /// A layer's input.
    input: Vec<f32>,
    /// Its output.
    output: Vec<f32>,
    /// Activations saved for the ends of shortcuts, the innermost last.
    saved: Vec<Vec<f32>>,
    /// Buffers to use again.
    free: Vec<Vec<f32>>,
}

thread_local! {
    static ACTIVATIONS: std::cell::RefCell<ActivationBuffers> = std::cell::RefCell::default();
}
