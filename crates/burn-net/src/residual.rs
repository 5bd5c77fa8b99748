//! Residual networks of 3x3 convolutions.

use core::ops::Add as _;

use burn::module::{Module, Param};
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use super::Cost;
use super::network::divide_logits;
use super::segmentation::upsample;
use crate::conv::{conv, pack, unpack};
use thimble::labels::CLASSES;
use thimble::network::{GarmentStages, Head, Stages};

/// A convolution and everything after it up to its ReLU: for inference a [`FoldedConv`], in training one whose batch
/// normalization is not yet folded into its weights.
pub trait ConvUnit: Module {
    /// Computes `relu(convolution + residual)` in NHWC, `[batch, height, width, channels]`.
    fn forward(&self, input: Tensor<4>, residual: Option<Tensor<4>>) -> Tensor<4>;

    /// Doubles height and width of `[batch, height, width, channels]` by repeating each pixel.
    fn upsample(input: Tensor<4>) -> Tensor<4> {
        upsample(input)
    }
}

/// A residual network whose convolutions are `U`s.
#[derive(Module, Debug)]
pub struct ResidualNet<U: Module> {
    stages: Vec<Stage<U>>,
    classifier: Classifier,
}

/// A convolution and residual blocks.
#[derive(Module, Debug)]
pub(super) struct Stage<U: Module> {
    entry: U,
    blocks: Vec<Block<U>>,
}

#[derive(Module, Debug)]
struct Block<U: Module> {
    first: U,
    second: U,
}

impl<U: ConvUnit> Stage<U> {
    /// Builds a stage whose units `unit` makes from input channels, output channels and stride.
    pub(super) fn build(
        [inputs, width]: [usize; 2],
        stride: usize,
        blocks: usize,
        unit: &mut impl FnMut(usize, usize, usize) -> U,
    ) -> Self {
        Self {
            entry: unit(inputs, width, stride),
            blocks: (0..blocks)
                .map(|_| Block {
                    first: unit(width, width, 1),
                    second: unit(width, width, 1),
                })
                .collect(),
        }
    }

    /// Runs the stage in NHWC.
    pub(super) fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let mut x = self.entry.forward(input, None);
        for block in &self.blocks {
            let inner = block.first.forward(x.clone(), None);
            x = block.second.forward(inner, Some(x));
        }
        x
    }

    /// Converts every unit.
    pub(super) fn map<V: ConvUnit>(self, unit: &mut impl FnMut(U) -> V) -> Stage<V> {
        Stage {
            entry: unit(self.entry),
            blocks: (self.blocks.into_iter())
                .map(|block| Block {
                    first: unit(block.first),
                    second: unit(block.second),
                })
                .collect(),
        }
    }
}

impl Stage<FoldedConv> {
    /// Returns the number of output channels and of residual blocks.
    pub(super) fn shape(&self) -> (usize, usize) {
        let width = self.entry.bias.lazy_shape().num_elements();
        (width, self.blocks.len())
    }

    /// Returns the cost of an output of `pixels` pixels.
    pub(super) fn cost(&self, pixels: usize) -> Cost {
        let blocks = self.blocks.iter();
        std::iter::once(&self.entry)
            .chain(blocks.flat_map(|block| [&block.first, &block.second]))
            .map(|conv| conv.cost(pixels))
            .fold(Cost::default(), Cost::add)
    }
}

/// The head: logits from the output of the last stage.
#[derive(Module, Debug)]
struct Classifier {
    /// Weights of the sum over the pixels, `[pixels, channels]`, in a weighted head.
    weights: Option<Param<Tensor<2>>>,
    /// Dense layer on all pixels, or on their sum or mean.
    output: Linear,
    is_flat: bool,
}

impl<U: ConvUnit> ResidualNet<U> {
    /// Builds a network for 28x28 inputs, whose units `unit` makes from input channels, output channels and stride. The
    /// head has random weights.
    pub fn build(
        stages: &Stages,
        device: &Device,
        unit: impl FnMut(usize, usize, usize) -> U,
    ) -> Self {
        let side = Stages::SIDES[2];
        let shape = [1, side * side, CLASSES];
        Self::of_shape(
            shape,
            &stages.widths,
            &stages.blocks,
            stages.head,
            device,
            unit,
        )
    }

    /// Builds a network for garments in photos likewise.
    pub fn build_garment(
        stages: &GarmentStages,
        device: &Device,
        unit: impl FnMut(usize, usize, usize) -> U,
    ) -> Self {
        let side = GarmentStages::SIDES[3];
        let shape = [GarmentStages::CHANNELS, side * side, GarmentStages::OUTPUTS];
        let (widths, blocks) = (&stages.widths, &stages.blocks);
        Self::of_shape(shape, widths, blocks, Head::Weighted, device, unit)
    }

    /// Builds a network of these numbers of input channels, of pixels of the last feature map and of logits.
    fn of_shape(
        [channels, pixels, outputs]: [usize; 3],
        widths: &[usize],
        blocks: &[usize],
        head: Head,
        device: &Device,
        mut unit: impl FnMut(usize, usize, usize) -> U,
    ) -> Self {
        let mut inputs = channels;
        let mut built = Vec::new();
        for (index, (&width, &blocks)) in widths.iter().zip(blocks).enumerate() {
            let stride = if index == 0 { 1 } else { 2 };
            built.push(Stage::build([inputs, width], stride, blocks, &mut unit));
            inputs = width;
        }
        Self {
            stages: built,
            classifier: Classifier::new(head, [pixels, inputs, outputs], device),
        }
    }

    /// Computes logits of shape `[batch, 10]` for inputs of shape `[batch, 1, 28, 28]`, values 0 to 1.
    pub fn forward(&self, inputs: Tensor<4>) -> Tensor<2> {
        let [batch, channels, height, width] = inputs.dims();
        // With one channel, NCHW and NHWC are the same.
        self.forward_nhwc(inputs.reshape([batch, height, width, channels]))
    }

    /// Computes logits of shape `[batch, outputs]` for inputs of shape `[batch, height, width, channels]`, values 0 to 1.
    pub fn forward_nhwc(&self, inputs: Tensor<4>) -> Tensor<2> {
        let mut x = inputs;
        for stage in &self.stages {
            x = stage.forward(x);
        }
        self.classifier.forward(x)
    }

    /// Converts every unit.
    pub fn map<V: ConvUnit>(self, mut unit: impl FnMut(U) -> V) -> ResidualNet<V> {
        let stages = self.stages.into_iter().map(|stage| stage.map(&mut unit));
        ResidualNet {
            stages: stages.collect(),
            classifier: self.classifier,
        }
    }
}

impl ResidualNet<FoldedConv> {
    /// A network to load weights into.
    pub fn new(stages: &Stages, device: &Device) -> Self {
        Self::build(stages, device, |inputs, outputs, stride| {
            FoldedConv::new(inputs, outputs, stride, device)
        })
    }

    /// A network for garments in photos to load weights into.
    pub fn new_garment(stages: &GarmentStages, device: &Device) -> Self {
        Self::build_garment(stages, device, |inputs, outputs, stride| {
            FoldedConv::new(inputs, outputs, stride, device)
        })
    }

    pub(super) fn with_temperature(self, temperature: f64) -> Self {
        let classifier = Classifier {
            output: divide_logits(self.classifier.output, temperature),
            ..self.classifier
        };
        Self { classifier, ..self }
    }

    /// The network's architecture.
    pub(crate) fn stages(&self) -> Stages {
        let mut stages = Stages {
            widths: [0; 3],
            blocks: [0; 3],
            head: self.classifier.head(),
        };
        for (index, stage) in self.stages.iter().enumerate().take(3) {
            (stages.widths[index], stages.blocks[index]) = stage.shape();
        }
        stages
    }

    /// The architecture of a network for garments in photos.
    pub(crate) fn garment_stages(&self) -> GarmentStages {
        let mut stages = GarmentStages {
            widths: [0; 4],
            blocks: [0; 4],
        };
        for (index, stage) in self.stages.iter().enumerate().take(4) {
            (stages.widths[index], stages.blocks[index]) = stage.shape();
        }
        stages
    }

    /// Parameters and multiply-accumulates for one input; `sides` are those of the stages' feature maps.
    pub(crate) fn cost(&self, sides: &[usize]) -> Cost {
        let stages = self.stages.iter().zip(sides);
        stages
            .map(|(stage, side)| stage.cost(side * side))
            .fold(self.classifier.cost(), Cost::add)
    }
}

impl Classifier {
    fn new(head: Head, [pixels, channels, outputs]: [usize; 3], device: &Device) -> Self {
        let mean = Initializer::Constant {
            value: 1.0 / pixels as f64,
        };
        let is_flat = head == Head::Flat;
        let inputs = if is_flat { pixels * channels } else { channels };
        Self {
            weights: (head == Head::Weighted).then(|| mean.init([pixels, channels], device)),
            output: LinearConfig::new(inputs, outputs).init(device),
            is_flat,
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let [batch, height, width, channels] = x.dims();
        if self.is_flat {
            return self
                .output
                .forward(x.reshape([batch, height * width * channels]));
        }
        let x = x.reshape([batch, height * width, channels]);
        let pooled = match &self.weights {
            Some(weights) => (x * weights.val().unsqueeze::<3>()).sum_dim(1),
            None => x.mean_dim(1),
        };
        self.output.forward(pooled.reshape([batch, channels]))
    }

    fn head(&self) -> Head {
        match &self.weights {
            Some(_) => Head::Weighted,
            None if self.is_flat => Head::Flat,
            None => Head::Mean,
        }
    }

    fn cost(&self) -> Cost {
        let weights = self.weights.as_ref();
        let weights = weights.map_or(0, |weights| weights.lazy_shape().num_elements() as u64);
        Cost {
            parameters: weights,
            macs: weights,
        } + Cost::dense(&self.output)
    }
}

/// A 3x3 convolution with bias and ReLU, and one pixel of zero padding.
#[derive(Module, Debug)]
pub struct FoldedConv {
    /// Packed weights, `[outputs / 16, 9 * inputs, 16]`: see [`crate::pack`].
    weights: Param<Tensor<3>>,
    bias: Param<Tensor<1>>,
    stride: usize,
}

impl FoldedConv {
    pub(super) fn new(inputs: usize, outputs: usize, stride: usize, device: &Device) -> Self {
        let zeros = Initializer::Zeros;
        Self {
            weights: zeros.init([outputs / 16, 9 * inputs, 16], device),
            bias: zeros.init([outputs], device),
            stride,
        }
    }

    /// Packs weights `[outputs, 9 * inputs]`, with a bias `[outputs]`.
    pub fn of(weights: Tensor<2>, bias: Tensor<1>, stride: usize) -> Self {
        Self {
            weights: Param::from_tensor(pack(weights)),
            bias: Param::from_tensor(bias),
            stride,
        }
    }

    /// Returns weights `[outputs, 9 * inputs]`, bias and stride, the arguments of [`of`](Self::of).
    pub fn into_parts(self) -> (Tensor<2>, Tensor<1>, usize) {
        (unpack(self.weights.val()), self.bias.val(), self.stride)
    }

    pub(super) fn cost(&self, positions: usize) -> Cost {
        let weights = self.weights.lazy_shape().num_elements();
        let bias = self.bias.lazy_shape().num_elements();
        Cost {
            parameters: (weights + bias) as u64,
            macs: (weights * positions) as u64,
        }
    }
}

impl ConvUnit for FoldedConv {
    fn forward(&self, input: Tensor<4>, residual: Option<Tensor<4>>) -> Tensor<4> {
        let weights = unpack(self.weights.val());
        conv(input, weights, self.bias.val(), self.stride, residual)
    }
}
