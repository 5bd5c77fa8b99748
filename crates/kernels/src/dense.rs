//! Dense layers, and the weighted sum over pixels before the last one, on one thread.
#![expect(
    clippy::extra_unused_type_parameters,
    reason = "`with_simd` asks for a type of vectors"
)]

use macerator::Simd;

use super::Arithmetic;
use super::integers;
use super::layout::GROUP;
use super::matmul::matmul;

/// A dense layer of inference, its weights packed for the kernel.
#[derive(Clone, Debug)]
pub struct Dense {
    kernel: Kernel,
    steps: usize,
    bias: Vec<f32>,
    rectifies: bool,
}

#[derive(Clone, Debug)]
enum Kernel {
    Floats {
        /// `[outputs / 16 rounded up, steps, 16]`, with zeros beyond the last output.
        packed: Vec<f32>,
    },
    Integers(integers::Dense),
}

impl Dense {
    /// Of weights `[steps, outputs]` and a bias `[outputs]`; with a ReLU where so asked. With
    /// integers no value of its input may be negative: such a one counts as 0.
    ///
    /// # Panics
    /// If a length does not match.
    pub fn new(weights: &[f32], bias: Vec<f32>, rectifies: bool, arithmetic: Arithmetic) -> Self {
        let outputs = bias.len();
        assert!(
            outputs > 0 && !weights.is_empty() && weights.len().is_multiple_of(outputs),
            "weights"
        );
        let steps = weights.len() / outputs;
        let mut packed = vec![0.0; outputs.div_ceil(GROUP) * steps * GROUP];
        for (step, weights) in weights.chunks_exact(outputs).enumerate() {
            for (output, weight) in weights.iter().enumerate() {
                packed[(output / GROUP * steps + step) * GROUP + output % GROUP] = *weight;
            }
        }
        let kernel = match arithmetic {
            Arithmetic::Integers if integers::Dense::can(steps, outputs) => {
                Kernel::Integers(integers::Dense::new(&packed, outputs))
            }
            _ => Kernel::Floats { packed },
        };
        Self {
            kernel,
            steps,
            bias,
            rectifies,
        }
    }

    /// Values that it gives for each row.
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Writes the rows of `input`, `[rows, steps]`, times the weights, plus the bias, to `output`,
    /// `[rows, outputs]`.
    ///
    /// # Panics
    /// If a length does not match.
    pub fn run(&self, input: &[f32], output: &mut [f32]) {
        let Self { steps, bias, .. } = self;
        assert!(input.len().is_multiple_of(*steps), "input");
        let rows = input.len() / steps;
        assert_eq!(output.len(), rows * bias.len(), "output");
        if rows == 0 {
            return;
        }
        match &self.kernel {
            Kernel::Integers(dense) => dense.run(input, bias, self.rectifies, output),
            Kernel::Floats { packed } => self.run_floats(rows, packed, input, output),
        }
    }

    fn run_floats(&self, rows: usize, packed: &[f32], input: &[f32], output: &mut [f32]) {
        let outputs = self.outputs();
        let wide = outputs.div_ceil(GROUP) * GROUP;
        if wide == outputs {
            multiply(rows, self.steps, input, packed, output);
        } else {
            WIDE.with_borrow_mut(|sums| {
                sums.resize(rows * wide, 0.0);
                multiply(rows, self.steps, input, packed, sums);
                let rows = output
                    .chunks_exact_mut(outputs)
                    .zip(sums.chunks_exact(wide));
                for (output, sums) in rows {
                    output.copy_from_slice(&sums[..outputs]);
                }
            });
        }
        for output in output.chunks_exact_mut(outputs) {
            for (value, bias) in output.iter_mut().zip(&self.bias) {
                let sum = *value + bias;
                *value = if self.rectifies { sum.max(0.0) } else { sum };
            }
        }
    }
}

thread_local! {
    /// Sums of whole groups of outputs, where a layer has fewer.
    static WIDE: std::cell::RefCell<Vec<f32>> = const { std::cell::RefCell::new(Vec::new()) };
}

#[macerator::with_simd]
fn multiply<'a, S: Simd>(
    rows: usize,
    steps: usize,
    input: &'a [f32],
    packed: &'a [f32],
    sums: &mut [f32],
) {
    matmul::<S>(rows, steps, input, packed, sums);
}

/// Writes the sums over the pixels of `input`, `[batch, pixels, channels]`, with weights
/// `[pixels, channels]`, to `output`, `[batch, channels]`.
///
/// # Panics
/// If a length does not match.
pub fn weighted_sums(input: &[f32], weights: &[f32], channels: usize, output: &mut [f32]) {
    assert!(
        channels > 0 && !weights.is_empty() && weights.len().is_multiple_of(channels),
        "weights"
    );
    assert!(input.len().is_multiple_of(weights.len()), "input");
    assert_eq!(
        output.len(),
        input.len() / weights.len() * channels,
        "output"
    );
    let pictures = input.chunks_exact(weights.len());
    for (input, sums) in pictures.zip(output.chunks_exact_mut(channels)) {
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
