//! The network for pictures of the data set's form, whose weights may be handed in late.

use std::cell::OnceCell;

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

use super::backend::Backend;
use super::error::WebError;
use crate::network::{Engine, Shipped, Weights};

/// A network that is made ready when it is first run.
pub(super) struct Network {
    shipped: &'static Shipped,
    weights: OnceCell<Weights>,
    engine: OnceCell<Engine>,
}

impl Network {
    /// With its weights as JavaScript handed them in, or those in the package; without any where
    /// they may come later.
    ///
    /// # Errors
    /// [`WebError::Weights`] and [`WebError::WeightsKind`] where something else was handed in, or
    /// nothing and there are none.
    pub(super) fn new(
        shipped: &'static Shipped,
        handed_in: JsValue,
        may_come_later: bool,
    ) -> Result<Self, WebError> {
        let handed_in = match handed_in.is_undefined() || handed_in.is_null() {
            true => None,
            false => Some(bytes_of(handed_in)?),
        };
        let waits = may_come_later && handed_in.is_none() && !shipped.is_embedded();
        let weights = match waits {
            true => OnceCell::new(),
            false => OnceCell::from(shipped.weights(handed_in)?),
        };
        Ok(Self {
            shipped,
            weights,
            engine: OnceCell::new(),
        })
    }

    /// What its card says.
    pub(super) fn shipped(&self) -> &'static Shipped {
        self.shipped
    }

    /// Takes its weights as JavaScript hands them in, once more too.
    ///
    /// # Errors
    /// [`WebError::Weights`] and [`WebError::WeightsKind`] where it is something else.
    pub(super) fn add(&self, handed_in: JsValue) -> Result<(), WebError> {
        let weights = self.shipped.weights(Some(bytes_of(handed_in)?))?;
        // Those that are there are the same.
        self.weights.get_or_init(|| weights);
        Ok(())
    }

    /// Ready to run.
    ///
    /// # Errors
    /// [`WebError::PhotosAlone`] where there are no weights yet, and as [`Backend::engine`].
    pub(super) fn engine(&self, backend: &Backend) -> Result<&Engine, WebError> {
        if let Some(engine) = self.engine.get() {
            return Ok(engine);
        }
        let weights = (self.weights.get()).ok_or(WebError::PhotosAlone(self.shipped.name))?;
        let engine = backend.engine(weights.clone())?;
        Ok(self.engine.get_or_init(|| engine))
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
