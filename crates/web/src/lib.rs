//! The JavaScript API of Thimble's wasm packages: the class `Classifier`, `PhotoDownscaler` for photos that
//! arrive in strips, and `networks`, which lists the networks a classifier can be created with.
//!
//! A package is a small crate that implements [`BackendKind`] and [`Backend`] and calls [`start`]. Call the
//! API in a dedicated worker: on the CPU a call computes before it returns its promise, which would block a
//! page.

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

/// Converts `value` to a plain JavaScript object with the same fields.
///
/// # Errors
/// [`WebError::Internal`] if JavaScript cannot represent a value.
fn to_js(value: &impl Serialize) -> Result<JsValue, WebError> {
    value
        .serialize(&Serializer::new().serialize_missing_as_null(true))
        .map_err(|error| WebError::Internal {
            reason: error.to_string(),
        })
}
