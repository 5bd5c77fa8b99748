//! A 3x3 convolution, batch normalization, residual sum and ReLU, for training.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{
    Autodiff, Backend, Dispatch, ExtensionType, Flex, TensorMetadata, backend_extension,
};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::module::batch_norm_train;

use super::flex::{Residual, tensor, values};
use thimble_burn::conv2d;
use thimble_kernels::{Conv3x3, ConvNorm, ConvNormBackward, ConvNormForward, GROUP};

/// The result of [`conv_norm`].
pub struct Normalized {
    /// `[batch, height, width, outputs]`, of half the height and width where the stride is 2.
    pub output: Tensor<4>,
    /// Mean of each output channel of the convolution over the batch, `[outputs]`, without autodiff.
    pub mean: Tensor<1>,
    /// Variance of each output channel of the convolution over the batch, `[outputs]`, without autodiff.
    pub variance: Tensor<1>,
}

/// Computes `relu(gamma * normalized + beta + residual)`, where `normalized` is the 3x3 convolution of `input` with
/// `weights` (stride 1 or 2, one pixel of zero padding), minus its mean over the batch, divided by the root of its
/// variance plus `epsilon` (Ioffe and Szegedy, 2015).
///
/// `input` is `[batch, height, width, inputs]`, `weights` `[outputs, 9 * inputs]`, `gamma` and
/// `beta` are `[outputs]`, and `residual` has the output's shape.
pub fn conv_norm(
    input: Tensor<4>,
    weights: Tensor<2>,
    [gamma, beta]: [Tensor<1>; 2],
    residual: Option<Tensor<4>>,
    stride: usize,
    epsilon: f32,
) -> Normalized {
    let [.., inputs] = input.dims();
    let [outputs, _] = weights.dims();
    // The kernels need channels in whole groups, except for the first layer, whose input needs no gradient.
    let is_supported = outputs % GROUP == 0 && (inputs % GROUP == 0 || !input.is_require_grad());
    if !super::has_kernels(&input.device()) || !is_supported {
        return composed(input, weights, [gamma, beta], residual, stride, epsilon);
    }
    let inputs = Inputs {
        input: input.into_dispatch(),
        weights: weights.into_dispatch(),
        gamma: gamma.into_dispatch(),
        beta: beta.into_dispatch(),
        residual: residual.into(),
    };
    let (output, mean, variance) = Dispatch::conv_norm(inputs, stride, epsilon);
    Normalized {
        output: Tensor::from_dispatch(output),
        mean: Tensor::from_dispatch(mean),
        variance: Tensor::from_dispatch(variance),
    }
}

/// The same, composed of burn's operations: for other devices, and the reference in tests.
pub(super) fn composed(
    input: Tensor<4>,
    weights: Tensor<2>,
    [gamma, beta]: [Tensor<1>; 2],
    residual: Option<Tensor<4>>,
    stride: usize,
    epsilon: f32,
) -> Normalized {
    let convolved = conv2d(input, weights, None, stride);
    let normalized = batch_norm_train(convolved, gamma, beta, f64::from(epsilon));
    let output = normalized.output.permute([0, 2, 3, 1]);
    let output = match residual {
        Some(residual) => output + residual,
        None => output,
    };
    Normalized {
        output: relu(output),
        mean: normalized.mean.detach(),
        variance: normalized.variance.detach(),
    }
}

/// The arguments of [`conv_norm`], as a device's own tensors.
#[derive(ExtensionType)]
struct Inputs<B: Backend> {
    input: FloatTensor<B>,
    weights: FloatTensor<B>,
    gamma: FloatTensor<B>,
    beta: FloatTensor<B>,
    #[extension_type]
    residual: Residual<B>,
}

/// Output, mean and variance.
type Parts<B> = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>);

/// [`conv_norm`] on a device's own tensors.
#[backend_extension(Flex, Autodiff)]
trait ConvNormOps: Backend {
    fn conv_norm(
        #[extension_type] inputs: Inputs<Self>,
        stride: usize,
        epsilon: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

impl ConvNormOps for Flex {
    fn conv_norm(inputs: Inputs<Self>, stride: usize, epsilon: f32) -> Parts<Self> {
        let Inputs {
            input,
            weights,
            gamma,
            beta,
            residual,
        } = inputs;
        let residual = match &residual {
            Residual::Some(residual) => Some(residual),
            Residual::None => None,
        };
        let call = Call::new(input, weights, gamma, stride, epsilon);
        let (_, [output, mean, variance]) = call.run(&beta, residual);
        (output, mean, variance)
    }
}

impl<C: CheckpointStrategy> ConvNormOps for Autodiff<Flex, C> {
    fn conv_norm(inputs: Inputs<Self>, stride: usize, epsilon: f32) -> Parts<Self> {
        let (input, input_node) = inputs.input.into_parts();
        let (weights, weights_node) = inputs.weights.into_parts();
        let (gamma, gamma_node) = inputs.gamma.into_parts();
        let (beta, beta_node) = inputs.beta.into_parts();
        let call = Call::new(input, weights, gamma, stride, epsilon);
        match inputs.residual {
            Residual::Some(residual) => {
                let (residual, node) = residual.into_parts();
                let nodes = [input_node, weights_node, gamma_node, beta_node, node];
                record::<C, 5>(nodes, call, &beta, Some(&residual))
            }
            Residual::None => {
                let nodes = [input_node, weights_node, gamma_node, beta_node];
                record::<C, 4>(nodes, call, &beta, None)
            }
        }
    }
}

/// Runs a call, and records it for the backward pass where one of `nodes` is tracked.
fn record<C: CheckpointStrategy, const N: usize>(
    nodes: [NodeGuard; N],
    call: Call,
    beta: &FloatTensor<Flex>,
    residual: Option<&FloatTensor<Flex>>,
) -> Parts<Autodiff<Flex>> {
    let prepared = ConvNormNode.prepare::<C>(nodes).compute_bound().stateful();
    let (saved, [output, mean, variance]) = call.run(beta, residual);
    let output = match prepared {
        OpsKind::Tracked(prep) => prep.finish(saved, output),
        OpsKind::UnTracked(prep) => prep.finish(output),
    };
    let untracked = FloatTensor::<Autodiff<Flex>>::new;
    (output, untracked(mean), untracked(variance))
}

/// One call: its arguments, except those that the backward pass does not need.
#[derive(Clone, Debug)]
struct Call {
    input: FloatTensor<Flex>,
    weights: FloatTensor<Flex>,
    gamma: FloatTensor<Flex>,
    kernel: ConvNorm,
}

/// What the forward pass saves for the backward pass.
#[derive(Clone, Debug)]
struct Saved {
    call: Call,
    output: FloatTensor<Flex>,
    convolved: std::sync::Arc<Vec<f32>>,
    mean: Vec<f32>,
    variance: Vec<f32>,
}

impl Call {
    fn new(
        input: FloatTensor<Flex>,
        weights: FloatTensor<Flex>,
        gamma: FloatTensor<Flex>,
        stride: usize,
        epsilon: f32,
    ) -> Self {
        let [_, height, width, inputs] = input.shape().dims();
        let [outputs, _] = weights.shape().dims();
        let conv = Conv3x3 {
            size: [height, width],
            inputs,
            outputs,
            stride,
        };
        Self {
            input: input.to_contiguous(),
            weights: weights.to_contiguous(),
            gamma,
            kernel: ConvNorm { conv, epsilon },
        }
    }

    /// Runs the forward pass. Returns what it saves, and output, mean and variance.
    fn run(
        self,
        beta: &FloatTensor<Flex>,
        residual: Option<&FloatTensor<Flex>>,
    ) -> (Saved, [FloatTensor<Flex>; 3]) {
        let residual = residual.map(FloatTensor::<Flex>::to_contiguous);
        let ConvNormForward {
            convolved,
            output,
            mean,
            variance,
        } = self.kernel.forward(
            values(&self.input),
            values(&self.weights),
            [values(&self.gamma), values(beta)],
            residual.as_ref().map(values),
        );
        let [batch, ..] = self.input.shape().dims::<4>();
        let [height, width] = self.kernel.conv.output_size();
        let channels = self.kernel.conv.outputs;
        let output = tensor(output, [batch, height, width, channels]);
        let outputs = [
            output.clone(),
            tensor(mean.clone(), [channels]),
            tensor(variance.clone(), [channels]),
        ];
        let saved = Saved {
            call: self,
            output,
            convolved: convolved.into(),
            mean,
            variance,
        };
        (saved, outputs)
    }
}

#[derive(Debug)]
struct ConvNormNode;

/// Parents are input, weights, gamma and beta, and the residual where there is one.
impl<const N: usize> Backward<Flex, N> for ConvNormNode {
    type State = Saved;

    fn backward(self, ops: Ops<Saved, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        let Saved {
            call,
            output,
            convolved,
            mean,
            variance,
        } = ops.state;
        let mut parents = ops
            .parents
            .into_iter()
            .map(|parent| parent.map(|node| node.id));
        let [input, weights, gamma, beta, residual] =
            std::array::from_fn(|_| parents.next().flatten());
        let pass = ConvNormBackward {
            convolved: &convolved,
            output: values(&output),
            mean: &mean,
            variance: &variance,
            gradient: values(&gradient),
            wants_input: input.is_some(),
            wants_residual: residual.is_some(),
        };
        let found = call.kernel.backward(
            values(&call.input),
            values(&call.weights),
            values(&call.gamma),
            &pass,
        );
        let shape = |of: &FloatTensor<Flex>| of.shape();
        for (node, gradient, shape) in [
            (input, found.input, shape(&call.input)),
            (weights, Some(found.weights), shape(&call.weights)),
            (gamma, Some(found.gamma), shape(&call.gamma)),
            (beta, Some(found.beta), shape(&call.gamma)),
            (residual, found.residual, shape(&output)),
        ] {
            if let (Some(node), Some(gradient)) = (node, gradient) {
                grads.register::<Flex>(node, tensor(gradient, shape));
            }
        }
    }
}
