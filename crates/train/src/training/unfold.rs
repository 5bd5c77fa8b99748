//! Unfolding: from a network for inference back to one with batch normalization, which can be trained.

use burn::module::{Module, Param, RunningState};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::{NormalizedConv, TrainableNet};
use thimble_burn::conv2d;
use thimble_burn::{BurnNetwork, ConvUnit, FoldedConv};

impl TrainableNet {
    /// A network with batch normalization that computes what `network` computes. Its running statistics are the means
    /// and variances of `network` on `inputs`, `[batch, 1, 28, 28]` on the network's device.
    pub fn unfolded(network: BurnNetwork, inputs: Tensor<4>) -> Self {
        match network {
            BurnNetwork::Paper(network) => Self::Paper(network),
            BurnNetwork::Residual(network) => {
                let observed = network.map(Observed::of);
                observed.forward(inputs);
                Self::Residual(observed.map(Observed::unfolded))
            }
            BurnNetwork::Segmentation(network) => {
                let observed = network.map(Observed::of);
                observed.forward(inputs);
                Self::Segmentation(observed.map(Observed::unfolded))
            }
            BurnNetwork::Garment(network) => {
                let observed = network.map(Observed::of);
                observed.forward_nhwc(inputs);
                Self::Garment(observed.map(Observed::unfolded))
            }
        }
    }
}

/// A convolution with bias and ReLU, and the statistics of its last output.
#[derive(Module, Debug)]
struct Observed {
    /// `[outputs, 9 * inputs]`.
    weights: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
    mean: RunningState<Tensor<1>>,
    variance: RunningState<Tensor<1>>,
    stride: usize,
}

impl Observed {
    fn of(conv: FoldedConv) -> Self {
        let (weights, bias, stride) = conv.into_parts();
        Self {
            mean: RunningState::new(bias.zeros_like()),
            variance: RunningState::new(bias.ones_like()),
            weights: Param::from_tensor(weights),
            bias: Param::from_tensor(bias),
            stride,
        }
    }

    fn unfolded(self) -> NormalizedConv {
        let averages = [self.mean.value_sync(), self.variance.value_sync()];
        NormalizedConv::unfolded(self.weights.val(), self.bias.val(), averages, self.stride)
    }
}

impl ConvUnit for Observed {
    fn forward(&self, input: Tensor<4>, residual: Option<Tensor<4>>) -> Tensor<4> {
        let [outputs, _] = self.weights.dims();
        let convolved = conv2d(input, self.weights.val(), None, self.stride);
        let convolved = convolved.permute([0, 2, 3, 1]);
        let [batch, height, width, _] = convolved.dims();
        let rows = convolved.clone().reshape([batch * height * width, outputs]);
        let (variance, mean) = rows.var_mean_bias(0);
        self.mean.update(mean.squeeze_dim::<1>(0));
        self.variance.update(variance.squeeze_dim::<1>(0));
        let output = convolved + self.bias.val().reshape([1, 1, 1, outputs]);
        relu(match residual {
            Some(residual) => output + residual,
            None => output,
        })
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::test_values::values;
    use thimble::network::{INPUT_SIDE, NetworkName, ShippedNetwork};

    #[test]
    fn unfolded_networks_compute_the_same_logits() {
        let device = Device::flex();
        let inputs = values([16, 1, INPUT_SIDE, INPUT_SIDE], 1, &device);
        for name in [NetworkName::Paper, NetworkName::default()] {
            let network = BurnNetwork::load(
                ShippedNetwork::find(name).unwrap().weights(None).unwrap(),
                &device,
            )
            .unwrap();
            let expected = network.forward(inputs.clone());
            let network = TrainableNet::unfolded(network, inputs.clone());
            for found in [
                network.forward(inputs.clone()),
                network.inference().forward(inputs.clone()),
            ] {
                let difference = (found - expected.clone()).abs().max();
                let difference: f32 = difference.into_scalar();
                assert!(difference < 1e-3, "{name}: {difference}");
            }
        }
    }
}
