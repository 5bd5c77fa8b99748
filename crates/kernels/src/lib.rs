//! SIMD kernels for small convolutional networks: 3x3 convolutions and dense layers.
//!
//! Inference runs in 32-bit floats or 8-bit integers ([`Precision`]), on the calling thread. Training
//! runs in 32-bit floats, forward and backward, and with the feature `rayon` on all threads.
//!
//! | for | see |
//! |---|---|
//! | a convolution with bias, residual sum, ReLU and max pooling, in inference | [`Convolution`] |
//! | a dense layer, in inference | [`Dense`], [`weighted_sums`] |
//! | a bare convolution and its gradients | [`forward`], [`backward`] |
//! | convolution, batch normalisation, residual sum and ReLU, in training | [`ConvNorm`] |
//! | convolution, bias, ReLU and max pooling, in training | [`Conv3x3::pool_forward`], [`Conv3x3::pool_backward`] |
//!
//! # Example
//!
//! Two 28x28 images of one channel through a convolution with 2x2 max pooling and a dense layer:
//!
//! ```
//! use thimble_kernels::{Conv3x3, Convolution, Dense, Precision, pack};
//!
//! let conv = Conv3x3 { size: [28, 28], inputs: 1, outputs: 16, stride: 1 };
//! let weights = vec![0.1; 16 * 9];
//! let layer = Convolution::new(conv, pack(&weights, 16), vec![0.0; 16], true, Precision::F32);
//! let k = layer.output_values();
//! let dense = Dense::new(&vec![0.01; k * 10], vec![0.0; 10], false, Precision::F32);
//!
//! let images = vec![1.0; 2 * 28 * 28];
//! let mut activations = vec![0.0; 2 * k];
//! layer.run(&images, None, &mut activations);
//! let mut logits = vec![0.0; 2 * 10];
//! dense.run(&activations, &mut logits);
//! assert!(logits.iter().all(|logit| *logit > 0.0));
//! ```
//!
//! # Data layout
//!
//! - Activations are NHWC: `[batch, height, width, channels]`.
//! - Weights of a convolution are `[outputs, 3, 3, inputs]`. To the kernels this is a matrix
//!   `[outputs, k]` with `k = 9 * inputs`, as after im2col; no kernel writes an im2col matrix.
//! - [`pack`] interleaves [`GROUP`] = 16 output channels: `[outputs / 16, k, 16]`. One step of the
//!   innermost loop reads the weights of one input value for one group from consecutive memory.
//! - A convolution reads a copy of a few images with one pixel of zeros around them, so that its
//!   loops have no borders. The copy stays in the cache.
//!
//! # Algorithms
//!
//! A convolution picks its algorithm from its shape and precision (`conv3x3/algorithm.rs`):
//!
//! - **Winograd** F(4x4, 3x3) where the stride is 1 and inputs and outputs are multiples of 16.
//! - **Stem** for one input channel: nine weights per output channel, pooled in registers.
//! - **Direct** for anything else, stride 2 included: a register tile of, with 8 lanes, 6 pixels by
//!   16 output channels.
//! - **int8** where asked for and the input channels are a multiple of four: the direct loops over
//!   8-bit dot products.
//!
//! # Vectors
//!
//! Kernels of floats are written once, generic over [`macerator`]'s vectors: AVX-512, AVX2, SSE4.2, NEON,
//! wasm's simd128, or scalar code. With the feature `runtime-detection` macerator picks the widest that the
//! processor has; without it the widest of the compiler's target features. 8-bit integers have 128-bit vectors of this crate's own (`simd/`), since macerator
//! has no dot product of them.
//!
//! # Features
//!
//! - `runtime-detection`: native programs pick the vector width when they run. Native users want it.
//! - `rayon`: training runs on rayon's threads. Results do not depend on their number.
//! - `relaxed-simd`: on wasm32, relaxed SIMD's multiply-add and 8-bit dot product, each one
//!   instruction. The module then needs a browser or runtime that has relaxed SIMD. No compiler flag
//!   but `+simd128` is needed, and on other targets the feature does nothing.
//!
//! # Tests and soundness
//!
//! `unsafe` is in the innermost loops, whose slices are checked before, and each block says why it
//! holds. The tests compare every kernel with plain sums in double precision (`src/tests/`), on a new
//! thread, whose buffers are exactly as long as needed, and on a used one.
//!
//! Each vector width has register tiles of its own, but a processor only runs its widest. Without its
//! `std` feature macerator asks the compiler, not the processor, which width there is, so a flag for
//! macerator alone selects it (`x86-64`, `x86-64-v2`, `-v3` or `-v4` for scalar, SSE4.2, AVX2 or
//! AVX-512):
//!
//! ```text
//! cargo +nightly test -p thimble-kernels --lib --features macerator/avx512 -Zprofile-rustflags \
//!   --config 'profile.dev.package.macerator.rustflags=["-Ctarget-cpu=x86-64-v3"]'
//! ```
//!
//! `cargo xtask soundness` runs this once per width with AddressSanitizer
//! (`RUSTFLAGS=-Zsanitizer=address --target …`) and once under Miri, where thimble-kernels gets the
//! same flag as macerator. Under Miri the tests take fewer cases of smaller sizes.

mod backward;
mod conv3x3;
mod dense;
mod gemm;
mod int8;
mod pack;
mod parallel;
mod scratch;
mod simd;
#[cfg(test)]
mod tests;

pub use backward::backward;
pub use backward::conv_norm::{ConvNorm, ConvNormBackward, ConvNormForward, ConvNormGradients};
pub use backward::conv_pool::{ConvPoolBackward, ConvPoolForward, ConvPoolGradients, PoolWinners};
pub use conv3x3::{Conv3x3, Convolution, forward};
pub use dense::{Dense, weighted_sums};
pub use pack::{GROUP, pack};

/// The numbers that a layer of inference multiplies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats.
    F32,
    /// 8-bit integers, where the layer supports them; other layers compute in floats.
    ///
    /// Weights are quantized when the layer is built, one scale per output channel. Activations are
    /// quantized when it runs, one scale per image or row, and must not be negative: a negative one
    /// counts as 0. Sums are exact in 32 bits; bias, residual and output are floats.
    Int8,
}
