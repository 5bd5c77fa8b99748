//! A 3x3 convolution with bias, ReLU and 2x2 maximum pooling, in training.

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

/// `pooled(relu(convolution + bias))` of `input`, `[batch, height, width, inputs]` with an even
/// height and width, and weights `[outputs, 9 * inputs]`: `[batch, height / 2, width / 2, outputs]`.
///
/// Only for tensors on burn's flex device.
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
        let step = Step::new(&input, &weights);
        let (input, weights) = (values(&step.input), values(&step.weights));
        let forward = step.conv.pool_forward(input, weights, values(&bias));
        step.output(forward.output)
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
        match ConvPoolStep.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let step = Step::new(&input, &weights);
                let (input, weights) = (values(&step.input), values(&step.weights));
                let ConvPoolForward { output, winners } =
                    step.conv.pool_forward(input, weights, values(&bias));
                let output = step.output(output);
                let kept = Kept {
                    output: output.clone(),
                    winners: winners.into(),
                    step,
                };
                prep.finish(kept, output)
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(<Flex as ConvPoolOps>::conv_pool(input, weights, bias))
            }
        }
    }
}

/// What one call is given, but for the bias.
#[derive(Clone, Debug)]
struct Step {
    conv: Conv3x3,
    input: FloatTensor<Flex>,
    weights: FloatTensor<Flex>,
}

impl Step {
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

/// What the backward pass needs.
#[derive(Clone, Debug)]
struct Kept {
    step: Step,
    output: FloatTensor<Flex>,
    winners: std::sync::Arc<PoolWinners>,
}

#[derive(Debug)]
struct ConvPoolStep;

impl Backward<Flex, 3> for ConvPoolStep {
    type State = Kept;

    fn backward(self, ops: Ops<Kept, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        let Kept {
            step,
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
        let found = (step.conv).pool_backward(values(&step.input), values(&step.weights), &pass);
        let bias_shape = [step.conv.outputs].into();
        for (node, gradient, shape) in [
            (input, found.input, step.input.shape()),
            (weights, Some(found.weights), step.weights.shape()),
            (bias, Some(found.bias), bias_shape),
        ] {
            if let (Some(node), Some(gradient)) = (node, gradient) {
                grads.register::<Flex>(node.id, tensor(gradient, shape));
            }
        }
    }
}
