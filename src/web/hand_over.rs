//! Results as JavaScript gets them.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use super::error::WebError;

/// A plain JavaScript value with the fields of `value`.
///
/// # Errors
/// [`WebError::Internal`] where it has something that JavaScript cannot hold.
pub(super) fn hand_over(value: &impl Serialize) -> Result<JsValue, WebError> {
    value
        .serialize(&Serializer::new().serialize_missing_as_null(true))
        .map_err(|error| WebError::Internal {
            reason: error.to_string(),
        })
}
