//! The kernel's weights, transformed, and their gradient on its way back.
#![expect(
    clippy::needless_range_loop,
    clippy::needless_lifetimes,
    reason = "closures are not compiled for the wider vectors; `with_simd` asks for lifetimes"
)]

use macerator::{Scalar, Simd, Vector, vload_unaligned, vstore_unaligned};

use super::POINTS;
use super::points::{TAPS, WINDOW, taps};
use crate::layout::GROUP;

/// Taps of the kernel.
const KERNEL: usize = TAPS * TAPS;

/// The weights that the Winograd convolution takes, `[36, outputs / 16, inputs, 16]`, of a kernel
/// packed for the direct one, `[outputs / 16, 9 * inputs, 16]`.
///
/// # Panics
/// If the length does not match.
pub fn winograd_weights(packed: &[f32], inputs: usize, outputs: usize) -> Vec<f32> {
    assert_eq!(packed.len(), KERNEL * inputs * outputs, "weights");
    assert!(outputs.is_multiple_of(GROUP), "output channels");
    let mut transformed = vec![0.0; POINTS * inputs * outputs];
    transform(packed, inputs, &mut transformed);
    transformed
}

#[macerator::with_simd]
fn transform<'a, S: Simd>(packed: &'a [f32], inputs: usize, transformed: &mut [f32]) {
    let point = transformed.len() / POINTS;
    let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
    let lanes = <f32 as Scalar>::lanes::<S>();
    for first in (0..point).step_by(lanes) {
        let place = Place::new(first, inputs);
        let mut rows = [[zero; WINDOW]; TAPS];
        for y in 0..TAPS {
            let mut row = [zero; TAPS];
            for x in 0..TAPS {
                let at = place.tap(y * TAPS + x);
                assert!(at + lanes <= packed.len());
                // SAFETY: just checked.
                row[x] = unsafe { vload_unaligned(packed.as_ptr().add(at)) };
            }
            rows[y] = taps::<S>(row);
        }
        for x in 0..WINDOW {
            let column = taps::<S>([rows[0][x], rows[1][x], rows[2][x]]);
            for y in 0..WINDOW {
                let at = (y * WINDOW + x) * point + first;
                assert!(at + lanes <= transformed.len());
                // SAFETY: just checked.
                unsafe { vstore_unaligned(transformed.as_mut_ptr().add(at), column[y]) };
            }
        }
    }
}

/// Adds, to the gradient of the packed weights, what the gradient of the transformed ones is worth.
#[macerator::with_simd]
pub(super) fn add_gradient<'a, S: Simd>(transformed: &'a [f32], inputs: usize, packed: &mut [f32]) {
    use super::points::taps_gradient;

    let point = transformed.len() / POINTS;
    assert_eq!(packed.len(), KERNEL * point, "packed weights");
    let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
    let lanes = <f32 as Scalar>::lanes::<S>();
    for first in (0..point).step_by(lanes) {
        let place = Place::new(first, inputs);
        let mut rows = [[zero; TAPS]; WINDOW];
        for y in 0..WINDOW {
            let mut row = [zero; WINDOW];
            for x in 0..WINDOW {
                let at = (y * WINDOW + x) * point + first;
                assert!(at + lanes <= transformed.len());
                // SAFETY: just checked.
                row[x] = unsafe { vload_unaligned(transformed.as_ptr().add(at)) };
            }
            rows[y] = taps_gradient::<S>(row);
        }
        for x in 0..TAPS {
            let mut column = [zero; WINDOW];
            for y in 0..WINDOW {
                column[y] = rows[y][x];
            }
            let column = taps_gradient::<S>(column);
            for y in 0..TAPS {
                let at = place.tap(y * TAPS + x);
                assert!(at + lanes <= packed.len());
                // SAFETY: just checked.
                unsafe {
                    let to = packed.as_mut_ptr().add(at);
                    vstore_unaligned(to, vload_unaligned(to) + column[y]);
                }
            }
        }
    }
}

/// Some neighbouring output channels of one input channel.
#[derive(Clone, Copy)]
struct Place {
    /// Where they are among the weights of one tap or point, `[outputs / 16, inputs, 16]`.
    first: usize,
    group: usize,
    inputs: usize,
}

impl Place {
    fn new(first: usize, inputs: usize) -> Self {
        Self {
            first,
            group: first / (inputs * GROUP).max(1),
            inputs,
        }
    }

    /// Where they are in weights packed as `[outputs / 16, 9 * inputs, 16]`.
    fn tap(self, tap: usize) -> usize {
        self.first + (self.group * (KERNEL - 1) + tap) * self.inputs * GROUP
    }
}
