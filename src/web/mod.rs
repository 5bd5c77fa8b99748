//! The API of both wasm packages: one class, `Classifier`.
//!
//! It is made for a dedicated worker: on the CPU a call computes before it returns its promise.

mod backend;
mod classifier;
mod clock;
mod error;
mod types;

use wasm_bindgen::prelude::wasm_bindgen;

/// Runs once, when the module is instantiated: panics are then printed with their place.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}
