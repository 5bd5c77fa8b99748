//! The traits that the packages implement for their backends, and the list of them that a package registers
//! at start.

use core::future::Future;
use core::pin::Pin;
use std::sync::OnceLock;

use thimble::network::{Model, ShippedNetwork, WeightsFile};

use super::error::WebError;

/// A future that stays on its thread, since JavaScript values cannot move to another.
pub type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// A backend that a package offers, not yet open.
pub trait BackendKind: Sync {
    /// Returns its name in the API.
    fn name(&self) -> &'static str;

    /// Checks that the backend supports a network, before a device is opened.
    ///
    /// # Errors
    /// [`WebError::Weights`] if it does not.
    fn check(&self, network: &ShippedNetwork) -> Result<(), WebError> {
        let _ = network;
        Ok(())
    }

    /// Opens a device.
    ///
    /// # Errors
    /// [`WebError`] if the browser or the machine has none.
    fn open(&self) -> LocalFuture<Result<Box<dyn Backend>, WebError>>;
}

/// An open backend.
pub trait Backend {
    /// Returns the graphics adapter's name; `None` on the CPU.
    fn adapter(&self) -> Option<String> {
        None
    }

    /// Loads a network.
    ///
    /// # Errors
    /// [`WebError::Weights`], [`WebError::DeviceLost`].
    fn load(&self, weights: WeightsFile) -> Result<Box<dyn Model>, WebError>;

    /// Loads a network for photos.
    ///
    /// # Errors
    /// Those of [`Self::load`].
    fn load_for_photos(&self, weights: WeightsFile) -> Result<Box<dyn Model>, WebError> {
        self.load(weights)
    }
}

static KINDS: OnceLock<&[&dyn BackendKind]> = OnceLock::new();

/// Registers this package's backends and prints panics to the console from now on. Call it once, when the
/// module is instantiated.
pub fn start(kinds: &'static [&'static dyn BackendKind]) {
    console_error_panic_hook::set_once();
    // A second call has no effect: the first one registered the same backends.
    let _ = KINDS.set(kinds);
}

/// Finds the backend called `name`.
///
/// # Errors
/// [`WebError::UnknownBackend`] if the package does not have it.
pub(crate) fn find(name: &str) -> Result<&'static dyn BackendKind, WebError> {
    let kinds = KINDS.get().copied().unwrap_or_default();
    let found = kinds.iter().find(|kind| kind.name() == name);
    found.copied().ok_or_else(|| WebError::UnknownBackend {
        name: name.to_owned(),
        known: kinds.iter().map(|kind| kind.name()).collect(),
    })
}
