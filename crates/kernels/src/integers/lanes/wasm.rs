//! Integers and floats in simd128.

use core::arch::wasm32::{
    f32x4_add, f32x4_convert_i32x4, f32x4_mul, f32x4_pmax, f32x4_splat, i32x4_max, i32x4_splat,
    v128, v128_load, v128_load32_splat, v128_store,
};

use super::LANES;

/// Four 32-bit integers, or sixteen 8-bit ones.
#[derive(Clone, Copy)]
pub(in super::super) struct Integers(v128);

/// Four 32-bit floats.
#[derive(Clone, Copy)]
pub(in super::super) struct Floats(v128);

impl Integers {
    #[inline(always)]
    pub(in super::super) fn zero() -> Self {
        Self(i32x4_splat(0))
    }

    /// Four bytes, four times over.
    ///
    /// # Safety
    /// They may be read.
    #[inline(always)]
    pub(in super::super) unsafe fn repeated(bytes: *const u8) -> Self {
        // SAFETY: as the caller says; wasm knows no alignment.
        Self(unsafe { v128_load32_splat(bytes.cast()) })
    }

    /// # Safety
    /// Sixteen bytes may be read.
    #[inline(always)]
    pub(in super::super) unsafe fn load(bytes: *const i8) -> Self {
        // SAFETY: as the caller says; wasm knows no alignment.
        Self(unsafe { v128_load(bytes.cast()) })
    }

    /// In each lane `sum` and the products of its four pairs: `self`, of -127 to 127, and `values`,
    /// of 0 to 127. For such relaxed SIMD's instruction gives the same on every machine.
    #[cfg(target_feature = "relaxed-simd")]
    #[inline(always)]
    pub(in super::super) fn dot(self, values: Self, sum: Self) -> Self {
        use core::arch::wasm32::i32x4_relaxed_dot_i8x16_i7x16_add;

        Self(i32x4_relaxed_dot_i8x16_i7x16_add(self.0, values.0, sum.0))
    }

    /// The same by itself: the bytes at even and at odd places, widened to 16 bits.
    #[cfg(not(target_feature = "relaxed-simd"))]
    #[inline(always)]
    pub(in super::super) fn dot(self, values: Self, sum: Self) -> Self {
        use core::arch::wasm32::{
            i16x8_shl, i16x8_shr, i16x8_splat, i32x4_add, i32x4_dot_i16x8, u16x8_shr, v128_and,
        };

        let even = i32x4_dot_i16x8(
            i16x8_shr(i16x8_shl(self.0, 8), 8),
            v128_and(values.0, i16x8_splat(0xff)),
        );
        let odd = i32x4_dot_i16x8(i16x8_shr(self.0, 8), u16x8_shr(values.0, 8));
        Self(i32x4_add(sum.0, i32x4_add(even, odd)))
    }

    /// The greater of each two.
    #[inline(always)]
    pub(in super::super) fn max(self, other: Self) -> Self {
        Self(i32x4_max(self.0, other.0))
    }

    #[inline(always)]
    pub(in super::super) fn to_floats(self) -> Floats {
        Floats(f32x4_convert_i32x4(self.0))
    }
}

impl Floats {
    #[inline(always)]
    pub(in super::super) fn splat(value: f32) -> Self {
        Self(f32x4_splat(value))
    }

    #[inline(always)]
    pub(in super::super) fn load(values: &[f32; LANES]) -> Self {
        // SAFETY: these are a vector's sixteen bytes, and wasm knows no alignment.
        Self(unsafe { v128_load(values.as_ptr().cast()) })
    }

    #[inline(always)]
    pub(in super::super) fn store(self, values: &mut [f32; LANES]) {
        // SAFETY: as above.
        unsafe { v128_store(values.as_mut_ptr().cast(), self.0) };
    }

    #[inline(always)]
    pub(in super::super) fn times(self, other: Self) -> Self {
        Self(f32x4_mul(self.0, other.0))
    }

    #[inline(always)]
    pub(in super::super) fn plus(self, other: Self) -> Self {
        Self(f32x4_add(self.0, other.0))
    }

    /// The greater of each two.
    #[inline(always)]
    pub(in super::super) fn max(self, other: Self) -> Self {
        Self(f32x4_pmax(self.0, other.0))
    }
}
