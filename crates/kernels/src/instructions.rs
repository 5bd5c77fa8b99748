//! One instruction where the processor has it and `macerator` takes several.

use macerator::{Simd, Vector};

/// `a b + c`, rounded once or twice.
///
/// macerator's own `mul_add` is two instructions on wasm, whose relaxed SIMD has one. (macerator
/// knows that one too, but 0.5.2 does not compile with it: so it is only this crate that is
/// compiled with relaxed SIMD, for a package of its own.)
#[inline(always)]
pub(super) fn multiply_add<S: Simd>(
    a: Vector<S, f32>,
    b: Vector<S, f32>,
    c: Vector<S, f32>,
) -> Vector<S, f32> {
    #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
    if size_of::<Vector<S, f32>>() == size_of::<core::arch::wasm32::v128>() {
        use core::arch::wasm32::{f32x4_relaxed_madd, v128};
        use core::mem::transmute_copy;

        // SAFETY: vectors of this size are v128, which has no invalid values.
        return unsafe {
            let (a, b): (v128, v128) = (transmute_copy(&a), transmute_copy(&b));
            transmute_copy(&f32x4_relaxed_madd(a, b, transmute_copy(&c)))
        };
    }
    a.mul_add(b, c)
}

/// The greater of `a` and `b`; of a NaN and a number, whichever the processor takes.
///
/// macerator's own `max` is wasm's that gives a NaN for a NaN and 0 for 0 and -0, and on x86-64 some
/// eight instructions.
#[inline(always)]
pub(super) fn greater<S: Simd>(a: Vector<S, f32>, b: Vector<S, f32>) -> Vector<S, f32> {
    #[cfg(target_arch = "wasm32")]
    if size_of::<Vector<S, f32>>() == size_of::<core::arch::wasm32::v128>() {
        use core::arch::wasm32::{f32x4_pmax, v128};
        use core::mem::transmute_copy;

        // SAFETY: as above; simd128 has this instruction, and there are no vectors without it.
        return unsafe {
            let (a, b): (v128, v128) = (transmute_copy(&a), transmute_copy(&b));
            transmute_copy(&f32x4_pmax(a, b))
        };
    }
    a.max(b)
}
