//! One instruction where the processor has it.

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
