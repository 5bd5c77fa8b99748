//! What networks a package has.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::WebError;
use super::hand_over::hand_over;
use super::types::NetworkInfo;
use crate::network::Shipped;

/// The networks that a classifier can be created with, the default one first. Needs no device.
///
/// # Errors
/// A `ThimbleError`: `internal`.
#[wasm_bindgen(unchecked_return_type = "NetworkInfo[]")]
pub fn networks() -> Result<JsValue, WebError> {
    let networks: Vec<NetworkInfo> = Shipped::all().iter().map(NetworkInfo::of).collect();
    hand_over(&networks)
}
