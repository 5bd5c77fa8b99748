//! Failures as JavaScript sees them: an `Error` with a `code` and a sentence.

use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;

use crate::network::{NetworkName, UnknownNetwork, WeightsError};
use crate::photo::PhotoError;

/// Why a call of the API failed.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// The photo cannot be prepared.
    #[error(transparent)]
    Photo(#[from] PhotoError),
    /// The bytes are not whole pictures.
    #[error(
        "{found} bytes are not a whole number of 28x28 pictures of 784 bytes each, at least one"
    )]
    PicturesLength {
        /// Bytes given.
        found: usize,
    },
    /// The adjustment is none.
    #[error(
        "{found}: an adjustment has, each of them only where wanted, `turns`, `frame` and `negate`"
    )]
    Adjustment {
        /// What is wrong with it.
        found: &'static str,
    },
    /// This package has no such backend.
    #[error("this package has no backend \"{name}\": it has {}", known.join(" and "))]
    UnknownBackend {
        /// What was asked for.
        name: String,
        /// What there is.
        known: &'static [&'static str],
    },
    /// There is no such network.
    #[error(transparent)]
    UnknownNetwork(#[from] UnknownNetwork),
    /// The weights cannot be had, or are not the network's.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// Nothing but photos can be answered yet.
    #[error(
        "this package holds the weights for photos alone. Pictures in the data set's own form (28x28, \
         grey on black), `logits` and `repeat` want those of \"{0}\": hand the bytes of {0}.bpk to \
         `addWeights`, or to `Classifier.create`"
    )]
    PhotosAlone(NetworkName),
    /// The weights were handed in as something else than bytes.
    #[error(
        "the weights of a network are handed in as a Uint8Array of the whole file, not as {found}"
    )]
    WeightsKind {
        /// JavaScript's name of what was handed in.
        found: String,
    },
    /// The browser has no WebGPU.
    #[cfg(feature = "webgpu")]
    #[error(
        "this browser has no WebGPU: use the CPU, or a current Chrome, Edge, Safari or Firefox"
    )]
    NoWebGpu,
    /// The browser has WebGPU, but no adapter.
    #[cfg(feature = "webgpu")]
    #[error("WebGPU found no graphics adapter to use ({reason}): use the CPU")]
    NoAdapter {
        /// What burn says.
        reason: String,
    },
    /// This worker has had its one WebGPU device.
    #[cfg(feature = "webgpu")]
    #[error(
        "this page or worker has had its one WebGPU classifier ({reason}): keep that one, or start \
         a new worker"
    )]
    WebGpuBusy {
        /// What burn says.
        reason: String,
    },
    /// The network's result is no number.
    #[error(
        "the network's result is not a finite number, so the device does not compute rightly: \
         use the CPU"
    )]
    BadLogits,
    /// The device did not give its result back.
    #[error("the device was lost ({reason}): start over, on the CPU if it happens again")]
    DeviceLost {
        /// What burn says.
        reason: String,
    },
    /// A result cannot be handed to JavaScript.
    #[error("the result cannot be handed over ({reason}): please report this")]
    Internal {
        /// What went wrong.
        reason: String,
    },
}

impl WebError {
    /// A short name that does not change, for programs.
    fn code(&self) -> &'static str {
        match self {
            Self::Photo(error) => error.code(),
            Self::PicturesLength { .. } => "pictures-length",
            Self::Adjustment { .. } => "adjustment",
            Self::UnknownBackend { .. } => "unknown-backend",
            Self::UnknownNetwork(_) | Self::Weights(WeightsError::NotShipped(_)) => {
                "unknown-network"
            }
            Self::Weights(WeightsError::NotEmbedded(_)) | Self::PhotosAlone(_) => "weights-missing",
            Self::Weights(WeightsError::NoIntegers(_)) => "no-integers",
            Self::Weights(WeightsError::Foreign { .. } | WeightsError::Unfit { .. })
            | Self::WeightsKind { .. } => "weights",
            #[cfg(feature = "webgpu")]
            Self::NoWebGpu => "no-webgpu",
            #[cfg(feature = "webgpu")]
            Self::NoAdapter { .. } => "no-adapter",
            #[cfg(feature = "webgpu")]
            Self::WebGpuBusy { .. } => "webgpu-busy",
            Self::BadLogits => "bad-logits",
            Self::DeviceLost { .. } => "device-lost",
            Self::Internal { .. } => "internal",
        }
    }

    /// The device did not give its result back.
    pub(super) fn lost(reason: impl ToString) -> Self {
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
