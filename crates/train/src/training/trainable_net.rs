//! The networks in training.

use burn::module::{Module, Param, RunningState};
use burn::nn::Initializer;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use crate::ops::{Normalized, conv_norm, paper_logits, upsample};
use thimble::network::Architecture;
use thimble_burn::conv2d;
use thimble_burn::{BurnNetwork, ConvUnit, FoldedConv, PaperNet, ResidualNet, SegmentationNet};

/// Added to a batch's variance.
const EPSILON: f32 = 1e-5;
/// The weight of a batch's mean and variance in their running statistics.
const MOMENTUM: f64 = 0.1;

/// A network in training: batch normalization is not yet folded into the convolutions.
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "few are alive at a time, and modules cannot be boxed"
)]
pub enum TrainableNet {
    /// The study's network.
    Paper(PaperNet),
    /// A residual network.
    Residual(ResidualNet<NormalizedConv>),
    /// A network for semantic segmentation.
    Segmentation(SegmentationNet<NormalizedConv>),
    /// A residual network for garments in photos.
    Garment(ResidualNet<NormalizedConv>),
}

impl TrainableNet {
    /// A network with random weights, drawn from the generator of `device`.
    pub fn new(architecture: &Architecture, device: &Device) -> Self {
        let unit = |inputs, outputs, stride| NormalizedConv::new(inputs, outputs, stride, device);
        match architecture {
            Architecture::Paper => Self::Paper(PaperNet::new(device)),
            Architecture::Residual(stages) => {
                Self::Residual(ResidualNet::build(stages, device, unit))
            }
            Architecture::Segmentation(levels) => {
                Self::Segmentation(SegmentationNet::build(levels, device, unit))
            }
            Architecture::Garment(stages) => {
                Self::Garment(ResidualNet::build_garment(stages, device, unit))
            }
        }
    }

    /// Computes the logits of inputs, in the shapes of [`BurnNetwork::forward`]. On a device with autodiff,
    /// batches are normalized by their own mean and variance, otherwise by the running statistics.
    pub fn forward(&self, inputs: Tensor<4>) -> Tensor<2> {
        match self {
            Self::Paper(network) => paper_logits(network, inputs),
            Self::Residual(network) => network.forward(inputs),
            Self::Segmentation(network) => network.forward(inputs),
            Self::Garment(network) => network.forward_nhwc(inputs),
        }
    }

    /// The network for inference: without autodiff, its normalization folded into the convolutions.
    pub fn inference(&self) -> BurnNetwork {
        match self.valid() {
            Self::Paper(network) => BurnNetwork::Paper(network),
            Self::Residual(network) => BurnNetwork::Residual(network.map(|unit| unit.fold())),
            Self::Segmentation(network) => {
                BurnNetwork::Segmentation(network.map(|unit| unit.fold()))
            }
            Self::Garment(network) => BurnNetwork::Garment(network.map(|unit| unit.fold())),
        }
    }
}

/// A 3x3 convolution, batch normalization and ReLU.
#[derive(Module, Debug)]
pub struct NormalizedConv {
    /// `[outputs, 9 * inputs]`: see [`crate::ops`].
    weights: Param<Tensor<2>>,
    gamma: Param<Tensor<1>>,
    beta: Param<Tensor<1>>,
    mean: RunningState<Tensor<1>>,
    variance: RunningState<Tensor<1>>,
    stride: usize,
}

impl NormalizedConv {
    /// A unit with random weights, normal with variance 2 / fan-in (He et al., 2015).
    fn new(inputs: usize, outputs: usize, stride: usize, device: &Device) -> Self {
        let normal = Initializer::Normal {
            mean: 0.0,
            std: (2.0 / (9 * inputs) as f64).sqrt(),
        };
        Self {
            weights: normal.init([outputs, 9 * inputs], device),
            gamma: Initializer::Ones.init([outputs], device),
            beta: Initializer::Zeros.init([outputs], device),
            mean: RunningState::new(Tensor::zeros([outputs], device)),
            variance: RunningState::new(Tensor::ones([outputs], device)),
            stride,
        }
    }

    /// Computes the unit's output by its running statistics, with burn's operations: the reference for folding.
    fn forward_by_statistics(&self, input: Tensor<4>, residual: Option<Tensor<4>>) -> Tensor<4> {
        let [outputs, _] = self.weights.dims();
        let convolved = conv2d(input, self.weights.val(), None, self.stride);
        let channels = |values: Tensor<1>| values.reshape([1, 1, 1, outputs]);
        let deviation = (self.variance.value_sync() + EPSILON).sqrt();
        let output = (convolved.permute([0, 2, 3, 1]) - channels(self.mean.value_sync()))
            / channels(deviation)
            * channels(self.gamma.val())
            + channels(self.beta.val());
        relu(match residual {
            Some(residual) => output + residual,
            None => output,
        })
    }

    /// The unit with running statistics `mean` and `variance`, `[outputs]` each, that folds into the convolution with
    /// weights `[outputs, 9 * inputs]` and this bias.
    pub(super) fn unfolded(
        weights: Tensor<2>,
        bias: Tensor<1>,
        [mean, variance]: [Tensor<1>; 2],
        stride: usize,
    ) -> Self {
        Self {
            weights: Param::from_tensor(weights),
            gamma: Param::from_tensor((variance.clone() + EPSILON).sqrt()),
            beta: Param::from_tensor(bias + mean.clone()),
            mean: RunningState::new(mean),
            variance: RunningState::new(variance),
            stride,
        }
    }

    /// Folds the normalization by the running statistics into the convolution.
    fn fold(self) -> FoldedConv {
        let scale = self.gamma.val() / (self.variance.value_sync() + EPSILON).sqrt();
        let bias = self.beta.val() - self.mean.value_sync() * scale.clone();
        let weights = self.weights.val() * scale.unsqueeze_dim::<2>(1);
        FoldedConv::of(weights, bias, self.stride)
    }
}

impl ConvUnit for NormalizedConv {
    fn upsample(input: Tensor<4>) -> Tensor<4> {
        upsample(input)
    }

    fn forward(&self, input: Tensor<4>, residual: Option<Tensor<4>>) -> Tensor<4> {
        if !input.device().is_autodiff() {
            return self.forward_by_statistics(input, residual);
        }
        let affine = [self.gamma.val(), self.beta.val()];
        let Normalized {
            output,
            mean,
            variance,
        } = conv_norm(
            input,
            self.weights.val(),
            affine,
            residual,
            self.stride,
            EPSILON,
        );
        for (state, value) in [(&self.mean, mean), (&self.variance, variance)] {
            let average = state.value_sync() * (1.0 - MOMENTUM) + value * MOMENTUM;
            state.update(average.detach());
            // So that a record taken now contains it.
            state.value_sync();
        }
        output
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;

    use super::*;
    use thimble::network::{GarmentStages, Head, INPUT_SIDE, Levels, NetworkName, Stages};

    fn logits(of: Tensor<2>) -> Vec<f32> {
        of.into_data().try_to_vec().unwrap()
    }

    #[test]
    fn folding_changes_logits_by_less_than_1e_4() {
        let residual = |head| {
            Architecture::Residual(Stages {
                widths: [16, 32, 48],
                blocks: [1, 2, 0],
                head,
            })
        };
        for architecture in [
            residual(Head::Mean),
            residual(Head::Weighted),
            residual(Head::Flat),
            Architecture::Segmentation(Levels {
                side: 32,
                widths: [16, 32, 16, 48],
                blocks: [1, 0, 1, 1],
            }),
            Architecture::Garment(GarmentStages {
                widths: [16, 16, 32, 48],
                blocks: [0, 1, 0, 1],
            }),
        ] {
            let device = Device::flex().autodiff();
            device.seed(3);
            let network = TrainableNet::new(&architecture, &device);
            let spread = Distribution::Uniform(0.0, 1.0);
            let [height, width, channels] = architecture.input_shape();
            let shape = match channels {
                1 => [16, 1, height, width],
                _ => [16, height, width, channels],
            };
            let inputs = |device: &Device| Tensor::random(shape, spread, device);
            // Steps that fill the running statistics.
            for _ in 0..20 {
                network.forward(inputs(&device));
            }
            let device = device.without_autodiff();
            let inputs = inputs(&device);
            let unfolded = logits(network.valid().forward(inputs.clone()));
            let folded = logits(network.inference().forward(inputs));
            assert_eq!(unfolded.len(), 16 * architecture.output_values());
            for (a, b) in unfolded.iter().zip(&folded) {
                assert!((a - b).abs() <= 1e-4, "{architecture:?}: {b}, not {a}");
            }
        }
    }

    #[test]
    fn forward_with_autodiff_changes_only_the_running_statistics() {
        let device = Device::flex().autodiff();
        let architecture = NetworkName::Thimble.architecture();
        let trainable = TrainableNet::new(&architecture, &device);
        let network = trainable.inference();
        let inputs = Tensor::ones(
            [1, 1, INPUT_SIDE, INPUT_SIDE],
            &device.clone().without_autodiff(),
        );
        let before = logits(network.forward(inputs.clone()));
        trainable.forward(Tensor::ones([4, 1, INPUT_SIDE, INPUT_SIDE], &device));
        assert_eq!(before, logits(network.forward(inputs.clone())));
        assert_ne!(before, logits(trainable.inference().forward(inputs)));
    }
}
