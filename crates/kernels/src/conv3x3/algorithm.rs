//! Chooses how a convolution is computed. Nothing else does.

use super::{Conv3x3, int8};
use crate::Precision;
use crate::pack::GROUP;

/// How a convolution is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// 8-bit dot products in the loops of the direct convolution.
    Int8,
    /// F(4x4, 3x3): a quarter of the multiplications.
    Winograd,
    /// For one input channel.
    Stem,
    /// For any shape.
    Direct,
}

impl Algorithm {
    /// Chooses for inference, where 2x2 max pooling may follow.
    pub(crate) fn for_inference(conv: &Conv3x3, max_pool: bool, precision: Precision) -> Self {
        let is_even = conv.output_size().iter().all(|side| side % 2 == 0);
        if precision == Precision::Int8 && int8::supports(conv) {
            Self::Int8
        } else if supports_winograd(conv) && (is_even || !max_pool) {
            Self::Winograd
        } else if conv.inputs == 1 && conv.stride == 1 && is_even {
            Self::Stem
        } else {
            Self::Direct
        }
    }

    /// Chooses for training, forward and backward: [`Self::Winograd`] or [`Self::Direct`].
    pub(crate) fn for_training(conv: &Conv3x3) -> Self {
        if supports_winograd(conv) {
            Self::Winograd
        } else {
            Self::Direct
        }
    }
}

fn supports_winograd(conv: &Conv3x3) -> bool {
    conv.stride == 1 && conv.inputs.is_multiple_of(GROUP) && conv.outputs.is_multiple_of(GROUP)
}
