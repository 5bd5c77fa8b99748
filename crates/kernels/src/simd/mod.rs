//! Vectors, and the instructions that `macerator` lacks. Only here does the processor matter.
//!
//! Kernels of floats are generic over macerator's `Simd`. There are two ways to compile them for
//! every width and to call the widest:
//!
//! - `#[macerator::with_simd]` on a function, for loops that the compiler vectorizes by itself.
//! - [`dispatch`] with a struct that implements `WithSimd`, for register tiles and whatever else uses
//!   [`mul_add`] or [`I32x4::dot`]. It enables relaxed SIMD where the feature asks for it.
//!
//! In both, everything must be inlined into the function that has the vectors' instructions enabled,
//! or else it is compiled without them. So helpers are `#[inline(always)]`, and in float kernels
//! there are loops over indices where closures over arrays would be shorter: a closure cannot be
//! marked, and each addition in one may become a call.
//!
//! A module per kind of processor has the same names in it.

#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "wasm32", target_feature = "simd128")
)))]
pub(crate) use portable::{F32x4, I32x4, dispatch, max, mul_add};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use wasm::{F32x4, I32x4, dispatch, max, mul_add};
#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{F32x4, I32x4, dispatch, max, mul_add};

/// 32-bit lanes of [`I32x4`] and [`F32x4`].
pub(crate) const LANES: usize = 4;
/// Products that [`I32x4::dot`] sums in each lane.
pub(crate) const DOT_LEN: usize = 4;

/// Returns the greater of `a` and `b`; of a NaN and a number either may be returned.
///
/// Unlike `f32::max`, whose NaN rules wasm has no instruction for, compilers make a vector of this on
/// every processor.
#[inline(always)]
pub(crate) fn max_f32(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// Returns `max(0, value)`, and 0 for a NaN.
#[inline(always)]
pub(crate) fn relu(value: f32) -> f32 {
    max_f32(value, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weights and activations at both ends of their ranges, with the sign bit of every byte set and
    /// not.
    #[test]
    fn dot_equals_portable_dot_and_plain_sums() {
        let weights: [i8; 16] = [
            127, -127, 127, 127, -127, -127, -127, -127, 0, 1, -1, 64, 5, -77, 127, -1,
        ];
        for values in [[127_u8; 4], [0; 4], [1, 127, 0, 63], [126, 3, 127, 127]] {
            // SAFETY: the arrays have as many bytes as are read.
            let (found, expected) = unsafe {
                let (weights, values) = (weights.as_ptr(), values.as_ptr());
                let dot = I32x4::load(weights).dot(I32x4::splat_bytes(values), I32x4::zero());
                let dot = I32x4::load(weights).dot(I32x4::splat_bytes(values), dot);
                let plain = portable::I32x4::load(weights);
                let other = portable::I32x4::splat_bytes(values);
                let plain = plain.dot(other, plain.dot(other, portable::I32x4::zero()));
                (dot, plain)
            };
            let lanes_of = |floats: F32x4| {
                let mut values = [f32::NAN; LANES];
                floats.store(&mut values);
                values
            };
            let by_hand: [f32; LANES] = core::array::from_fn(|lane| {
                let pairs = weights[lane * 4..].iter().zip(values);
                2.0 * pairs
                    .map(|(&a, b)| f32::from(a) * f32::from(b))
                    .sum::<f32>()
            });
            assert_eq!(lanes_of(expected.to_f32()), by_hand);
            assert_eq!(lanes_of(found.to_f32()), by_hand);
            let zero = I32x4::zero();
            assert_eq!(
                lanes_of(found.max(zero).to_f32()),
                by_hand.map(|x| x.max(0.0))
            );
            let zero = portable::I32x4::zero();
            assert_eq!(
                lanes_of(expected.max(zero).to_f32()),
                by_hand.map(|x| x.max(0.0))
            );
        }
    }
}
