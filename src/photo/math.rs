//! Functions whose last bit depends on the machine's library, so that a mask is the same everywhere.
//!
//! Natively they are the system's, which round rightly but for one result in thousands. WebAssembly
//! has none of its own, and what is compiled in for 32 bits is less exact: there they are computed
//! in 64 bits and rounded.

macro_rules! rounded {
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

rounded! {
    /// The cube root.
    cbrt(value)
    /// The exponential function.
    exp(value)
    /// The natural logarithm.
    ln(value)
    /// A power.
    powf(value, exponent)
}
