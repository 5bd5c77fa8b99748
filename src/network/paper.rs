//! The study's network.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d, Relu};
use burn::tensor::{Device, Tensor};

use super::architecture::{PAPER_FILTERS, PAPER_HIDDEN, PAPER_POOLED_SIDE};
use super::module::divided;
use super::{Cost, SIDE};
use crate::labels::CLASSES;

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

    /// Logits of shape `[batch, 10]` for pictures of shape `[batch, 1, 28, 28]`, values 0 to 1.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let x = self.features(pictures);
        let x = self
            .activation
            .forward(self.hidden.forward(x.flatten::<2>(1, 3)));
        self.output.forward(x)
    }

    /// What the dense layers read, `[batch, 32, 7, 7]`.
    fn features(&self, pictures: Tensor<4>) -> Tensor<4> {
        #[cfg(feature = "train")]
        if crate::operation::has_kernels(&pictures.device()) {
            return self.features_by_kernels(pictures);
        }
        self.features_by_burn(pictures)
    }

    fn features_by_burn(&self, pictures: Tensor<4>) -> Tensor<4> {
        [&self.conv1, &self.conv2]
            .into_iter()
            .fold(pictures, |x, conv| {
                self.pool.forward(self.activation.forward(conv.forward(x)))
            })
    }

    /// The same by the project's kernels, channels-last in between.
    #[cfg(feature = "train")]
    fn features_by_kernels(&self, pictures: Tensor<4>) -> Tensor<4> {
        let [batch, channels, height, width] = pictures.dims();
        // One channel lies the same first or last.
        let mut x = pictures.reshape([batch, height, width, channels]);
        for conv in [&self.conv1, &self.conv2] {
            let (weights, bias) = channels_last(conv);
            x = crate::operation::conv_pool(x, weights, bias);
        }
        x.permute([0, 3, 1, 2])
    }

    pub(super) fn with_temperature(self, temperature: f64) -> Self {
        Self {
            output: divided(self.output, temperature),
            ..self
        }
    }

    /// Parameters and multiply-accumulates for one picture.
    pub fn cost(&self) -> Cost {
        Cost::convolution(&self.conv1, SIDE * SIDE)
            + Cost::convolution(&self.conv2, SIDE * SIDE / 4)
            + Cost::dense(&self.hidden)
            + Cost::dense(&self.output)
    }
}

/// A convolution's weights as `[outputs, 9 * inputs]`, channels-last, and its bias.
#[cfg(feature = "train")]
fn channels_last(conv: &Conv2d) -> (Tensor<2>, Tensor<1>) {
    let weights = conv.weight.val();
    let [outputs, inputs, ..] = weights.dims();
    let bias = match &conv.bias {
        Some(bias) => bias.val(),
        None => Tensor::zeros([outputs], &weights.device()),
    };
    let weights = weights.permute([0, 2, 3, 1]).reshape([outputs, 9 * inputs]);
    (weights, bias)
}

#[cfg(all(test, feature = "train"))]
#[allow(clippy::unwrap_used)] // A test that cannot go on has failed.
mod tests {
    use super::*;
    use crate::drawn::{Redrawn, values};

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
    fn the_kernels_do_what_burn_s_layers_do() {
        let device = Device::flex().autodiff();
        let network = PaperNet::new(&device).map(&mut Redrawn::new(1, 0.2));
        let pictures = values([2, 1, SIDE, SIDE], 2, &device);
        let weight = values([2, 32, PAPER_POOLED_SIDE, PAPER_POOLED_SIDE], 3, &device);
        let results = |features: Tensor<4>| {
            let gradients = (features.clone() * weight.clone()).sum().backward();
            let mut results = vec![features.into_data()];
            for conv in [&network.conv1, &network.conv2] {
                results.push(conv.weight.grad(&gradients).unwrap().into_data());
                let bias = conv.bias.as_ref().unwrap();
                results.push(bias.grad(&gradients).unwrap().into_data());
            }
            results
        };
        let found = results(network.features_by_kernels(pictures.clone()));
        let expected = results(network.features_by_burn(pictures.clone()));
        for (found, expected) in found.iter().zip(&expected) {
            let tolerance = burn::tensor::Tolerance::<f32>::rel_abs(1e-4, 1e-4);
            found.assert_approx_eq(expected, tolerance);
        }
        // Without autodiff the result is the same, if by another kernel.
        let plain = network
            .valid()
            .features_by_kernels(pictures.without_autodiff());
        let tolerance = burn::tensor::Tolerance::<f32>::rel_abs(1e-4, 1e-4);
        plain.into_data().assert_approx_eq(&found[0], tolerance);
    }

    #[test]
    fn gives_ten_logits_a_picture() {
        let device = Device::flex();
        let logits = PaperNet::new(&device).forward(Tensor::zeros([3, 1, SIDE, SIDE], &device));
        assert_eq!(logits.dims(), [3, CLASSES]);
    }
}
