//! What follows a convolution before its output is written or used.
#![expect(
    clippy::extra_unused_type_parameters,
    clippy::needless_lifetimes,
    reason = "`with_simd` needs a type of vectors, and named lifetimes inside of types"
)]

use macerator::Simd;

use crate::pack::GROUP;
use crate::simd::relu;

/// What is done to a convolution's output in registers, before it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Epilogue<'a> {
    /// Nothing.
    None,
    /// `max(0, output + bias + residual)`.
    BiasRelu {
        bias: &'a [f32],
        residual: Option<&'a [f32]>,
    },
    /// `max(0, output + bias)`, and the maximum of each 2x2 pixels.
    BiasReluMaxPool { bias: &'a [f32] },
}

impl Epilogue<'_> {
    /// Returns the epilogue of whole images: `len` values of the output from `first` on.
    pub(super) fn part(self, first: usize, len: usize) -> Self {
        match self {
            Self::BiasRelu { bias, residual } => Self::BiasRelu {
                bias,
                residual: residual.map(|residual| &residual[first..first + len]),
            },
            other => other,
        }
    }
}

/// Writes `max(0, values + bias + residual)` over `values`, `[pixels, channels]`, whose channels have
/// a `bias` each; a residual is as long as the values.
#[macerator::with_simd]
pub(super) fn bias_relu<'a, S: Simd>(
    values: &mut [f32],
    bias: &[f32],
    residual: Option<&'a [f32]>,
) {
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
                *value = relu(*value + bias);
            }
        }
    }
}
