//! Convolution kernels for channels-last activations (NHWC), written once for every vector width.
//!
//! Activations lie as `[batch, height, width, channels]`, weights as `[outputs, 3, 3, inputs]`. A
//! 3x3 convolution reads a copy that is padded by one pixel of zeros all around, so that its loops
//! have no borders; the copy holds a few pictures at a time and stays in the cache. Weights are
//! packed in groups of [`GROUP`] output channels as `[group][row][column and input channel][GROUP]`,
//! so that one step of the innermost loop reads one group's weights of one input value in a row.
//!
//! The kernels hold a tile of sums in registers: 6 pixels by 16 output channels where vectors have
//! 8 lanes. `macerator`, the crate that burn's own CPU device uses, picks the widest vectors at run
//! time and covers AVX2, AVX-512, NEON, wasm's simd128 and relaxed-simd, and scalar code. What is in
//! 8-bit integers (`integers`) has vectors of 128 bits of its own, since macerator has no dot product
//! of them.

mod accumulate;
mod arithmetic;
mod batch;
mod conv3x3;
mod conv_norm;
mod conv_pool;
mod convolution;
mod dense;
mod first;
mod gradient;
mod instructions;
mod integers;
mod layout;
mod matmul;
mod normalize;
mod packing;
mod parallel;
mod pool;
mod rectify;
mod simd;
mod ways;
mod winograd;

pub use arithmetic::Arithmetic;
pub use conv_norm::{ConvNorm, ConvNormBackward, ConvNormForward, ConvNormGradients};
pub use conv_pool::{ConvPoolBackward, ConvPoolForward, ConvPoolGradients, PoolWinners};
pub use conv3x3::Conv3x3;
pub use convolution::Convolution;
pub use dense::{Dense, weighted_sums};
pub use gradient::{backward, forward};
pub use layout::GROUP;
pub use packing::pack;

#[cfg(test)]
mod tests;
