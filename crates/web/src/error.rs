//! Errors of the API, which JavaScript receives as an `Error` with a `code`.

use js_sys::{Error, Reflect};
use thimble::network::{NetworkName, UnknownNetwork, WeightsError};
use thimble::photo::PhotoError;
use wasm_bindgen::JsValue;

/// Why a call of the API failed.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// The photo cannot be prepared.
    #[error(transparent)]
    Photo(#[from] PhotoError),
    /// The bytes are not whole inputs.
    #[error(
        "inputs must be a whole number of 28x28 inputs of 784 bytes each, at least one, got {found} bytes"
    )]
    InputsLength {
        /// Bytes given.
        found: usize,
    },
    /// The edit is not a `PhotoEdit`.
    #[error("{found}; an edit may have `quarterTurns`, `box` and `invert`")]
    PhotoEdit {
        /// What is wrong with it.
        found: String,
    },
    /// This package has no such backend.
    #[error("unknown backend \"{name}\": this package has {}", known.join(" and "))]
    UnknownBackend {
        /// The unknown name.
        name: String,
        /// The backends of this package.
        known: Vec<&'static str>,
    },
    /// There is no such network.
    #[error(transparent)]
    UnknownNetwork(#[from] UnknownNetwork),
    /// The weights are missing, invalid or another network's.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The network's weights are not loaded, so only photos can be classified.
    #[error(
        "this package has the weights for photos only. Images in Fashion-MNIST's format (28x28, grey on black), \
         `logits` and `repeat` need those of \"{0}\": pass the bytes of {0}.bpk to `addWeights` or to \
         `Classifier.create`"
    )]
    PhotosOnly(NetworkName),
    /// The weights are not a `Uint8Array`.
    #[error("weights must be a Uint8Array of the whole file, got {found}")]
    WeightsKind {
        /// JavaScript's type of what was passed.
        found: String,
    },
    /// The browser has no WebGPU.
    #[error(
        "this browser has no WebGPU: use the CPU, or a current Chrome, Edge, Safari or Firefox"
    )]
    NoWebGpu,
    /// The browser has WebGPU, but no adapter.
    #[error("WebGPU found no graphics adapter to use ({reason}): use the CPU")]
    NoAdapter {
        /// burn's error message.
        reason: String,
    },
    /// This page or worker has already opened its one WebGPU device.
    #[error(
        "a page or worker can have one WebGPU classifier ({reason}): keep that one, or start a new worker"
    )]
    WebGpuBusy {
        /// burn's error message.
        reason: String,
    },
    /// The network's result is not finite.
    #[error(
        "the network's result must be finite numbers, so the device computes wrongly: use the CPU"
    )]
    BadLogits,
    /// The device returned no result.
    #[error("the device was lost ({reason}): start over, on the CPU if it happens again")]
    DeviceLost {
        /// burn's error message.
        reason: String,
    },
    /// A result cannot be passed to JavaScript.
    #[error("the result cannot be passed to JavaScript ({reason}): please report this")]
    Internal {
        /// What went wrong.
        reason: String,
    },
}

impl WebError {
    /// Returns a stable identifier for programs to match on.
    fn code(&self) -> &'static str {
        match self {
            Self::Photo(error) => error.code(),
            Self::InputsLength { .. } => "inputs-length",
            Self::PhotoEdit { .. } => "photo-edit",
            Self::UnknownBackend { .. } => "unknown-backend",
            Self::UnknownNetwork(_) | Self::Weights(WeightsError::NotShipped(_)) => {
                "unknown-network"
            }
            Self::Weights(WeightsError::NotEmbedded(_)) | Self::PhotosOnly(_) => "weights-missing",
            Self::Weights(WeightsError::NoInt8(_)) => "no-int8",
            Self::Weights(WeightsError::Foreign { .. } | WeightsError::Unfit { .. })
            | Self::WeightsKind { .. } => "weights",
            Self::NoWebGpu => "no-webgpu",
            Self::NoAdapter { .. } => "no-adapter",
            Self::WebGpuBusy { .. } => "webgpu-busy",
            Self::BadLogits => "bad-logits",
            Self::DeviceLost { .. } => "device-lost",
            Self::Internal { .. } => "internal",
        }
    }

    /// Creates the error of a device that returned no result.
    pub fn lost(reason: impl ToString) -> Self {
        Self::DeviceLost {
            reason: reason.to_string(),
        }
    }
}

impl From<WebError> for JsValue {
    fn from(error: WebError) -> Self {
        let js = Error::new(&error.to_string());
        js.set_name("ThimbleError");
        // Setting a property of a fresh, extensible object does not fail.
        let _ = Reflect::set(&js, &"code".into(), &error.code().into());
        js.into()
    }
}
