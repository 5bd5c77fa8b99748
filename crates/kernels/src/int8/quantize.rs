//! Floats to 8-bit integers.

use crate::pack::GROUP;
use crate::simd::{DOT_LEN, LANES, max_f32, relu};

/// The largest magnitude of a quantized value. Activations fit into seven bits, which relaxed SIMD's
/// dot product requires.
const MAX_INT8: f32 = 127.0;
/// The largest `k` for which sums of the largest products fit into 32 bits.
pub(crate) const MAX_K: usize = i32::MAX as usize / (127 * 127);

/// The pixels of a 3x3 window in an order in which each is beside the one before.
pub(crate) const SNAKE_ORDER: [usize; 9] = [0, 1, 2, 5, 4, 3, 6, 7, 8];

/// Quantized weights.
#[derive(Clone, Debug)]
pub(crate) struct QuantizedWeights {
    /// `[outputs / 16, k / 4, 16, 4]`: what one dot product reads is consecutive.
    pub(crate) values: Vec<i8>,
    /// The float that 1 stands for, for each output.
    pub(crate) scales: Vec<f32>,
}

impl QuantizedWeights {
    /// Quantizes weights packed as `[outputs / 16, pixels * channels, 16]`, whose channels are a
    /// multiple of four.
    ///
    /// The rounding error of a weight is added to the weight of the same channel at the next of
    /// `pixels`, as in error diffusion (Floyd and Steinberg, 1976). Neighbouring pixels are similar,
    /// so their errors nearly cancel in the sum.
    pub(crate) fn new(packed: &[f32], outputs: usize, pixels: &[usize]) -> Self {
        let k = packed.len() / outputs.max(1);
        let channels = k / pixels.len();
        let weight = |output: usize, index: usize| {
            packed[(output / GROUP * k + index) * GROUP + output % GROUP]
        };
        let offset = |output: usize, index: usize| {
            let dot = output / GROUP * (k / DOT_LEN) + index / DOT_LEN;
            (dot * GROUP + output % GROUP) * DOT_LEN + index % DOT_LEN
        };
        let mut values = vec![0; packed.len()];
        let mut scales = Vec::with_capacity(outputs);
        for output in 0..outputs {
            let magnitudes = (0..k).map(|index| weight(output, index).abs());
            let scale = magnitudes.fold(0.0, f32::max) / MAX_INT8;
            scales.push(scale);
            if scale == 0.0 {
                continue;
            }
            for channel in 0..channels {
                let mut error = 0.0;
                for pixel in pixels {
                    let index = pixel * channels + channel;
                    let exact = weight(output, index) / scale + error;
                    let rounded = exact.round().clamp(-MAX_INT8, MAX_INT8);
                    error = exact - rounded;
                    values[offset(output, index)] = rounded as i8;
                }
            }
        }
        Self { values, scales }
    }
}

/// The scale of an image's or a row's activations.
#[derive(Clone, Copy)]
pub(crate) struct Scale {
    /// The float that 1 stands for.
    pub(super) unit: f32,
    inverse: f32,
}

impl Scale {
    /// Returns the scale at which the maximum of `values` becomes 127.
    pub(crate) fn of(values: &[f32]) -> Self {
        /// A smaller maximum makes no difference to a network, and its inverse may be infinite.
        const SMALLEST_MAX: f32 = 1e-30;
        let max = max_or_zero(values);
        if max < SMALLEST_MAX {
            return Self {
                unit: 0.0,
                inverse: 0.0,
            };
        }
        Self {
            unit: max / MAX_INT8,
            inverse: MAX_INT8 / max,
        }
    }

    /// Writes `values` as integers from 0 to 127; a negative value or a NaN becomes 0.
    pub(crate) fn quantize(self, values: &[f32], quantized: &mut [u8]) {
        /// From here on neighbouring floats differ by 1: the sum is rounded, and its last byte is the
        /// integer.
        const INTEGERS_BEGIN: f32 = (1_u32 << 23) as f32;
        for (quantized, value) in quantized.iter_mut().zip(values) {
            let scaled = relu(value * self.inverse);
            *quantized = (scaled + INTEGERS_BEGIN).to_bits() as u8;
        }
    }
}

/// Returns the maximum of `values`, or 0 if all are negative.
fn max_or_zero(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<{ 4 * LANES }>();
    let mut maxima = [0.0_f32; 4 * LANES];
    for values in chunks {
        for (max, &value) in maxima.iter_mut().zip(values) {
            *max = max_f32(value, *max);
        }
    }
    let all = maxima.iter().chain(rest);
    all.fold(0.0, |max, &value| max_f32(value, max))
}
