//! The kernel's weights, transformed, and their gradient on its way back.

use macerator::{Scalar, Simd, Vector, vload_unaligned, vstore_unaligned};

use super::POINTS;
use super::points::{TAPS, WINDOW, taps};
use crate::kernel::layout::GROUP;

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
    for_vectors::<S>(packed.len() / KERNEL, inputs, |place| {
        let kernel: [[Vector<S, f32>; TAPS]; TAPS] = core::array::from_fn(|y| {
            core::array::from_fn(|x| {
                let at = place.tap(y * TAPS + x);
                assert!(at + place.lanes <= packed.len());
                // SAFETY: just checked.
                unsafe { vload_unaligned(packed.as_ptr().add(at)) }
            })
        });
        let rows = kernel.map(taps::<S>);
        for x in 0..WINDOW {
            for (y, value) in taps::<S>(rows.map(|row| row[x])).into_iter().enumerate() {
                let at = (y * WINDOW + x) * point + place.first;
                assert!(at + place.lanes <= transformed.len());
                // SAFETY: just checked.
                unsafe { vstore_unaligned(transformed.as_mut_ptr().add(at), value) };
            }
        }
    });
}

/// Adds, to the gradient of the packed weights, what the gradient of the transformed ones is worth.
#[cfg(feature = "train")]
#[macerator::with_simd]
pub(super) fn add_gradient<'a, S: Simd>(transformed: &'a [f32], inputs: usize, packed: &mut [f32]) {
    use super::points::taps_gradient;

    let point = transformed.len() / POINTS;
    assert_eq!(packed.len(), KERNEL * point, "packed weights");
    for_vectors::<S>(point, inputs, |place| {
        let rows: [[Vector<S, f32>; TAPS]; WINDOW] = core::array::from_fn(|y| {
            taps_gradient::<S>(core::array::from_fn(|x| {
                let at = (y * WINDOW + x) * point + place.first;
                assert!(at + place.lanes <= transformed.len());
                // SAFETY: just checked.
                unsafe { vload_unaligned(transformed.as_ptr().add(at)) }
            }))
        });
        for x in 0..TAPS {
            let column = taps_gradient::<S>(rows.map(|row| row[x]));
            for (y, value) in column.into_iter().enumerate() {
                let at = place.tap(y * TAPS + x);
                assert!(at + place.lanes <= packed.len());
                // SAFETY: just checked.
                unsafe {
                    let to = packed.as_mut_ptr().add(at);
                    vstore_unaligned(to, vload_unaligned(to) + value);
                }
            }
        }
    });
}

/// Some neighbouring output channels of one input channel.
#[derive(Clone, Copy)]
struct Place {
    /// Where they are among the weights of one tap or point, `[outputs / 16, inputs, 16]`.
    first: usize,
    lanes: usize,
    group: usize,
    inputs: usize,
}

impl Place {
    /// Where they are in weights packed as `[outputs / 16, 9 * inputs, 16]`.
    fn tap(self, tap: usize) -> usize {
        self.first + (self.group * (KERNEL - 1) + tap) * self.inputs * GROUP
    }
}

/// Calls `work` for all `values` weights of one tap, a vector at a time.
#[inline(always)]
fn for_vectors<S: Simd>(values: usize, inputs: usize, mut work: impl FnMut(Place)) {
    let lanes = <f32 as Scalar>::lanes::<S>();
    for first in (0..values).step_by(lanes) {
        let group = first / (inputs * GROUP).max(1);
        work(Place {
            first,
            lanes,
            group,
            inputs,
        });
    }
}
