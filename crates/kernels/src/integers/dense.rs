//! A dense layer whose input and weights are rounded to 8-bit integers, and whose output are floats.

use super::WINDOWS;
use super::dots::dots;
use super::finish::Finish;
use super::lanes::PRODUCTS;
use super::quantize::{MOST_STEPS, Scale, Weights};
use crate::layout::GROUP;
use crate::simd::Walk;

/// Groups of outputs of a single row at once, which by itself would leave the multipliers waiting.
const GROUPS: usize = 2;

/// The weights of a dense layer.
#[derive(Clone, Debug)]
pub(in super::super) struct Dense {
    weights: Weights,
}

thread_local! {
    /// A thread's rows as integers, with what they stand for and where they begin.
    static ROWS: std::cell::RefCell<(Vec<u8>, Vec<Scale>, Vec<usize>)> = std::cell::RefCell::default();
}

impl Dense {
    /// Whether there is one of this size.
    pub(in super::super) fn can(steps: usize, outputs: usize) -> bool {
        steps.is_multiple_of(PRODUCTS)
            && outputs.is_multiple_of(GROUPS * GROUP)
            && steps <= MOST_STEPS
    }

    /// Of weights packed as `[outputs / 16, steps, 16]`; of a size that [`Self::can`] be done.
    pub(in super::super) fn new(packed: &[f32], outputs: usize) -> Self {
        Self {
            weights: Weights::of(packed, outputs, &[0]),
        }
    }

    /// Writes the rows of `input`, `[rows, steps]`, none of whose values is negative, times the
    /// weights, plus the bias, to `output`, `[rows, outputs]`.
    ///
    /// # Panics
    /// If a length does not match.
    pub(in super::super) fn run(
        &self,
        input: &[f32],
        bias: &[f32],
        rectifies: bool,
        output: &mut [f32],
    ) {
        let outputs = bias.len();
        let steps = self.weights.integers.len() / outputs;
        let rows = input.len() / steps;
        ROWS.with_borrow_mut(|(bytes, scales, windows)| {
            bytes.resize(input.len(), 0);
            scales.clear();
            for (bytes, values) in (bytes.chunks_exact_mut(steps)).zip(input.chunks_exact(steps)) {
                let scale = Scale::of(values);
                scale.quantize(values, bytes);
                scales.push(scale);
            }
            windows.clear();
            windows.extend((0..rows).map(|row| row * steps));
            let finish = Finish {
                scales: &self.weights.scales,
                bias,
                residual: &[],
                rectifies,
            };
            let walk = |windows| Walk {
                rows: 1,
                step: 0,
                run: steps,
                outputs,
                windows,
                places: &[],
            };
            let weights = &self.weights.integers;
            let whole = rows / WINDOWS * WINDOWS;
            dots::<WINDOWS, 1, 1>(
                &walk(&windows[..whole]),
                bytes,
                weights,
                |first, group, sums| {
                    for (row, sums) in (first..).zip(sums) {
                        finish.write(sums, [row, group], scales[row], output);
                    }
                },
            );
            let single = walk(&windows[whole..]);
            dots::<1, 1, GROUPS>(&single, bytes, weights, |row, group, [sums]| {
                let row = whole + row;
                finish.write(sums, [row, group], scales[row], output);
            });
        });
    }
}
