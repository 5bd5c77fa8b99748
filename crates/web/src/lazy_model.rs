//! The network for images in Fashion-MNIST's format, which is loaded on first use and whose weights may
//! arrive later.

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
    /// Creates a network with the weights that JavaScript passed, or the embedded ones. If there are neither
    /// and `may_come_later`, [`LazyModel::add_weights`] can add them.
    ///
    /// # Errors
    /// [`WebError::Weights`] or [`WebError::WeightsKind`] if the weights are invalid or missing.
    pub(crate) fn new(
        shipped: &'static ShippedNetwork,
        passed: JsValue,
        may_come_later: bool,
    ) -> Result<Self, WebError> {
        let passed = match passed.is_undefined() || passed.is_null() {
            true => None,
            false => Some(bytes_of(passed)?),
        };
        let is_deferred = may_come_later && passed.is_none() && !shipped.is_embedded();
        let weights = match is_deferred {
            true => OnceCell::new(),
            false => OnceCell::from(shipped.weights(passed)?),
        };
        Ok(Self {
            shipped,
            weights,
            model: OnceCell::new(),
        })
    }

    /// Returns the shipped network: the figures of its model card.
    pub(crate) fn shipped(&self) -> &'static ShippedNetwork {
        self.shipped
    }

    /// Adds the weights that JavaScript passed. Has no effect if there are weights already.
    ///
    /// # Errors
    /// [`WebError::Weights`] or [`WebError::WeightsKind`] if they are invalid.
    pub(crate) fn add_weights(&self, passed: JsValue) -> Result<(), WebError> {
        let weights = self.shipped.weights(Some(bytes_of(passed)?))?;
        // Earlier weights are the same: both were verified.
        self.weights.get_or_init(|| weights);
        Ok(())
    }

    /// Returns the network, which the first call loads on `backend`.
    ///
    /// # Errors
    /// [`WebError::PhotosOnly`] if there are no weights yet, and those of [`Backend::load`].
    pub(crate) fn model(&self, backend: &dyn Backend) -> Result<&dyn Model, WebError> {
        if let Some(model) = self.model.get() {
            return Ok(model.as_ref());
        }
        let weights = (self.weights.get()).ok_or(WebError::PhotosOnly(self.shipped.name))?;
        let model = backend.load(weights.clone())?;
        Ok(self.model.get_or_init(|| model).as_ref())
    }
}

/// Copies the bytes of a `Uint8Array`.
fn bytes_of(weights: JsValue) -> Result<Vec<u8>, WebError> {
    match weights.dyn_into::<Uint8Array>() {
        Ok(bytes) => Ok(bytes.to_vec()),
        Err(other) => Err(WebError::WeightsKind {
            found: other.js_typeof().as_string().unwrap_or_default(),
        }),
    }
}
