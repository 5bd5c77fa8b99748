//! Elementary functions that return the same bits natively and in WebAssembly, so that masks are the same
//! too.
//!
//! Native builds call the system's 32-bit functions, which round correctly but for one result in thousands.
//! WebAssembly has no such instructions, and the 32-bit functions compiled into a module are less exact;
//! there the functions compute in 64 bits and round.

macro_rules! reproducible {
    ($(#[$doc:meta] $name:ident($value:ident $(, $more:ident)?))*) => {$(
        #[$doc]
        #[cfg(target_arch = "wasm32")]
        pub(super) fn $name($value: f32 $(, $more: f32)?) -> f32 {
            f64::from($value).$name($(f64::from($more))?) as f32
        }

        #[$doc]
        #[cfg(not(target_arch = "wasm32"))]
        pub(super) fn $name($value: f32 $(, $more: f32)?) -> f32 {
            $value.$name($($more)?)
        }
    )*};
}

reproducible! {
    /// Returns the cube root.
    cbrt(value)
    /// Returns `e` to the power of `value`.
    exp(value)
    /// Returns the natural logarithm.
    ln(value)
    /// Raises `value` to the power of `exponent`.
    powf(value, exponent)
}
