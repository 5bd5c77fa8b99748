//! What a package's networks run on. The packages implement these traits, and say at start which backends they have.

use core::future::Future;
use core::pin::Pin;
use std::sync::OnceLock;

use thimble::network::{Model, ShippedNetwork, WeightsFile};

use super::error::WebError;

/// A future on the browser's only thread.
pub type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// A kind of backend that a package has.
pub trait BackendKind: Sync {
    /// Its name in the API.
    fn name(&self) -> &'static str;

    /// Checks whether the backend runs this network, before a device is opened.
    ///
    /// # Errors
    /// [`WebError::Weights`] where it does not.
    fn check(&self, network: &ShippedNetwork) -> Result<(), WebError> {
        let _ = network;
        Ok(())
    }

    /// Opens a device.
    ///
    /// # Errors
    /// [`WebError`] where the browser or the machine has none.
    fn open(&self) -> LocalFuture<Result<Box<dyn Backend>, WebError>>;
}

/// An open backend.
pub trait Backend {
    /// The graphics adapter's name; `None` on the CPU.
    fn adapter(&self) -> Option<String> {
        None
    }

    /// Loads a network.
    ///
    /// # Errors
    /// [`WebError::Weights`], [`WebError::DeviceLost`].
    fn load(&self, weights: WeightsFile) -> Result<Box<dyn Model>, WebError>;

    /// Loads the network for photos.
    ///
    /// # Errors
    /// As [`Self::load`].
    fn load_for_photos(&self, weights: WeightsFile) -> Result<Box<dyn Model>, WebError> {
        self.load(weights)
    }
}

static KINDS: OnceLock<&[&dyn BackendKind]> = OnceLock::new();

/// Says which backends this package has, and prints panics with their place from now on. Called once, when the
/// module is instantiated.
pub fn start(kinds: &'static [&'static dyn BackendKind]) {
    console_error_panic_hook::set_once();
    // A second call changes nothing: the first one named the same package's backends.
    let _ = KINDS.set(kinds);
}

/// The backend called `name`.
///
/// # Errors
/// [`WebError::UnknownBackend`] where the package does not have it.
pub(crate) fn find(name: &str) -> Result<&'static dyn BackendKind, WebError> {
    let kinds = KINDS.get().copied().unwrap_or_default();
    let found = kinds.iter().find(|kind| kind.name() == name);
    found.copied().ok_or_else(|| WebError::UnknownBackend {
        name: name.to_owned(),
        known: kinds.iter().map(|kind| kind.name()).collect(),
    })
}
