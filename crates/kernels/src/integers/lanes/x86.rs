//! Integers in SSE2, which every x86-64 processor has.

use core::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_and_si128, _mm_andnot_si128, _mm_cmpgt_epi32, _mm_loadu_si128,
    _mm_madd_epi16, _mm_or_si128, _mm_set1_epi16, _mm_set1_epi32, _mm_setzero_si128,
    _mm_slli_epi16, _mm_srai_epi16, _mm_srli_epi16,
};

use super::{Floats, LANES};

/// Four 32-bit integers, or sixteen 8-bit ones.
#[derive(Clone, Copy)]
pub(in super::super) struct Integers(__m128i);

impl Integers {
    #[inline(always)]
    pub(in super::super) fn zero() -> Self {
        // SAFETY: every x86-64 processor has SSE2.
        Self(unsafe { _mm_setzero_si128() })
    }

    /// Four bytes, four times over.
    ///
    /// # Safety
    /// They may be read.
    #[inline(always)]
    pub(in super::super) unsafe fn repeated(bytes: *const u8) -> Self {
        // SAFETY: as the caller says; every x86-64 processor has SSE2.
        Self(unsafe { _mm_set1_epi32(bytes.cast::<i32>().read_unaligned()) })
    }

    /// # Safety
    /// Sixteen bytes may be read.
    #[inline(always)]
    pub(in super::super) unsafe fn load(bytes: *const i8) -> Self {
        // SAFETY: as the caller says; every x86-64 processor has SSE2.
        Self(unsafe { _mm_loadu_si128(bytes.cast()) })
    }

    /// In each lane `sum` and the products of its four pairs: `self`, of -127 to 127, and `values`,
    /// of 0 to 127. The bytes at even and at odd places are widened to 16 bits for themselves.
    #[inline(always)]
    pub(in super::super) fn dot(self, values: Self, sum: Self) -> Self {
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

    /// The greater of each two.
    #[inline(always)]
    pub(in super::super) fn max(self, other: Self) -> Self {
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
    pub(in super::super) fn to_floats(self) -> Floats {
        // SAFETY: both are sixteen bytes without invalid values.
        let integers: [i32; LANES] = unsafe { core::mem::transmute(self.0) };
        Floats(integers.map(|integer| integer as f32))
    }
}
