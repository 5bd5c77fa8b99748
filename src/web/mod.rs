//! The API of both wasm packages: the class `Classifier`, `PhotoReducer` for photos that come in
//! strips, and `networks`, which says what networks a classifier can be created with.
//!
//! It is made for a dedicated worker: on the CPU a call computes before it returns its promise.

mod backend;
mod classifier;
mod clock;
mod error;
mod hand_over;
mod network;
mod networks;
mod reducer;
mod types;

use wasm_bindgen::prelude::wasm_bindgen;

/// Runs once, when the module is instantiated: panics are then printed with their place.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}
