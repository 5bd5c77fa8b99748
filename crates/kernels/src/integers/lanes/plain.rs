//! Integers in plain Rust.

use core::array::from_fn;

use super::{Floats, LANES, PRODUCTS};

/// Four 32-bit integers, or sixteen 8-bit ones.
#[derive(Clone, Copy)]
pub(in super::super) struct Integers([i32; LANES]);

impl Integers {
    #[inline(always)]
    pub(in super::super) fn zero() -> Self {
        Self([0; LANES])
    }

    /// Four bytes, four times over.
    ///
    /// # Safety
    /// They may be read.
    #[inline(always)]
    pub(in super::super) unsafe fn repeated(bytes: *const u8) -> Self {
        // SAFETY: as the caller says.
        let bytes = unsafe { bytes.cast::<[u8; PRODUCTS]>().read() };
        Self([i32::from_le_bytes(bytes); LANES])
    }

    /// # Safety
    /// Sixteen bytes may be read.
    #[inline(always)]
    pub(in super::super) unsafe fn load(bytes: *const i8) -> Self {
        // SAFETY: as the caller says.
        let bytes = unsafe { bytes.cast::<[[u8; PRODUCTS]; LANES]>().read() };
        Self(bytes.map(i32::from_le_bytes))
    }

    /// In each lane `sum` and the products of its four pairs: `self`, of -127 to 127, and `values`,
    /// of 0 to 127.
    #[inline(always)]
    pub(in super::super) fn dot(self, values: Self, sum: Self) -> Self {
        Self(from_fn(|lane| {
            let values = values.0[lane].to_le_bytes();
            let pairs = self.0[lane].to_le_bytes().into_iter().zip(values);
            let products =
                pairs.map(|(weight, value)| i32::from(weight.cast_signed()) * i32::from(value));
            sum.0[lane] + products.sum::<i32>()
        }))
    }

    /// The greater of each two.
    #[inline(always)]
    pub(in super::super) fn max(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane].max(other.0[lane])))
    }

    #[inline(always)]
    pub(in super::super) fn to_floats(self) -> Floats {
        Floats(self.0.map(|integer| integer as f32))
    }
}
