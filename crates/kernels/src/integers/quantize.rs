//! Floats as 8-bit integers.

use super::lanes::{LANES, PRODUCTS};
use crate::layout::GROUP;

/// The greatest magnitude among the integers: an activation fits into seven bits, which the
/// instruction asks for.
const GREATEST: f32 = 127.0;
/// Products of the greatest weights and activations that fit into 32 bits together.
pub(super) const MOST_STEPS: usize = i32::MAX as usize / (127 * 127);

/// The pixels of a 3x3 window on a way from neighbour to neighbour.
pub(super) const WINDOW: [usize; 9] = [0, 1, 2, 5, 4, 3, 6, 7, 8];

/// Weights as integers.
#[derive(Clone, Debug)]
pub(super) struct Weights {
    /// `[outputs / 16, steps / 4, 16, 4]`: what one dot product reads lies together.
    pub(super) integers: Vec<i8>,
    /// What an integer of each output stands for.
    pub(super) scales: Vec<f32>,
}

impl Weights {
    /// Of weights packed as `[outputs / 16, pixels * channels, 16]`, whose channels are a multiple
    /// of four.
    ///
    /// What rounding takes from a weight is added to that of the same channel at the next of
    /// `pixels`, as in error diffusion (Floyd and Steinberg, 1976): neighbouring pixels are much
    /// alike, so that what is left in the sum is little.
    pub(super) fn of(packed: &[f32], outputs: usize, pixels: &[usize]) -> Self {
        let steps = packed.len() / outputs.max(1);
        let channels = steps / pixels.len();
        let weight = |output: usize, step: usize| {
            packed[(output / GROUP * steps + step) * GROUP + output % GROUP]
        };
        let fours = steps / PRODUCTS;
        let place = |output: usize, step: usize| {
            let four = output / GROUP * fours + step / PRODUCTS;
            (four * GROUP + output % GROUP) * PRODUCTS + step % PRODUCTS
        };
        let mut integers = vec![0; packed.len()];
        let mut scales = Vec::with_capacity(outputs);
        for output in 0..outputs {
            let magnitudes = (0..steps).map(|step| weight(output, step).abs());
            let scale = magnitudes.fold(0.0, f32::max) / GREATEST;
            scales.push(scale);
            if scale == 0.0 {
                continue;
            }
            for channel in 0..channels {
                let mut left = 0.0;
                for pixel in pixels {
                    let step = pixel * channels + channel;
                    let exact = weight(output, step) / scale + left;
                    let integer = exact.round().clamp(-GREATEST, GREATEST);
                    left = exact - integer;
                    integers[place(output, step)] = integer as i8;
                }
            }
        }
        Self { integers, scales }
    }
}

/// What the integers of a picture or a row stand for.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub(super) of_integers: f32,
    to_integers: f32,
}

impl Scale {
    /// For `values`, none of which is negative.
    pub(super) fn of(values: &[f32]) -> Self {
        /// Below it is nothing that a network could see, and the quotient may not be a number.
        const LEAST: f32 = 1e-30;
        let greatest = greatest(values);
        if greatest < LEAST {
            return Self {
                of_integers: 0.0,
                to_integers: 0.0,
            };
        }
        Self {
            of_integers: greatest / GREATEST,
            to_integers: GREATEST / greatest,
        }
    }

    /// Writes the integers of `values`, 0 to 127, to `integers`; of a negative one, or none, 0.
    pub(super) fn quantize(self, values: &[f32], integers: &mut [u8]) {
        /// From here on floats are whole numbers, and the last byte counts them.
        const WHOLE: f32 = (1_u32 << 23) as f32;
        for (integer, value) in integers.iter_mut().zip(values) {
            let scaled = value * self.to_integers;
            let scaled = if scaled > 0.0 { scaled } else { 0.0 };
            *integer = (scaled + WHOLE).to_bits() as u8;
        }
    }
}

/// The greatest of `values`, and at least 0.
fn greatest(values: &[f32]) -> f32 {
    let (sixteens, rest) = values.as_chunks::<{ 4 * LANES }>();
    let mut most = [0.0_f32; 4 * LANES];
    for values in sixteens {
        for (most, &value) in most.iter_mut().zip(values) {
            *most = if value > *most { value } else { *most };
        }
    }
    let all = most.iter().chain(rest);
    all.fold(0.0, |all, &value| all.max(value))
}
