//! A 3x3 convolution whose input and weights are rounded to 8-bit integers, and whose output are
//! floats.

use super::WINDOWS;
use super::dots::{dots, greater};
use super::finish::Finish;
use super::lanes::PRODUCTS;
use super::quantize::{MOST_STEPS, Scale, WINDOW, Weights};
use crate::conv3x3::{Conv3x3, with_scratch};
use crate::layout::inner_rows;

/// The weights of a 3x3 convolution, and where its windows are.
#[derive(Clone, Debug)]
pub(in super::super) struct Convolution {
    weights: Weights,
    /// Of one picture, the last one again where they would be odd in number; where it is pooled, those
    /// of each pixel to come beside each other.
    windows: Vec<usize>,
}

impl Convolution {
    /// Whether this one can be done.
    pub(in super::super) fn can(conv: &Conv3x3) -> bool {
        conv.inputs.is_multiple_of(PRODUCTS) && 9 * conv.inputs <= MOST_STEPS
    }

    /// Of weights packed as `[outputs / 16, 9 * inputs, 16]`; of a convolution that [`Self::can`]
    /// be done.
    pub(in super::super) fn new(conv: &Conv3x3, packed: &[f32], pools: bool) -> Self {
        let (mut windows, _) = conv.windows();
        if pools {
            let [height, width] = conv.output_size();
            let (rows, columns) = (height / 2, width / 2);
            let corners =
                (0..rows * columns).map(|pixel| pixel / columns * 2 * width + pixel % columns * 2);
            let fours = corners.flat_map(|at| [at, at + 1, at + width, at + width + 1]);
            windows = fours.map(|pixel| windows[pixel]).collect();
        }
        let last = windows.last().copied();
        windows.extend(last.filter(|_| !windows.len().is_multiple_of(WINDOWS)));
        Self {
            weights: Weights::of(packed, conv.outputs, &WINDOW),
            windows,
        }
    }

    /// Writes `relu(convolution + bias + residual)` of one picture, none of whose values is
    /// negative, pooled where it was so built.
    ///
    /// # Panics
    /// If a length does not match.
    pub(in super::super) fn run(
        &self,
        conv: &Conv3x3,
        input: &[f32],
        [bias, residual]: [&[f32]; 2],
        pools: bool,
        output: &mut [f32],
    ) {
        let finish = Finish {
            scales: &self.weights.scales,
            bias,
            residual,
            rectifies: true,
        };
        let scale = Scale::of(input);
        with_scratch(|scratch| {
            let padded = scratch.bytes.room(1, conv.input());
            let rows = input.chunks_exact((conv.size[1] * conv.inputs).max(1));
            for (bytes, values) in inner_rows(padded, conv.input()).zip(rows) {
                scale.quantize(values, bytes);
            }
            let weights = &self.weights.integers;
            let walk = conv.walk(&self.windows, &[]);
            if pools {
                dots::<WINDOWS, 2, 1>(&walk, padded, weights, |first, group, sums| {
                    let [left, right] = sums;
                    finish.write(greater(left, right), [first / 4, group], scale, output);
                });
                return;
            }
            let last = conv.output_size().iter().product::<usize>() - 1;
            dots::<WINDOWS, 1, 1>(&walk, padded, weights, |first, group, sums| {
                for (pixel, sums) in (first..).zip(sums) {
                    finish.write(sums, [pixel.min(last), group], scale, output);
                }
            });
        });
    }
}
