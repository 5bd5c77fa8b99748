//! Plain Rust, which compilers make vectors of, and macerator's own operations.
#![allow(
    dead_code,
    reason = "a processor with a module of its own leaves some of these to tests"
)]

use core::array::from_fn;

use macerator::{AutoArch, Simd, Vector, WithSimd};

use super::{DOT_LEN, LANES};

/// Runs `kernel` with the widest vectors that the processor has.
pub(crate) fn dispatch<K: WithSimd>(kernel: K) -> K::Output {
    AutoArch::new().dispatch(kernel)
}

/// Returns `a * b + c`, rounded once or twice.
#[inline(always)]
pub(crate) fn mul_add<S: Simd>(
    a: Vector<S, f32>,
    b: Vector<S, f32>,
    c: Vector<S, f32>,
) -> Vector<S, f32> {
    a.mul_add(b, c)
}

/// Returns the greater of `a` and `b`, lane by lane. Of a NaN and a number either may be returned.
#[inline(always)]
pub(crate) fn max<S: Simd>(a: Vector<S, f32>, b: Vector<S, f32>) -> Vector<S, f32> {
    a.max(b)
}

/// Four 32-bit integers, or sixteen 8-bit integers as operands of [`Self::dot`].
#[derive(Clone, Copy)]
pub(crate) struct I32x4([i32; LANES]);

impl I32x4 {
    #[inline(always)]
    pub(crate) fn zero() -> Self {
        Self([0; LANES])
    }

    /// Loads four bytes into each of the four lanes.
    ///
    /// # Safety
    /// Four bytes can be read from `bytes`, which need not be aligned.
    #[inline(always)]
    pub(crate) unsafe fn splat_bytes(bytes: *const u8) -> Self {
        // SAFETY: as the caller says.
        let bytes = unsafe { bytes.cast::<[u8; DOT_LEN]>().read() };
        Self([i32::from_le_bytes(bytes); LANES])
    }

    /// Loads sixteen bytes.
    ///
    /// # Safety
    /// Sixteen bytes can be read from `bytes`, which need not be aligned.
    #[inline(always)]
    pub(crate) unsafe fn load(bytes: *const i8) -> Self {
        // SAFETY: as the caller says.
        let bytes = unsafe { bytes.cast::<[[u8; DOT_LEN]; LANES]>().read() };
        Self(bytes.map(i32::from_le_bytes))
    }

    /// Returns, in each lane, `sum` plus the four products of the bytes of `self`, -127 to 127, and
    /// `values`, 0 to 127.
    #[inline(always)]
    pub(crate) fn dot(self, values: Self, sum: Self) -> Self {
        Self(from_fn(|lane| {
            let values = values.0[lane].to_le_bytes();
            let pairs = self.0[lane].to_le_bytes().into_iter().zip(values);
            let products =
                pairs.map(|(weight, value)| i32::from(weight.cast_signed()) * i32::from(value));
            sum.0[lane] + products.sum::<i32>()
        }))
    }

    /// Returns the greater of each two lanes.
    #[inline(always)]
    pub(crate) fn max(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane].max(other.0[lane])))
    }

    #[inline(always)]
    pub(crate) fn to_f32(self) -> F32x4 {
        F32x4(self.0.map(|integer| integer as f32))
    }
}

/// Four 32-bit floats.
#[derive(Clone, Copy)]
pub(crate) struct F32x4(pub(super) [f32; LANES]);

impl F32x4 {
    #[inline(always)]
    pub(crate) fn splat(value: f32) -> Self {
        Self([value; LANES])
    }

    #[inline(always)]
    pub(crate) fn load(values: &[f32; LANES]) -> Self {
        Self(*values)
    }

    #[inline(always)]
    pub(crate) fn store(self, values: &mut [f32; LANES]) {
        *values = self.0;
    }

    #[inline(always)]
    pub(crate) fn mul(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] * other.0[lane]))
    }

    #[inline(always)]
    pub(crate) fn add(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] + other.0[lane]))
    }

    /// Returns the greater of each two lanes.
    #[inline(always)]
    pub(crate) fn max(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane].max(other.0[lane])))
    }
}
