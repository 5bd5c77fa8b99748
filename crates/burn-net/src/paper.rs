//! The study's network.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d, Relu};
use burn::tensor::{Device, Tensor};

use super::Cost;
use super::network::divide_logits;
use thimble::labels::CLASSES;
use thimble::network::{INPUT_SIDE, PAPER_FILTERS, PAPER_HIDDEN, PAPER_POOLED_SIDE};

/// Two 3x3 convolutions (16 and 32 filters, same padding), ReLU and 2x2 max pooling after each,
/// then dense 128 with ReLU and dense 10: 206,922 parameters. The study states the filters and
/// the nine layers; kernel size, padding and the hidden layer's width are our interpretation.
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
    /// A network with random weights and biases, uniform in ±1/√fan-in, as in PyTorch.
    pub fn new(device: &Device) -> Self {
        let [first, second] = PAPER_FILTERS;
        let convolution = |from, to| {
            Conv2dConfig::new([from, to], [3, 3])
                .with_padding(PaddingConfig2d::Same)
                .init(device)
        };
        let features = second * PAPER_POOLED_SIDE * PAPER_POOLED_SIDE;
        Self {
            conv1: convolution(1, first),
            conv2: convolution(first, second),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            activation: Relu::new(),
            hidden: LinearConfig::new(features, PAPER_HIDDEN).init(device),
            output: LinearConfig::new(PAPER_HIDDEN, CLASSES).init(device),
        }
    }

    /// Computes logits of shape `[batch, 10]` for inputs of shape `[batch, 1, 28, 28]`, values 0 to 1.
    pub fn forward(&self, inputs: Tensor<4>) -> Tensor<2> {
        self.classify(self.features(inputs))
    }

    /// Computes the activations that the dense layers read, `[batch, 32, 7, 7]`, for inputs of shape `[batch, 1, 28, 28]`.
    pub fn features(&self, inputs: Tensor<4>) -> Tensor<4> {
        self.convolutions().into_iter().fold(inputs, |x, conv| {
            self.pool.forward(self.activation.forward(conv.forward(x)))
        })
    }

    /// Computes logits of shape `[batch, 10]` for features of shape `[batch, 32, 7, 7]`.
    pub fn classify(&self, features: Tensor<4>) -> Tensor<2> {
        let hidden = self.hidden.forward(features.flatten::<2>(1, 3));
        self.output.forward(self.activation.forward(hidden))
    }

    /// The two convolutions, in order.
    pub fn convolutions(&self) -> [&Conv2d; 2] {
        [&self.conv1, &self.conv2]
    }

    pub(super) fn with_temperature(self, temperature: f64) -> Self {
        Self {
            output: divide_logits(self.output, temperature),
            ..self
        }
    }

    /// Parameters and multiply-accumulates for one input.
    pub fn cost(&self) -> Cost {
        Cost::convolution(&self.conv1, INPUT_SIDE * INPUT_SIDE)
            + Cost::convolution(&self.conv2, INPUT_SIDE * INPUT_SIDE / 4)
            + Cost::dense(&self.hidden)
            + Cost::dense(&self.output)
    }
}

#[cfg(test)]
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
    fn computes_ten_logits_per_input() {
        let device = Device::flex();
        let inputs = Tensor::zeros([3, 1, INPUT_SIDE, INPUT_SIDE], &device);
        assert_eq!(PaperNet::new(&device).forward(inputs).dims(), [3, CLASSES]);
    }
}
