//! From stored number formats to 32-bit floats.

use burn::module::{ModuleMapper, Param};
use burn::tensor::Tensor;

/// Makes floats of weights that are stored as integers with scales.
pub(super) struct Widen;

impl ModuleMapper for Widen {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(Tensor::dequantize)
    }
}
