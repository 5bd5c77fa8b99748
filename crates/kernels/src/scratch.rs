//! Buffers that a thread keeps from call to call.

use std::cell::RefCell;

use crate::conv3x3::WinogradScratch;
use crate::conv3x3::padded::Padded;
use crate::int8::Scale;

/// A thread's buffers. Each keeps the largest length it ever had.
#[derive(Default)]
pub(crate) struct Scratch {
    /// Padded input images of a direct convolution.
    pub(crate) input: Padded,
    /// Padded input images of an int8 convolution.
    pub(crate) quantized_input: Padded<u8>,
    /// Padded gradients of a direct convolution's output.
    pub(crate) output_gradient: Padded,
    /// Outputs of a convolution, or their gradients, that are used up within the same call.
    pub(crate) output: Vec<f32>,
    pub(crate) winograd: WinogradScratch,
    /// Outputs of a dense layer, padded to whole groups.
    pub(crate) dense: Vec<f32>,
    pub(crate) int8_rows: Int8Rows,
}

/// The quantized rows of a dense layer's input.
#[derive(Default)]
pub(crate) struct Int8Rows {
    pub(crate) values: Vec<u8>,
    /// One for each row.
    pub(crate) scales: Vec<Scale>,
    /// Where each row begins in `values`.
    pub(crate) offsets: Vec<usize>,
}

/// Calls `work` with this thread's buffers. Calls must not nest.
pub(crate) fn with_scratch<R>(work: impl FnOnce(&mut Scratch) -> R) -> R {
    thread_local! {
        static SCRATCH: RefCell<Scratch> = RefCell::default();
    }
    SCRATCH.with_borrow_mut(work)
}
