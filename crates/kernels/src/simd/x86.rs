//! Integers in SSE2, which every x86-64 processor has. The rest is portable.

use core::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_and_si128, _mm_andnot_si128, _mm_cmpgt_epi32, _mm_loadu_si128,
    _mm_madd_epi16, _mm_or_si128, _mm_set1_epi16, _mm_set1_epi32, _mm_setzero_si128,
    _mm_slli_epi16, _mm_srai_epi16, _mm_srli_epi16,
};

use super::LANES;
pub(crate) use super::portable::{F32x4, dispatch, max, mul_add};

/// Four 32-bit integers, or sixteen 8-bit integers as operands of [`Self::dot`].
#[derive(Clone, Copy)]
pub(crate) struct I32x4(__m128i);

impl I32x4 {
    #[inline(always)]
    pub(crate) fn zero() -> Self {
        // SAFETY: every x86-64 processor has SSE2.
        Self(unsafe { _mm_setzero_si128() })
    }

    /// Loads four bytes into each of the four lanes.
    ///
    /// # Safety
    /// Four bytes can be read from `bytes`, which need not be aligned.
    #[inline(always)]
    pub(crate) unsafe fn splat_bytes(bytes: *const u8) -> Self {
        // SAFETY: as the caller says; every x86-64 processor has SSE2.
        Self(unsafe { _mm_set1_epi32(bytes.cast::<i32>().read_unaligned()) })
    }

    /// Loads sixteen bytes.
    ///
    /// # Safety
    /// Sixteen bytes can be read from `bytes`, which need not be aligned.
    #[inline(always)]
    pub(crate) unsafe fn load(bytes: *const i8) -> Self {
        // SAFETY: as the caller says; every x86-64 processor has SSE2.
        Self(unsafe { _mm_loadu_si128(bytes.cast()) })
    }

    /// Returns, in each lane, `sum` plus the four products of the bytes of `self`, -127 to 127, and
    /// `values`, 0 to 127. The bytes at even and at odd positions are widened to 16 bits separately.
    #[inline(always)]
    pub(crate) fn dot(self, values: Self, sum: Self) -> Self {
        // SAFETY: every x86-64 processor has SSE2.
        unsafe {
            let even = _mm_madd_epi16(
                _mm_srai_epi16::<8>(_mm_slli_epi16::<8>(self.0)),
                _mm_and_si128(values.0, _mm_set1_epi16(0xff)),
            );
            let odd = _mm_madd_epi16(_mm_srai_epi16::<8>(self.0), _mm_srli_epi16::<8>(values.0));
            Self(_mm_add_epi32(sum.0, _mm_add_epi32(even, odd)))
        }
    }

    /// Returns the greater of each two lanes.
    #[inline(always)]
    pub(crate) fn max(self, other: Self) -> Self {
        // SAFETY: every x86-64 processor has SSE2.
        unsafe {
            let is_greater = _mm_cmpgt_epi32(self.0, other.0);
            Self(_mm_or_si128(
                _mm_and_si128(is_greater, self.0),
                _mm_andnot_si128(is_greater, other.0),
            ))
        }
    }

    #[inline(always)]
    pub(crate) fn to_f32(self) -> F32x4 {
        // SAFETY: both are sixteen bytes without invalid values.
        let integers: [i32; LANES] = unsafe { core::mem::transmute(self.0) };
        F32x4(integers.map(|integer| integer as f32))
    }
}
