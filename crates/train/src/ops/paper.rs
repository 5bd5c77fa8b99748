//! The study's network in training, its convolutions on the kernels where the device has them.

use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use thimble_burn::PaperNet;

use super::{conv_pool, has_kernels};

/// Logits of shape `[batch, 10]` for inputs of shape `[batch, 1, 28, 28]`, values 0 to 1.
pub(crate) fn paper_logits(network: &PaperNet, inputs: Tensor<4>) -> Tensor<2> {
    network.classify(match has_kernels(&inputs.device()) {
        true => features_by_kernels(network, inputs),
        false => network.features(inputs),
    })
}

/// The features `[batch, 32, 7, 7]`, computed in NHWC.
fn features_by_kernels(network: &PaperNet, inputs: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = inputs.dims();
    // With one channel, NCHW and NHWC are the same.
    let mut x = inputs.reshape([batch, height, width, channels]);
    for conv in network.convolutions() {
        let (weights, bias) = channels_last(conv);
        x = conv_pool(x, weights, bias);
    }
    x.permute([0, 3, 1, 2])
}

/// A convolution's weights as `[outputs, 9 * inputs]`, channels-last, and its bias.
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

#[cfg(test)]
mod tests {
    use burn::module::Module as _;
    use burn::tensor::Device;
    use thimble::network::{INPUT_SIDE, PAPER_POOLED_SIDE};

    use super::*;
    use crate::test_values::{RandomValues, values};

    #[test]
    fn kernels_match_burn_layers_forward_and_backward() {
        let device = Device::flex().autodiff();
        let network = PaperNet::new(&device).map(&mut RandomValues::new(1, 0.2));
        let inputs = values([2, 1, INPUT_SIDE, INPUT_SIDE], 2, &device);
        let weight = values([2, 32, PAPER_POOLED_SIDE, PAPER_POOLED_SIDE], 3, &device);
        let results = |features: Tensor<4>| {
            let gradients = (features.clone() * weight.clone()).sum().backward();
            let mut results = vec![features.into_data()];
            for conv in network.convolutions() {
                results.push(conv.weight.grad(&gradients).unwrap().into_data());
                let bias = conv.bias.as_ref().unwrap();
                results.push(bias.grad(&gradients).unwrap().into_data());
            }
            results
        };
        let found = results(features_by_kernels(&network, inputs.clone()));
        let expected = results(network.features(inputs.clone()));
        for (found, expected) in found.iter().zip(&expected) {
            let tolerance = burn::tensor::Tolerance::<f32>::rel_abs(1e-4, 1e-4);
            found.assert_approx_eq(expected, tolerance);
        }
        // Without autodiff, another kernel computes the same.
        let untracked = features_by_kernels(&network.valid(), inputs.without_autodiff());
        let tolerance = burn::tensor::Tolerance::<f32>::rel_abs(1e-4, 1e-4);
        untracked.into_data().assert_approx_eq(&found[0], tolerance);
    }
}
