//! The JavaScript API of Thimble's wasm packages: the class `Classifier`, `PhotoDownscaler` for photos that arrive in
//! strips, and `networks`, which lists the networks a classifier can be created with.
//!
//! A package is a small crate that implements [`BackendKind`] and [`Backend`] and calls [`start`]. The API is made
//! for a dedicated worker: on the CPU a call computes before it returns its promise.

mod backend;
mod classifier;
mod clock;
mod downscaler;
mod error;
mod lazy_model;
mod types;

pub use backend::{Backend, BackendKind, LocalFuture, start};
pub use classifier::{Classifier, networks};
pub use downscaler::PhotoDownscaler;
pub use error::WebError;

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// A plain JavaScript value with the fields of `value`.
///
/// # Errors
/// [`WebError::Internal`] where JavaScript cannot hold a value.
fn to_js(value: &impl Serialize) -> Result<JsValue, WebError> {
    value
        .serialize(&Serializer::new().serialize_missing_as_null(true))
        .map_err(|error| WebError::Internal {
            reason: error.to_string(),
        })
}
