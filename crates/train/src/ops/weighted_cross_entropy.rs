//! Cross-entropy over many rows, for training.

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
use burn::tensor::activation::log_softmax;
use rayon::prelude::*;

use super::flex::{tensor, values};
use thimble::parts::PARTS;

/// Computes the sum of `-targets * log_softmax(logits)` over all rows of ten logits, `[rows, 10]`; the targets are
/// not negative. The gradient goes to the logits alone.
pub fn weighted_cross_entropy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let [_, columns] = logits.dims();
    if !super::has_kernels(&logits.device()) || columns != PARTS {
        return composed(logits, targets);
    }
    let loss = Dispatch::weighted_cross_entropy(logits.into_dispatch(), targets.into_dispatch());
    Tensor::from_dispatch(loss)
}

/// The same, composed of burn's operations: for other devices, and the reference in tests.
pub(super) fn composed(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    -(log_softmax(logits, 1) * targets).sum()
}

/// The operation on a device's own tensors.
#[backend_extension(Flex, Autodiff)]
trait CrossEntropyOps: Backend {
    fn weighted_cross_entropy(
        logits: FloatTensor<Self>,
        targets: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

impl CrossEntropyOps for Flex {
    fn weighted_cross_entropy(
        logits: FloatTensor<Self>,
        targets: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        tensor(vec![loss_and_gradient(&logits, &targets).0], [1])
    }
}

impl<C: CheckpointStrategy> CrossEntropyOps for Autodiff<Flex, C> {
    fn weighted_cross_entropy(
        logits: FloatTensor<Self>,
        targets: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [logits.node()];
        let logits = logits.into_primitive();
        let (loss, gradient) = loss_and_gradient(&logits, &targets.into_primitive());
        let loss = tensor(vec![loss], [1]);
        match CrossEntropyNode
            .prepare::<C>(nodes)
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(prep) => prep.finish(tensor(gradient, logits.shape()), loss),
            OpsKind::UnTracked(prep) => prep.finish(loss),
        }
    }
}

#[derive(Debug)]
struct CrossEntropyNode;

impl Backward<Flex, 1> for CrossEntropyNode {
    /// The gradient of the logits where that of the loss is 1.
    type State = FloatTensor<Flex>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        let factor = values(&gradient).first().copied().unwrap_or_default();
        let [parent] = ops.parents;
        if let Some(node) = parent {
            let shape = ops.state.shape();
            let scaled = values(&ops.state).iter().map(|value| value * factor);
            grads.register::<Flex>(node.id, tensor(scaled.collect(), shape));
        }
    }
}

/// Rows that a thread takes at once.
const ROWS: usize = 4096;

/// Returns the loss and its gradient.
fn loss_and_gradient(logits: &FloatTensor<Flex>, targets: &FloatTensor<Flex>) -> (f32, Vec<f32>) {
    let (logits, targets) = (logits.to_contiguous(), targets.to_contiguous());
    let (logits, _) = values(&logits).as_chunks::<PARTS>();
    let (targets, _) = values(&targets).as_chunks::<PARTS>();
    let mut gradient = vec![[0.0; PARTS]; logits.len()];
    let losses: Vec<f64> = gradient
        .par_chunks_mut(ROWS)
        .zip(logits.par_chunks(ROWS).zip(targets.par_chunks(ROWS)))
        .map(|(gradient, (logits, targets))| {
            let mut loss = 0.0;
            for ((gradient, logits), targets) in gradient.iter_mut().zip(logits).zip(targets) {
                let weight: f32 = targets.iter().sum();
                if weight == 0.0 {
                    continue;
                }
                let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let powers = logits.map(|logit| (logit - largest).exp());
                let sum: f32 = powers.iter().sum();
                let log_sum = sum.ln() + largest;
                for column in 0..PARTS {
                    loss += f64::from(targets[column] * (log_sum - logits[column]));
                    gradient[column] = weight * powers[column] / sum - targets[column];
                }
            }
            loss
        })
        .collect();
    (losses.iter().sum::<f64>() as f32, gradient.into_flattened())
}
