//! The network for images in Fashion-MNIST's format, whose weights may arrive late.

use std::cell::OnceCell;

use js_sys::Uint8Array;
use thimble::network::{Model, ShippedNetwork, WeightsFile};
use wasm_bindgen::{JsCast, JsValue};

use super::backend::Backend;
use super::error::WebError;

/// A network that is loaded when it first runs.
pub(crate) struct LazyModel {
    shipped: &'static ShippedNetwork,
    weights: OnceCell<WeightsFile>,
    model: OnceCell<Box<dyn Model>>,
}

impl LazyModel {
    /// A network with the weights that JavaScript passed, or else the embedded ones; without any where they may
    /// come later.
    ///
    /// # Errors
    /// [`WebError::Weights`] and [`WebError::WeightsKind`] where something else was passed, or there are none.
    pub(crate) fn new(
        shipped: &'static ShippedNetwork,
        passed: JsValue,
        may_come_later: bool,
    ) -> Result<Self, WebError> {
        let passed = match passed.is_undefined() || passed.is_null() {
            true => None,
            false => Some(bytes_of(passed)?),
        };
        let waits = may_come_later && passed.is_none() && !shipped.is_embedded();
        let weights = match waits {
            true => OnceCell::new(),
            false => OnceCell::from(shipped.weights(passed)?),
        };
        Ok(Self {
            shipped,
            weights,
            model: OnceCell::new(),
        })
    }

    /// The facts of its card.
    pub(crate) fn shipped(&self) -> &'static ShippedNetwork {
        self.shipped
    }

    /// Takes the weights that JavaScript passes; they may be passed again.
    ///
    /// # Errors
    /// [`WebError::Weights`] and [`WebError::WeightsKind`] where they are something else.
    pub(crate) fn add_weights(&self, passed: JsValue) -> Result<(), WebError> {
        let weights = self.shipped.weights(Some(bytes_of(passed)?))?;
        // Weights that were passed before are the same.
        self.weights.get_or_init(|| weights);
        Ok(())
    }

    /// The loaded network.
    ///
    /// # Errors
    /// [`WebError::PhotosOnly`] where there are no weights yet, and as [`Backend::load`].
    pub(crate) fn model(&self, backend: &dyn Backend) -> Result<&dyn Model, WebError> {
        if let Some(model) = self.model.get() {
            return Ok(model.as_ref());
        }
        let weights = (self.weights.get()).ok_or(WebError::PhotosOnly(self.shipped.name))?;
        let model = backend.load(weights.clone())?;
        Ok(self.model.get_or_init(|| model).as_ref())
    }
}

/// The bytes of a `Uint8Array`.
fn bytes_of(weights: JsValue) -> Result<Vec<u8>, WebError> {
    match weights.dyn_into::<Uint8Array>() {
        Ok(bytes) => Ok(bytes.to_vec()),
        Err(other) => Err(WebError::WeightsKind {
            found: other.js_typeof().as_string().unwrap_or_default(),
        }),
    }
}
