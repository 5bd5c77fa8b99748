//! Upsampling by repeating pixels, for training.

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
use rayon::prelude::*;

use super::flex::{tensor, values};

/// Doubles height and width of `[batch, height, width, channels]` by repeating each pixel.
pub fn upsample(input: Tensor<4>) -> Tensor<4> {
    if !super::has_kernels(&input.device()) {
        return thimble_burn::upsample(input);
    }
    Tensor::from_dispatch(Dispatch::upsample(input.into_dispatch()))
}

/// The operation on a device's own tensors.
#[backend_extension(Flex, Autodiff)]
trait UpsampleOps: Backend {
    fn upsample(input: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl UpsampleOps for Flex {
    fn upsample(input: FloatTensor<Self>) -> FloatTensor<Self> {
        let input = input.to_contiguous();
        let [batch, height, width, channels] = input.shape().dims();
        let row = width * channels;
        let mut output = vec![0.0; 4 * values(&input).len()];
        let rows = output.par_chunks_exact_mut(4 * row);
        rows.zip(values(&input).par_chunks_exact(row))
            .for_each(|(to, from)| {
                let (upper, lower) = to.split_at_mut(2 * row);
                let pairs = upper.chunks_exact_mut(2 * channels);
                for (pair, pixel) in pairs.zip(from.chunks_exact(channels)) {
                    let (first, second) = pair.split_at_mut(channels);
                    first.copy_from_slice(pixel);
                    second.copy_from_slice(pixel);
                }
                lower.copy_from_slice(upper);
            });
        tensor(output, [batch, 2 * height, 2 * width, channels])
    }
}

impl<C: CheckpointStrategy> UpsampleOps for Autodiff<Flex, C> {
    fn upsample(input: FloatTensor<Self>) -> FloatTensor<Self> {
        let nodes = [input.node()];
        let input = input.into_primitive();
        let shape: [usize; 4] = input.shape().dims();
        let output = <Flex as UpsampleOps>::upsample(input);
        match UpsampleNode.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(shape, output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }
}

#[derive(Debug)]
struct UpsampleNode;

impl Backward<Flex, 1> for UpsampleNode {
    /// The input's shape.
    type State = [usize; 4];

    fn backward(self, ops: Ops<[usize; 4], 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        let shape = ops.state;
        let [_, _, width, channels] = shape;
        let row = width * channels;
        let mut input = vec![0.0; shape.iter().product()];
        let rows = values(&gradient).par_chunks_exact(4 * row);
        input
            .par_chunks_exact_mut(row)
            .zip(rows)
            .for_each(|(to, from)| {
                let (upper, lower) = from.split_at(2 * row);
                for (x, pixel) in to.chunks_exact_mut(channels).enumerate() {
                    let pair = 2 * x * channels..2 * (x + 1) * channels;
                    for (channel, value) in pixel.iter_mut().enumerate() {
                        let (upper, lower) = (&upper[pair.clone()], &lower[pair.clone()]);
                        *value = upper[channel]
                            + upper[channels + channel]
                            + lower[channel]
                            + lower[channels + channel];
                    }
                }
            });
        let [parent] = ops.parents;
        if let Some(node) = parent {
            grads.register::<Flex>(node.id, tensor(input, shape));
        }
    }
}
