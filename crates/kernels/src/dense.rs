//! Dense layers, and the weighted sum over pixels before the last one, on the calling thread.
#![expect(
    clippy::extra_unused_type_parameters,
    reason = "`with_simd` needs a type of vectors"
)]

use macerator::{Simd, WithSimd};

use crate::Precision;
use crate::conv3x3::layout::Loops;
use crate::gemm::gemm;
use crate::int8::dot::{TILE_ROWS, dot_products};
use crate::int8::{Dequantize, MAX_K, QuantizedWeights, Scale};
use crate::pack::GROUP;
use crate::scratch::{Int8Rows, Scratch, with_scratch};
use crate::simd::{DOT_LEN, dispatch, relu};

/// Groups of outputs in a register tile of a single row: one group alone would leave the multipliers
/// waiting.
const SINGLE_ROW_GROUPS: usize = 2;

/// A dense layer of inference.
///
/// ```
/// use thimble_kernels::{Dense, Precision};
///
/// // Two inputs, three outputs.
/// let weights = [1.0, 0.0, 2.0, 0.0, 1.0, 2.0];
/// let dense = Dense::new(&weights, vec![0.5, 0.0, -20.0], true, Precision::F32);
/// let mut output = [0.0; 3];
/// dense.run(&[3.0, 4.0], &mut output);
/// assert_eq!(output, [3.5, 4.0, 0.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Dense {
    weights: Weights,
    k: usize,
    bias: Vec<f32>,
    relu: bool,
}

#[derive(Clone, Debug)]
enum Weights {
    /// `[outputs / 16 rounded up, k, 16]`, with zeros beyond the last output.
    F32(Vec<f32>),
    Int8(QuantizedWeights),
}

impl Dense {
    /// Builds a layer from weights `[k, outputs]`, where `k` is the number of inputs, and a bias
    /// `[outputs]`; `relu` applies a ReLU.
    ///
    /// With [`Precision::Int8`] the layer computes in int8 if `k` is a multiple of four and the outputs
    /// are one of 32; no value of its input may then be negative (such a one counts as 0).
    ///
    /// # Panics
    /// If there are no weights, or their number is no multiple of the outputs'.
    pub fn new(weights: &[f32], bias: Vec<f32>, relu: bool, precision: Precision) -> Self {
        let outputs = bias.len();
        assert!(
            outputs > 0 && !weights.is_empty() && weights.len().is_multiple_of(outputs),
            "weights must be a matrix of {outputs} columns, got {} values",
            weights.len()
        );
        let k = weights.len() / outputs;
        let mut packed = vec![0.0; outputs.div_ceil(GROUP) * k * GROUP];
        for (index, weights) in weights.chunks_exact(outputs).enumerate() {
            for (output, weight) in weights.iter().enumerate() {
                packed[(output / GROUP * k + index) * GROUP + output % GROUP] = *weight;
            }
        }
        let weights = match precision {
            Precision::Int8 if supports_int8(k, outputs) => {
                Weights::Int8(QuantizedWeights::new(&packed, outputs, &[0]))
            }
            _ => Weights::F32(packed),
        };
        Self {
            weights,
            k,
            bias,
            relu,
        }
    }

    /// Returns the number of inputs of a row.
    pub fn inputs(&self) -> usize {
        self.k
    }

    /// Returns the number of outputs of a row.
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Writes `input`, `[rows, k]`, times the weights, plus the bias, to `output`, `[rows, outputs]`.
    ///
    /// # Panics
    /// If a length does not match.
    pub fn run(&self, input: &[f32], output: &mut [f32]) {
        assert!(
            input.len().is_multiple_of(self.k),
            "input must be rows of {} values, got {}",
            self.k,
            input.len()
        );
        let rows = input.len() / self.k;
        assert_eq!(
            output.len(),
            rows * self.outputs(),
            "number of output values"
        );
        if rows == 0 {
            return;
        }
        with_scratch(|scratch| {
            let Scratch {
                dense, int8_rows, ..
            } = scratch;
            match &self.weights {
                Weights::F32(packed) => self.run_f32(rows, packed, input, output, dense),
                Weights::Int8(weights) => self.run_int8(weights, input, output, int8_rows),
            }
        });
    }

    fn run_f32(
        &self,
        rows: usize,
        packed: &[f32],
        input: &[f32],
        output: &mut [f32],
        buffer: &mut Vec<f32>,
    ) {
        let (k, outputs) = (self.k, self.outputs());
        let padded = outputs.next_multiple_of(GROUP);
        if padded == outputs {
            dispatch(Multiply {
                rows,
                k,
                input,
                packed,
                output,
            });
        } else {
            buffer.resize(rows * padded, 0.0);
            dispatch(Multiply {
                rows,
                k,
                input,
                packed,
                output: buffer,
            });
            let rows = output
                .chunks_exact_mut(outputs)
                .zip(buffer.chunks_exact(padded));
            for (output, sums) in rows {
                output.copy_from_slice(&sums[..outputs]);
            }
        }
        for output in output.chunks_exact_mut(outputs) {
            for (value, bias) in output.iter_mut().zip(&self.bias) {
                let sum = *value + bias;
                *value = if self.relu { relu(sum) } else { sum };
            }
        }
    }

    fn run_int8(
        &self,
        weights: &QuantizedWeights,
        input: &[f32],
        output: &mut [f32],
        buffers: &mut Int8Rows,
    ) {
        let Int8Rows {
            values,
            scales,
            offsets,
        } = buffers;
        values.resize(input.len(), 0);
        scales.clear();
        let rows = values
            .chunks_exact_mut(self.k)
            .zip(input.chunks_exact(self.k));
        for (values, input) in rows {
            let scale = Scale::of(input);
            scale.quantize(input, values);
            scales.push(scale);
        }
        offsets.clear();
        offsets.extend((0..scales.len()).map(|row| row * self.k));
        dispatch(MultiplyInt8 {
            loops: Loops::over_rows(self.k, self.outputs(), offsets),
            input: values,
            weights: &weights.values,
            scales,
            dequantize: Dequantize {
                weight_scales: &weights.scales,
                bias: &self.bias,
                residual: &[],
                relu: self.relu,
            },
            output,
        });
    }
}

fn supports_int8(k: usize, outputs: usize) -> bool {
    k.is_multiple_of(DOT_LEN) && outputs.is_multiple_of(SINGLE_ROW_GROUPS * GROUP) && k <= MAX_K
}

/// [`gemm`], with the widest vectors.
struct Multiply<'a> {
    rows: usize,
    k: usize,
    input: &'a [f32],
    packed: &'a [f32],
    output: &'a mut [f32],
}

impl WithSimd for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        gemm::<S>(self.rows, self.k, self.input, self.packed, self.output);
    }
}

/// The quantized rows of `loops` times quantized weights.
struct MultiplyInt8<'a> {
    loops: Loops<'a>,
    input: &'a [u8],
    weights: &'a [i8],
    /// One for each row.
    scales: &'a [Scale],
    dequantize: Dequantize<'a>,
    output: &'a mut [f32],
}

impl WithSimd for MultiplyInt8<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let (loops, dequantize, scales) = (self.loops, self.dequantize, self.scales);
        let output = self.output;
        let rows = loops.input_offsets;
        let (tiles, single) = rows.split_at(rows.len() / TILE_ROWS * TILE_ROWS);
        let in_tiles = Loops {
            input_offsets: tiles,
            ..loops
        };
        dot_products::<TILE_ROWS, 1, 1>(
            &in_tiles,
            self.input,
            self.weights,
            |first, group, sums| {
                for (row, sums) in (first..).zip(sums) {
                    dequantize.write(sums, [row, group], scales[row], output);
                }
            },
        );
        let single = Loops {
            input_offsets: single,
            ..loops
        };
        dot_products::<1, 1, SINGLE_ROW_GROUPS>(
            &single,
            self.input,
            self.weights,
            |row, group, [sums]| {
                let row = tiles.len() + row;
                dequantize.write(sums, [row, group], scales[row], output);
            },
        );
    }
}

/// Writes the sums over the pixels of `input`, `[batch, pixels, channels]`, with weights
/// `[pixels, channels]`, to `output`, `[batch, channels]`.
///
/// With all weights `1 / pixels` this is global average pooling.
///
/// ```
/// # use thimble_kernels::weighted_sums;
/// let mut output = [0.0; 2];
/// weighted_sums(&[1.0, 2.0, 3.0, 4.0], &[0.5; 4], 2, &mut output);
/// assert_eq!(output, [2.0, 3.0]);
/// ```
///
/// # Panics
/// If a length does not match.
pub fn weighted_sums(input: &[f32], weights: &[f32], channels: usize, output: &mut [f32]) {
    assert!(
        channels > 0 && !weights.is_empty() && weights.len().is_multiple_of(channels),
        "weights must be a matrix of {channels} columns, got {} values",
        weights.len()
    );
    assert!(
        input.len().is_multiple_of(weights.len()),
        "input must be whole images of {} values, got {}",
        weights.len(),
        input.len()
    );
    assert_eq!(
        output.len(),
        input.len() / weights.len() * channels,
        "number of output values"
    );
    let images = input.chunks_exact(weights.len());
    for (input, sums) in images.zip(output.chunks_exact_mut(channels)) {
        sums.fill(0.0);
        add_weighted(input, weights, sums);
    }
}

#[macerator::with_simd]
fn add_weighted<'a, S: Simd>(input: &'a [f32], weights: &'a [f32], sums: &mut [f32]) {
    let channels = sums.len();
    for (input, weights) in input
        .chunks_exact(channels)
        .zip(weights.chunks_exact(channels))
    {
        for ((sum, value), weight) in sums.iter_mut().zip(input).zip(weights) {
            *sum += value * weight;
        }
    }
}
