//! A 3x3 convolution with bias, ReLU and 2x2 max pooling, for training.

use burn::backend::Autodiff;
use burn::backend::autodiff::{
    checkpoint::base::Checkpointer,
    checkpoint::strategy::CheckpointStrategy,
    grads::Gradients,
    ops::{Backward, Ops, OpsKind},
};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use super::flex::{tensor, values};
use thimble_kernels::{Conv3x3, ConvPoolBackward, ConvPoolForward, PoolWinners};

/// Computes `max_pool(relu(convolution + bias))` of `input`, `[batch, height, width, inputs]` with an even
/// height and width, and weights `[outputs, 9 * inputs]`: `[batch, height / 2, width / 2, outputs]`.
///
/// # Panics
/// If the tensors are not on burn's flex device.
pub(crate) fn conv_pool(input: Tensor<4>, weights: Tensor<2>, bias: Tensor<1>) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::conv_pool(
        input.into_dispatch(),
        weights.into_dispatch(),
        bias.into_dispatch(),
    ))
}

/// The operation on a device's own tensors.
#[backend_extension(Flex, Autodiff)]
trait ConvPoolOps: Backend {
    fn conv_pool(
        input: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

impl ConvPoolOps for Flex {
    fn conv_pool(
        input: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let call = Call::new(&input, &weights);
        let (input, weights) = (values(&call.input), values(&call.weights));
        let forward = call.conv.pool_forward(input, weights, values(&bias));
        call.output(forward.output)
    }
}

impl<C: CheckpointStrategy> ConvPoolOps for Autodiff<Flex, C> {
    fn conv_pool(
        input: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [input.node(), weights.node(), bias.node()];
        let (input, weights) = (input.into_primitive(), weights.into_primitive());
        let bias = bias.into_primitive();
        match ConvPoolNode.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let call = Call::new(&input, &weights);
                let (input, weights) = (values(&call.input), values(&call.weights));
                let ConvPoolForward { output, winners } =
                    call.conv.pool_forward(input, weights, values(&bias));
                let output = call.output(output);
                let saved = Saved {
                    output: output.clone(),
                    winners: winners.into(),
                    call,
                };
                prep.finish(saved, output)
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(<Flex as ConvPoolOps>::conv_pool(input, weights, bias))
            }
        }
    }
}

/// One call: its arguments, without the bias.
#[derive(Clone, Debug)]
struct Call {
    conv: Conv3x3,
    input: FloatTensor<Flex>,
    weights: FloatTensor<Flex>,
}

impl Call {
    fn new(input: &FloatTensor<Flex>, weights: &FloatTensor<Flex>) -> Self {
        let [_, height, width, inputs] = input.shape().dims();
        let [outputs, _] = weights.shape().dims();
        Self {
            conv: Conv3x3 {
                size: [height, width],
                inputs,
                outputs,
                stride: 1,
            },
            input: input.to_contiguous(),
            weights: weights.to_contiguous(),
        }
    }

    fn output(&self, output: Vec<f32>) -> FloatTensor<Flex> {
        let [batch, height, width, _] = self.input.shape().dims();
        tensor(output, [batch, height / 2, width / 2, self.conv.outputs])
    }
}

/// What the forward pass saves for the backward pass.
#[derive(Clone, Debug)]
struct Saved {
    call: Call,
    output: FloatTensor<Flex>,
    winners: std::sync::Arc<PoolWinners>,
}

#[derive(Debug)]
struct ConvPoolNode;

impl Backward<Flex, 3> for ConvPoolNode {
    type State = Saved;

    fn backward(self, ops: Ops<Saved, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        let Saved {
            call,
            output,
            winners,
        } = ops.state;
        let [input, weights, bias] = ops.parents;
        let pass = ConvPoolBackward {
            output: values(&output),
            winners: &winners,
            gradient: values(&gradient),
            wants_input: input.is_some(),
        };
        let found = (call.conv).pool_backward(values(&call.input), values(&call.weights), &pass);
        let bias_shape = [call.conv.outputs].into();
        for (node, gradient, shape) in [
            (input, found.input, call.input.shape()),
            (weights, Some(found.weights), call.weights.shape()),
            (bias, Some(found.bias), bias_shape),
        ] {
            if let (Some(node), Some(gradient)) = (node, gradient) {
                grads.register::<Flex>(node.id, tensor(gradient, shape));
            }
        }
    }
}
