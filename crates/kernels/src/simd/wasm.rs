//! wasm's simd128, and relaxed SIMD where the feature `relaxed-simd` asks for it.
//!
//! Relaxed SIMD's instructions are enabled function by function, in [`dispatch`], and not by a flag for
//! the whole program, with which macerator 0.5.2 does not compile (docs/macerator-relaxed-simd.md in
//! Thimble's repository). A runtime without them does not load the module, so there is nothing to
//! detect at run time, and calling a function that has them enabled is safe.

use core::arch::wasm32::{
    f32x4_add, f32x4_convert_i32x4, f32x4_mul, f32x4_pmax, f32x4_relaxed_madd, f32x4_splat,
    i16x8_shl, i16x8_shr, i16x8_splat, i32x4_add, i32x4_dot_i16x8, i32x4_max,
    i32x4_relaxed_dot_i8x16_i7x16_add, i32x4_splat, u16x8_shr, v128, v128_and, v128_load,
    v128_load32_splat, v128_store,
};
use core::mem::transmute_copy;

use macerator::{AutoArch, Simd, Vector, WithSimd};

use super::LANES;

/// Whether kernels are compiled with relaxed SIMD.
const RELAXED: bool = cfg!(feature = "relaxed-simd");

/// Runs `kernel` with vectors of 128 bits and, with the feature `relaxed-simd`, relaxed SIMD.
pub(crate) fn dispatch<K: WithSimd>(kernel: K) -> K::Output {
    AutoArch::new().dispatch(Simd128(kernel))
}

/// A kernel that is compiled for simd128 alone, and with relaxed SIMD if so configured.
struct Simd128<K>(K);

impl<K: WithSimd> WithSimd for Simd128<K> {
    type Output = K::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self) -> K::Output {
        // Its own function, so that what calls a kernel stays small: browsers compile huge functions
        // worse.
        #[cfg_attr(feature = "relaxed-simd", target_feature(enable = "relaxed-simd"))]
        #[inline(never)]
        fn run<K: WithSimd, S: Simd>(kernel: K) -> K::Output {
            kernel.with_simd::<S>()
        }
        // macerator compiles a scalar copy too, though it never picks it here: without this the copy
        // would be in the package.
        assert!(is_simd128::<S>(), "macerator picked other vectors");
        run::<K, S>(self.0)
    }
}

/// Whether vectors are [`v128`].
#[inline(always)]
fn is_simd128<S: Simd>() -> bool {
    size_of::<Vector<S, f32>>() == size_of::<v128>()
}

/// Returns `a * b + c`, rounded once or twice: one instruction of relaxed SIMD, or two.
#[inline(always)]
pub(crate) fn mul_add<S: Simd>(
    a: Vector<S, f32>,
    b: Vector<S, f32>,
    c: Vector<S, f32>,
) -> Vector<S, f32> {
    if RELAXED && is_simd128::<S>() {
        // SAFETY: vectors of this size are v128, which has no invalid values.
        return unsafe {
            let (a, b): (v128, v128) = (transmute_copy(&a), transmute_copy(&b));
            transmute_copy(&f32x4_relaxed_madd(a, b, transmute_copy(&c)))
        };
    }
    a.mul_add(b, c)
}

/// Returns the greater of `a` and `b`, lane by lane. Of a NaN and a number either may be returned.
///
/// This is `pmax`, one instruction on x86-64. macerator's `max` is wasm's `max`, which minds NaN and
/// -0 and takes about eight.
#[inline(always)]
pub(crate) fn max<S: Simd>(a: Vector<S, f32>, b: Vector<S, f32>) -> Vector<S, f32> {
    if is_simd128::<S>() {
        // SAFETY: vectors of this size are v128, which has no invalid values.
        return unsafe {
            let (a, b): (v128, v128) = (transmute_copy(&a), transmute_copy(&b));
            transmute_copy(&f32x4_pmax(a, b))
        };
    }
    a.max(b)
}

/// Four 32-bit integers, or sixteen 8-bit integers as operands of [`Self::dot`].
#[derive(Clone, Copy)]
pub(crate) struct I32x4(v128);

impl I32x4 {
    #[inline(always)]
    pub(crate) fn zero() -> Self {
        Self(i32x4_splat(0))
    }

    /// Loads four bytes into each of the four lanes.
    ///
    /// # Safety
    /// Four bytes can be read from `bytes`, which need not be aligned.
    #[inline(always)]
    pub(crate) unsafe fn splat_bytes(bytes: *const u8) -> Self {
        // SAFETY: as the caller says; wasm loads from any address.
        Self(unsafe { v128_load32_splat(bytes.cast()) })
    }

    /// Loads sixteen bytes.
    ///
    /// # Safety
    /// Sixteen bytes can be read from `bytes`, which need not be aligned.
    #[inline(always)]
    pub(crate) unsafe fn load(bytes: *const i8) -> Self {
        // SAFETY: as the caller says; wasm loads from any address.
        Self(unsafe { v128_load(bytes.cast()) })
    }

    /// Returns, in each lane, `sum` plus the four products of the bytes of `self`, -127 to 127, and
    /// `values`, 0 to 127.
    ///
    /// For these ranges relaxed SIMD's instruction returns the same on every machine. Without it the
    /// bytes at even and at odd positions are widened to 16 bits separately.
    #[inline(always)]
    pub(crate) fn dot(self, values: Self, sum: Self) -> Self {
        if RELAXED {
            return Self(i32x4_relaxed_dot_i8x16_i7x16_add(self.0, values.0, sum.0));
        }
        let even = i32x4_dot_i16x8(
            i16x8_shr(i16x8_shl(self.0, 8), 8),
            v128_and(values.0, i16x8_splat(0xff)),
        );
        let odd = i32x4_dot_i16x8(i16x8_shr(self.0, 8), u16x8_shr(values.0, 8));
        Self(i32x4_add(sum.0, i32x4_add(even, odd)))
    }

    /// Returns the greater of each two lanes.
    #[inline(always)]
    pub(crate) fn max(self, other: Self) -> Self {
        Self(i32x4_max(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn to_f32(self) -> F32x4 {
        F32x4(f32x4_convert_i32x4(self.0))
    }
}

/// Four 32-bit floats.
#[derive(Clone, Copy)]
pub(crate) struct F32x4(v128);

impl F32x4 {
    #[inline(always)]
    pub(crate) fn splat(value: f32) -> Self {
        Self(f32x4_splat(value))
    }

    #[inline(always)]
    pub(crate) fn load(values: &[f32; LANES]) -> Self {
        // SAFETY: the array has the sixteen bytes of a vector; wasm loads from any address.
        Self(unsafe { v128_load(values.as_ptr().cast()) })
    }

    #[inline(always)]
    pub(crate) fn store(self, values: &mut [f32; LANES]) {
        // SAFETY: the array has the sixteen bytes of a vector; wasm stores to any address.
        unsafe { v128_store(values.as_mut_ptr().cast(), self.0) };
    }

    #[inline(always)]
    pub(crate) fn mul(self, other: Self) -> Self {
        Self(f32x4_mul(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn add(self, other: Self) -> Self {
        Self(f32x4_add(self.0, other.0))
    }

    /// Returns the greater of each two lanes.
    #[inline(always)]
    pub(crate) fn max(self, other: Self) -> Self {
        Self(f32x4_pmax(self.0, other.0))
    }
}
