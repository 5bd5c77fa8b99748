//! A 3x3 convolution in int8: input and weights are quantized, bias, residual and output are floats.

use macerator::{Simd, WithSimd};

use super::Conv3x3;
use super::layout::{LoopLayout, Loops};
use super::padded::{Padded, inner_rows};
use crate::int8::dot::{TILE_ROWS, dot_products, max};
use crate::int8::{Dequantize, MAX_K, QuantizedWeights, SNAKE_ORDER, Scale};
use crate::simd::{DOT_LEN, dispatch};

/// Returns whether a convolution can be computed in int8.
pub(super) fn supports(conv: &Conv3x3) -> bool {
    conv.inputs.is_multiple_of(DOT_LEN) && 9 * conv.inputs <= MAX_K
}

/// Quantized weights, and the loops of one image.
#[derive(Clone, Debug)]
pub(super) struct Int8Weights {
    weights: QuantizedWeights,
    /// The loops have an even number of pixels: the last one is repeated where need be. With max
    /// pooling the four pixels of each output pixel follow each other.
    layout: LoopLayout,
    max_pool: bool,
}

impl Int8Weights {
    /// Quantizes weights packed as `[outputs / 16, 9 * inputs, 16]` of a convolution that this module
    /// [`supports`].
    pub(super) fn new(conv: &Conv3x3, packed: &[f32], max_pool: bool) -> Self {
        let mut layout = conv.forward_layout(1);
        layout.output_offsets.clear();
        let windows = &mut layout.input_offsets;
        if max_pool {
            let [height, width] = conv.output_size();
            let (rows, columns) = (height / 2, width / 2);
            let corners =
                (0..rows * columns).map(|pixel| pixel / columns * 2 * width + pixel % columns * 2);
            let quads = corners.flat_map(|at| [at, at + 1, at + width, at + width + 1]);
            *windows = quads.map(|pixel| windows[pixel]).collect();
        }
        let last = windows.last().copied();
        windows.extend(last.filter(|_| !windows.len().is_multiple_of(TILE_ROWS)));
        Self {
            weights: QuantizedWeights::new(packed, conv.outputs, &SNAKE_ORDER),
            layout,
            max_pool,
        }
    }

    /// Writes `relu(convolution + bias + residual)` of one image, max pooled if so built. `buffer` is
    /// where the quantized image goes.
    ///
    /// # Panics
    /// If a length does not match.
    pub(super) fn convolve(
        &self,
        conv: &Conv3x3,
        input: &[f32],
        bias: &[f32],
        residual: Option<&[f32]>,
        output: &mut [f32],
        buffer: &mut Padded<u8>,
    ) {
        let scale = Scale::of(input);
        let padded = buffer.buffer(1, conv.input_shape());
        let rows = input.chunks_exact((conv.size[1] * conv.inputs).max(1));
        for (to, values) in inner_rows(padded, conv.input_shape()).zip(rows) {
            scale.quantize(values, to);
        }
        let kernel = Convolve {
            loops: self.layout.all(),
            input: padded,
            weights: &self.weights.values,
            pixels: conv.output_size().iter().product(),
            dequantize: Dequantize {
                weight_scales: &self.weights.scales,
                bias,
                residual: residual.unwrap_or_default(),
                relu: true,
            },
            scale,
            output,
        };
        if self.max_pool {
            dispatch(ConvolveMaxPool(kernel));
        } else {
            dispatch(kernel);
        }
    }
}

/// One image, quantized with `scale`.
struct Convolve<'a> {
    loops: Loops<'a>,
    input: &'a [u8],
    weights: &'a [i8],
    pixels: usize,
    dequantize: Dequantize<'a>,
    scale: Scale,
    output: &'a mut [f32],
}

impl WithSimd for Convolve<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let (dequantize, scale) = (self.dequantize, self.scale);
        let (output, last) = (self.output, self.pixels - 1);
        dot_products::<TILE_ROWS, 1, 1>(
            &self.loops,
            self.input,
            self.weights,
            |first, group, sums| {
                for (pixel, sums) in (first..).zip(sums) {
                    dequantize.write(sums, [pixel.min(last), group], scale, output);
                }
            },
        );
    }
}

/// The same with the maximum of each 2x2 pixels.
struct ConvolveMaxPool<'a>(Convolve<'a>);

impl WithSimd for ConvolveMaxPool<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let (dequantize, scale) = (self.0.dequantize, self.0.scale);
        let output = self.0.output;
        dot_products::<TILE_ROWS, 2, 1>(
            &self.0.loops,
            self.0.input,
            self.0.weights,
            |first, group, [left, right]| {
                dequantize.write(max(left, right), [first / 4, group], scale, output);
            },
        );
    }
}
