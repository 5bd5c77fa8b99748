//! The networks as they are trained.

use burn::module::{Module, Param, RunningState};
use burn::nn::Initializer;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use crate::ops::{Normalized, conv_norm, paper_logits};
use thimble::network::Architecture;
use thimble_burn::conv2d;
use thimble_burn::{BurnNetwork, ConvUnit, FoldedConv, PaperNet, ResidualNet};

/// What is added to a batch's variance.
const EPSILON: f32 = 1e-5;
/// The share of a batch's mean and variance in their running averages.
const MOMENTUM: f64 = 0.1;

/// A network as it is trained: batch normalisation is not yet folded into the convolutions.
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
}

impl TrainableNet {
    /// A network with fresh random weights, drawn from `device`'s generator.
    pub fn new(architecture: &Architecture, device: &Device) -> Self {
        match architecture {
            Architecture::Paper => Self::Paper(PaperNet::new(device)),
            Architecture::Residual(stages) => {
                let network = ResidualNet::build(stages, device, |inputs, outputs, stride| {
                    NormalizedConv::new(inputs, outputs, stride, device)
                });
                Self::Residual(network)
            }
        }
    }

    /// Logits of shape `[batch, 10]` for pictures of shape `[batch, 1, 28, 28]`, values 0 to 1.
    /// On a device with autodiff, batches are normalised by their own mean and variance, else by
    /// the running averages.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        match self {
            Self::Paper(network) => paper_logits(network, pictures),
            Self::Residual(network) => network.forward(pictures),
        }
    }

    /// The network for inference, without autodiff, its normalisation folded into the
    /// convolutions.
    pub fn inference(&self) -> BurnNetwork {
        match self.valid() {
            Self::Paper(network) => BurnNetwork::Paper(network),
            Self::Residual(network) => BurnNetwork::Residual(network.map(|unit| unit.fold())),
        }
    }
}

/// A 3x3 convolution, batch normalisation and ReLU.
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
    /// Fresh weights, normal with variance 2 / fan-in (He et al., 2015).
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

    /// The unit with its running averages, of burn's own operations: what folding is held to.
    fn forward_averages(&self, input: Tensor<4>, residual: Option<Tensor<4>>) -> Tensor<4> {
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

    /// The unit whose running averages are these and that, folded, is the convolution of these
    /// weights, `[outputs, 9 * inputs]`, and this bias.
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

    /// One convolution that gives what this one gives with its running averages.
    fn fold(self) -> FoldedConv {
        let scale = self.gamma.val() / (self.variance.value_sync() + EPSILON).sqrt();
        let bias = self.beta.val() - self.mean.value_sync() * scale.clone();
        let weights = self.weights.val() * scale.unsqueeze_dim::<2>(1);
        FoldedConv::of(weights, bias, self.stride)
    }
}

impl ConvUnit for NormalizedConv {
    fn forward(&self, input: Tensor<4>, residual: Option<Tensor<4>>) -> Tensor<4> {
        if !input.device().is_autodiff() {
            return self.forward_averages(input, residual);
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
            // Lets a record that is taken now have it.
            state.value_sync();
        }
        output
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;

    use super::*;
    use thimble::network::{Head, INPUT_SIDE, NetworkName, Stages};

    fn logits(of: Tensor<2>) -> Vec<f32> {
        of.into_data().try_to_vec().unwrap()
    }

    #[test]
    fn folding_moves_logits_by_less_than_1e_4() {
        for head in [Head::Mean, Head::Weighted, Head::Flat] {
            let architecture = Architecture::Residual(Stages {
                widths: [16, 32, 48],
                blocks: [1, 2, 0],
                head,
            });
            let device = Device::flex().autodiff();
            device.seed(3);
            let network = TrainableNet::new(&architecture, &device);
            let spread = Distribution::Uniform(0.0, 1.0);
            let pictures =
                |device: &Device| Tensor::random([16, 1, INPUT_SIDE, INPUT_SIDE], spread, device);
            // Steps that fill the running averages.
            for _ in 0..20 {
                network.forward(pictures(&device));
            }
            let device = device.without_autodiff();
            let pictures = pictures(&device);
            let plain = logits(network.valid().forward(pictures.clone()));
            let folded = logits(network.inference().forward(pictures));
            assert_eq!(plain.len(), 160);
            for (a, b) in plain.iter().zip(&folded) {
                assert!((a - b).abs() <= 1e-4, "{head:?}: {b}, not {a}");
            }
        }
    }

    #[test]
    fn a_step_does_not_move_what_is_scored_but_by_its_averages() {
        let device = Device::flex().autodiff();
        let architecture = NetworkName::Thimble.architecture();
        let trainable = TrainableNet::new(&architecture, &device);
        let network = trainable.inference();
        let pictures = Tensor::ones(
            [1, 1, INPUT_SIDE, INPUT_SIDE],
            &device.clone().without_autodiff(),
        );
        let before = logits(network.forward(pictures.clone()));
        trainable.forward(Tensor::ones([4, 1, INPUT_SIDE, INPUT_SIDE], &device));
        assert_eq!(before, logits(network.forward(pictures.clone())));
        assert_ne!(before, logits(trainable.inference().forward(pictures)));
    }
}
