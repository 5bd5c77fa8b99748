//! A network as five functions over wasm's memory, for a page that needs no generated glue.

use std::cell::RefCell;

use crate::{INPUT_VALUES, Network};

/// One network with the memory that JavaScript reads and writes.
pub struct Slot<N> {
    network: N,
    inputs: Vec<f32>,
    logits: Vec<f32>,
}

thread_local! {
    static ERROR: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Reserves memory for a model's bytes, which are never freed.
pub fn reserve(bytes: usize) -> *mut u8 {
    Vec::leak(vec![0; bytes]).as_mut_ptr()
}

/// Loads a network; null where that fails.
pub fn open<N: Network>(onnx: &[u8], batch: usize) -> *mut Slot<N> {
    match N::load(onnx, batch, 1) {
        Ok(network) => Box::leak(Box::new(Slot {
            network,
            inputs: vec![0.0; batch * INPUT_VALUES],
            logits: Vec::new(),
        })),
        Err(error) => failed(error.to_string()),
    }
}

/// The inputs' values, which JavaScript writes.
pub fn inputs<N>(slot: &mut Slot<N>) -> *mut f32 {
    slot.inputs.as_mut_ptr()
}

/// Runs the network and returns its logits; null where that fails.
pub fn run<N: Network>(slot: &mut Slot<N>) -> *const f32 {
    match slot.network.run(&slot.inputs) {
        Ok(logits) => {
            slot.logits = logits;
            slot.logits.as_ptr()
        }
        Err(error) => failed::<f32>(error.to_string()),
    }
}

/// The text of the last error, as its address and its length in bytes.
pub fn error() -> (*const u8, usize) {
    ERROR.with_borrow(|text| (text.as_ptr(), text.len()))
}

fn failed<T>(text: String) -> *mut T {
    ERROR.replace(text);
    std::ptr::null_mut()
}

/// Exports a network type to JavaScript.
#[macro_export]
macro_rules! export {
    ($network:ty) => {
        mod exports {
            use super::*;
            use $crate::wasm::{self, Slot};

            #[unsafe(no_mangle)]
            extern "C" fn reserve(bytes: usize) -> *mut u8 {
                wasm::reserve(bytes)
            }

            /// # Safety
            /// `onnx` comes from `reserve` with at least `bytes`.
            #[unsafe(no_mangle)]
            unsafe extern "C" fn open(
                onnx: *const u8,
                bytes: usize,
                batch: usize,
            ) -> *mut Slot<$network> {
                // SAFETY: by this function's contract.
                let onnx = unsafe { std::slice::from_raw_parts(onnx, bytes) };
                wasm::open(onnx, batch)
            }

            /// # Safety
            /// `slot` comes from `open`.
            #[unsafe(no_mangle)]
            unsafe extern "C" fn inputs(slot: *mut Slot<$network>) -> *mut f32 {
                // SAFETY: by this function's contract, and wasm has one thread here.
                wasm::inputs(unsafe { &mut *slot })
            }

            /// # Safety
            /// `slot` comes from `open`.
            #[unsafe(no_mangle)]
            unsafe extern "C" fn run(slot: *mut Slot<$network>) -> *const f32 {
                // SAFETY: by this function's contract, and wasm has one thread here.
                wasm::run(unsafe { &mut *slot })
            }

            #[unsafe(no_mangle)]
            extern "C" fn error_text() -> *const u8 {
                wasm::error().0
            }

            #[unsafe(no_mangle)]
            extern "C" fn error_bytes() -> usize {
                wasm::error().1
            }
        }
    };
}
