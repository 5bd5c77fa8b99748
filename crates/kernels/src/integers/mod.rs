//! Convolutions and dense layers in 8-bit integers, on one thread.
//!
//! An output is `scale_of_picture * scale_of_output * sum(value * weight) + bias`, whose values and
//! weights are integers. Weights are -127 to 127, rounded once; their scale is that of their
//! output. Activations are those that follow a ReLU, which are never negative: 0 to 127, of a scale
//! that their own picture's greatest one gives, so that no picture's answer depends on others. Sums
//! are exact, in 32 bits: of the same integers every machine has the same.
//!
//! Relaxed SIMD's dot product of 8-bit integers is 16 products and their sums in one instruction,
//! where the processor has it; wasm without it, and x86-64, have two of 16 bits. Other
//! processors natively do with plain Rust.

mod convolution;
mod dense;
mod dots;
mod finish;
mod lanes;
mod quantize;

pub(super) use convolution::Convolution;
pub(super) use dense::Dense;

/// Windows, or rows, whose sums are in registers at once: with more of them than two, browsers run
/// out of registers.
const WINDOWS: usize = 2;
