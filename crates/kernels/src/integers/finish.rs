//! What becomes of sums of integers.

use super::dots::{Sums, VECTORS};
use super::lanes::{Floats, LANES};
use super::quantize::Scale;
use crate::layout::GROUP;

/// Their scales, bias, residual and ReLU.
pub(super) struct Finish<'a> {
    /// Of the weights.
    pub(super) scales: &'a [f32],
    pub(super) bias: &'a [f32],
    /// Nothing, or as long as the output.
    pub(super) residual: &'a [f32],
    pub(super) rectifies: bool,
}

impl Finish<'_> {
    /// Writes `group` of the outputs in `row` of `output`, `[rows, outputs]`, where the integers that
    /// were multiplied are of `scale`.
    #[inline(always)]
    pub(super) fn write(
        &self,
        sums: Sums,
        [row, group]: [usize; 2],
        scale: Scale,
        output: &mut [f32],
    ) {
        let at = row * self.bias.len() + group * GROUP;
        let of_group = group * GROUP..(group + 1) * GROUP;
        let scales = fours(&self.scales[of_group.clone()]);
        let bias = fours(&self.bias[of_group]);
        let residual = match self.residual {
            [] => None,
            residual => Some(fours(&residual[at..at + GROUP])),
        };
        let (output, _) = output[at..at + GROUP].as_chunks_mut::<LANES>();
        let of_integers = Floats::splat(scale.of_integers);
        for vector in 0..VECTORS {
            let scale = Floats::load(&scales[vector]).times(of_integers);
            let mut value =
                (sums[vector].to_floats().times(scale)).plus(Floats::load(&bias[vector]));
            if let Some(residual) = residual {
                value = value.plus(Floats::load(&residual[vector]));
            }
            if self.rectifies {
                value = value.max(Floats::splat(0.0));
            }
            value.store(&mut output[vector]);
        }
    }
}

fn fours(values: &[f32]) -> &[[f32; LANES]] {
    values.as_chunks().0
}
