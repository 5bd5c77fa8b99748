//! The transform of weights, and of their gradient back.
#![expect(
    clippy::needless_range_loop,
    reason = "closures are not compiled for the widest vectors, see `simd`"
)]

use macerator::{Scalar, Simd, Vector, WithSimd, vload_unaligned, vstore_unaligned};

use super::POINTS;
use super::transform_1d::{TAPS, WINDOW, taps, taps_gradient};
use crate::pack::GROUP;
use crate::simd::dispatch;

/// Taps of the kernel.
const KERNEL: usize = TAPS * TAPS;

/// Transforms weights packed as `[outputs / 16, 9 * inputs, 16]` to `[36, outputs / 16, inputs, 16]`,
/// which the Winograd convolution reads.
///
/// # Panics
/// If the length does not match.
pub(crate) fn winograd_weights(packed: &[f32], inputs: usize, outputs: usize) -> Vec<f32> {
    assert_eq!(
        packed.len(),
        KERNEL * inputs * outputs,
        "number of packed weights"
    );
    assert!(
        outputs.is_multiple_of(GROUP),
        "output channels must be a multiple of {GROUP}, got {outputs}"
    );
    let mut transformed = vec![0.0; POINTS * inputs * outputs];
    dispatch(Transform {
        packed,
        inputs,
        transformed: &mut transformed,
    });
    transformed
}

/// The transform of [`winograd_weights`].
struct Transform<'a> {
    packed: &'a [f32],
    inputs: usize,
    transformed: &'a mut [f32],
}

impl WithSimd for Transform<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let Self {
            packed,
            inputs,
            transformed,
        } = self;
        let point = transformed.len() / POINTS;
        let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
        let lanes = <f32 as Scalar>::lanes::<S>();
        for first in (0..point).step_by(lanes) {
            let channels = Channels::new(first, inputs);
            let mut rows = [[zero; WINDOW]; TAPS];
            for y in 0..TAPS {
                let mut row = [zero; TAPS];
                for x in 0..TAPS {
                    let at = channels.offset(y * TAPS + x);
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
}

/// Takes the gradient of the transformed weights back through the transform and adds it to that of the
/// packed weights.
pub(super) struct AddGradient<'a> {
    pub(super) transformed: &'a [f32],
    pub(super) inputs: usize,
    pub(super) packed: &'a mut [f32],
}

impl WithSimd for AddGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let Self {
            transformed,
            inputs,
            packed,
        } = self;
        let point = transformed.len() / POINTS;
        assert_eq!(packed.len(), KERNEL * point, "number of packed weights");
        let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
        let lanes = <f32 as Scalar>::lanes::<S>();
        for first in (0..point).step_by(lanes) {
            let channels = Channels::new(first, inputs);
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
                    let at = channels.offset(y * TAPS + x);
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
}

/// One vector of output channels of one input channel.
#[derive(Clone, Copy)]
struct Channels {
    /// Their offset in the weights of one tap or point, `[outputs / 16, inputs, 16]`.
    first: usize,
    group: usize,
    inputs: usize,
}

impl Channels {
    fn new(first: usize, inputs: usize) -> Self {
        Self {
            first,
            group: first / (inputs * GROUP).max(1),
            inputs,
        }
    }

    /// Returns their offset for one tap in weights packed as `[outputs / 16, 9 * inputs, 16]`.
    fn offset(self, tap: usize) -> usize {
        self.first + (self.group * (KERNEL - 1) + tap) * self.inputs * GROUP
    }
}
