//! Floats in plain Rust, which compilers make vectors of.

use core::array::from_fn;

use super::LANES;

/// Four 32-bit floats.
#[derive(Clone, Copy)]
pub(in super::super) struct Floats(pub(super) [f32; LANES]);

impl Floats {
    #[inline(always)]
    pub(in super::super) fn splat(value: f32) -> Self {
        Self([value; LANES])
    }

    #[inline(always)]
    pub(in super::super) fn load(values: &[f32; LANES]) -> Self {
        Self(*values)
    }

    #[inline(always)]
    pub(in super::super) fn store(self, values: &mut [f32; LANES]) {
        *values = self.0;
    }

    #[inline(always)]
    pub(in super::super) fn times(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] * other.0[lane]))
    }

    #[inline(always)]
    pub(in super::super) fn plus(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] + other.0[lane]))
    }

    /// The greater of each two.
    #[inline(always)]
    pub(in super::super) fn max(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane].max(other.0[lane])))
    }
}
