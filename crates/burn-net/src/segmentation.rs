//! A network for semantic segmentation.

use core::ops::Add as _;

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use super::network::divide_logits;
use super::residual::Stage;
use super::{ConvUnit, Cost, FoldedConv};
use thimble::network::Levels;
use thimble::parts::PARTS;

/// An encoder and a decoder whose convolutions are `U`s: see [`Levels`].
#[derive(Module, Debug)]
pub struct SegmentationNet<U: Module> {
    /// The encoder, from half the input's side to a sixteenth.
    stages: Vec<Stage<U>>,
    /// The decoder's convolutions, from an eighth of the side to a half.
    decoder_stages: Vec<U>,
    /// From the channels of a pixel to its logits.
    output: Linear,
    side: usize,
}

impl<U: ConvUnit> SegmentationNet<U> {
    /// Builds a network whose units `unit` makes from input channels, output channels and stride. The output layer
    /// has random weights.
    pub fn build(
        levels: &Levels,
        device: &Device,
        mut unit: impl FnMut(usize, usize, usize) -> U,
    ) -> Self {
        let mut inputs = Levels::CHANNELS;
        let mut stages = Vec::new();
        for (&width, &blocks) in levels.widths.iter().zip(&levels.blocks) {
            stages.push(Stage::build([inputs, width], 2, blocks, &mut unit));
            inputs = width;
        }
        let pairs = levels.widths.windows(2).rev();
        Self {
            stages,
            decoder_stages: pairs.map(|pair| unit(pair[1], pair[0], 1)).collect(),
            output: LinearConfig::new(levels.widths[0], PARTS).init(device),
            side: levels.side,
        }
    }

    /// Computes the logits of each pixel, `[batch * side / 2 * side / 2, 10]`, for inputs
    /// `[batch, side, side, 3]`: red, green and blue, 0 to 1.
    pub fn forward(&self, inputs: Tensor<4>) -> Tensor<2> {
        let mut x = inputs;
        let mut skipped = Vec::new();
        for stage in &self.stages {
            x = stage.forward(x);
            skipped.push(x.clone());
        }
        skipped.pop();
        for unit in &self.decoder_stages {
            x = unit.forward(U::upsample(x), skipped.pop());
        }
        let [batch, height, width, channels] = x.dims();
        self.output
            .forward(x.reshape([batch * height * width, channels]))
    }

    /// Converts every unit.
    pub fn map<V: ConvUnit>(self, mut unit: impl FnMut(U) -> V) -> SegmentationNet<V> {
        let stages = self.stages.into_iter();
        let stages = stages.map(|stage| stage.map(&mut unit)).collect();
        SegmentationNet {
            stages,
            decoder_stages: self.decoder_stages.into_iter().map(unit).collect(),
            output: self.output,
            side: self.side,
        }
    }
}

impl SegmentationNet<FoldedConv> {
    /// A network to load weights into.
    pub fn new(levels: &Levels, device: &Device) -> Self {
        Self::build(levels, device, |inputs, outputs, stride| {
            FoldedConv::new(inputs, outputs, stride, device)
        })
    }

    pub(super) fn with_temperature(self, temperature: f64) -> Self {
        Self {
            output: divide_logits(self.output, temperature),
            ..self
        }
    }

    /// The network's architecture.
    pub(crate) fn levels(&self) -> Levels {
        let mut levels = Levels {
            side: self.side,
            widths: [0; 4],
            blocks: [0; 4],
        };
        for (index, stage) in self.stages.iter().enumerate().take(4) {
            (levels.widths[index], levels.blocks[index]) = stage.shape();
        }
        levels
    }

    /// Parameters and multiply-accumulates for one input.
    pub fn cost(&self) -> Cost {
        let pixels = |level| self.levels().level_side(level).pow(2);
        let output = Cost::dense(&self.output);
        let output = Cost {
            macs: output.macs * pixels(0) as u64,
            ..output
        };
        let stages = self.stages.iter().enumerate();
        let stages = stages.map(|(level, stage)| stage.cost(pixels(level)));
        let decoder = self.decoder_stages.iter().rev().enumerate();
        let decoder = decoder.map(|(level, unit)| unit.cost(pixels(level)));
        stages.chain(decoder).fold(output, Cost::add)
    }
}

/// Doubles height and width of `[batch, height, width, channels]` by repeating each pixel.
pub fn upsample(x: Tensor<4>) -> Tensor<4> {
    let [batch, height, width, channels] = x.dims();
    x.reshape([batch * height, 1, width, 1, channels])
        .repeat(&[1, 2, 1, 2, 1])
        .reshape([batch, 2 * height, 2 * width, channels])
}
