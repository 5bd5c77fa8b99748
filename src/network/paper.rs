//! The study's network.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d, Relu};
use burn::tensor::{Device, Tensor};

use super::{Cost, SIDE};
use crate::labels::CLASSES;

const FILTERS_1: usize = 16;
const FILTERS_2: usize = 32;
const HIDDEN: usize = 128;
/// The side after two 2x2 poolings.
const POOLED_SIDE: usize = SIDE / 4;

/// Two 3x3 convolutions (16 and 32 filters, same padding), ReLU and 2x2 max pooling after each,
/// then dense 128 with ReLU and dense 10: 206,922 parameters. The study gives the filters and
/// the nine layers; kernel size, padding and the hidden layer's width are our reading.
#[derive(Module, Debug)]
pub struct PaperNet {
    conv1: Conv2d,
    conv2: Conv2d,
    pool: MaxPool2d,
    activation: Relu,
    hidden: Linear,
    output: Linear,
}

impl PaperNet {
    /// A network with fresh weights: uniform in ±1/√fan-in, biases too, as PyTorch does it.
    pub fn new(device: &Device) -> Self {
        let convolution = |from, to| {
            Conv2dConfig::new([from, to], [3, 3])
                .with_padding(PaddingConfig2d::Same)
                .init(device)
        };
        Self {
            conv1: convolution(1, FILTERS_1),
            conv2: convolution(FILTERS_1, FILTERS_2),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            activation: Relu::new(),
            hidden: LinearConfig::new(FILTERS_2 * POOLED_SIDE * POOLED_SIDE, HIDDEN).init(device),
            output: LinearConfig::new(HIDDEN, CLASSES).init(device),
        }
    }

    /// Logits of shape `[batch, 10]` for pictures of shape `[batch, 1, 28, 28]`, values 0 to 1.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let x = self
            .pool
            .forward(self.activation.forward(self.conv1.forward(pictures)));
        let x = self
            .pool
            .forward(self.activation.forward(self.conv2.forward(x)));
        let x = self
            .activation
            .forward(self.hidden.forward(x.flatten::<2>(1, 3)));
        self.output.forward(x)
    }

    /// Parameters and multiply-accumulates for one picture.
    pub fn cost(&self) -> Cost {
        Cost::convolution(&self.conv1, SIDE * SIDE)
            + Cost::convolution(&self.conv2, SIDE * SIDE / 4)
            + Cost::dense(&self.hidden)
            + Cost::dense(&self.output)
    }
}

#[cfg(all(test, feature = "train"))]
mod tests {
    use super::*;

    #[test]
    fn has_the_parameters_of_the_study() {
        let cost = PaperNet::new(&Device::flex()).cost();
        assert_eq!(cost.parameters, 206_922);
        assert_eq!(
            cost.macs,
            28 * 28 * 9 * 16 + 14 * 14 * 9 * 16 * 32 + 1568 * 128 + 1280
        );
    }

    #[test]
    fn gives_ten_logits_a_picture() {
        let device = Device::flex();
        let logits = PaperNet::new(&device).forward(Tensor::zeros([3, 1, SIDE, SIDE], &device));
        assert_eq!(logits.dims(), [3, CLASSES]);
    }
}
