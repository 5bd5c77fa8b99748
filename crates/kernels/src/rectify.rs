//! What follows a convolution in a network whose normalisation is folded into its weights.
#![expect(
    clippy::extra_unused_type_parameters,
    clippy::needless_lifetimes,
    reason = "`with_simd` asks for a type of vectors, and for lifetimes inside of types"
)]

use macerator::Simd;

use super::layout::GROUP;

/// `max(0, values + bias + residual)` by channel, in place.
#[macerator::with_simd]
pub(super) fn rectify<'a, S: Simd>(values: &mut [f32], bias: &[f32], residual: Option<&'a [f32]>) {
    if let Some(residual) = residual {
        for (value, residual) in values.iter_mut().zip(residual) {
            *value += residual;
        }
    }
    let (bias, _) = bias.as_chunks::<GROUP>();
    let (values, _) = values.as_chunks_mut::<GROUP>();
    for value in values.chunks_exact_mut(bias.len()) {
        for (value, bias) in value.iter_mut().zip(bias) {
            for (value, bias) in value.iter_mut().zip(bias) {
                *value = (*value + bias).max(0.0);
            }
        }
    }
}
