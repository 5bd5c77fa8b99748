//! What convolutions and dense layers in int8 share: quantization and dot products.
//!
//! An output is `activation_scale * weight_scale * sum(activation * weight) + bias`, where activations
//! and weights are integers. Weights are -127 to 127, quantized once, with a scale for each output.
//! Activations are 0 to 127, since they follow a ReLU; their scale is that of the image's (or row's)
//! own maximum, so that no image's result depends on others. Sums are exact in 32 bits, so all
//! machines compute the same.
//!
//! Relaxed SIMD's 8-bit dot product is 16 products and their sums in one instruction where the
//! processor has it. wasm without it, and x86-64, have two instructions of 16 bits. Other processors
//! run plain Rust natively.

pub(crate) mod dot;
mod quantize;

pub(crate) use dot::Dequantize;
pub(crate) use quantize::{MAX_K, QuantizedWeights, SNAKE_ORDER, Scale};
