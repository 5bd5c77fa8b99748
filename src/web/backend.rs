//! What the networks of a package run on.

#[cfg(feature = "burn")]
use burn::tensor::Device;

use super::error::WebError;
#[cfg(feature = "cpu")]
use crate::kernel::Precision;
use crate::network::{Engine, Shipped, Weights, WeightsError};

/// What a classifier runs on.
pub(super) struct Backend {
    /// Its name in the API.
    pub(super) name: &'static str,
    /// What it computes with.
    #[cfg(feature = "cpu")]
    arithmetic: Precision,
    /// burn's handle of it.
    #[cfg(feature = "burn")]
    device: Device,
    /// The graphics adapter's name.
    pub(super) adapter: Option<String>,
}

/// The project's kernels in 8-bit integers.
const INT8: &str = "cpu-int8";

const KNOWN: &[&str] = &[
    #[cfg(feature = "cpu")]
    "cpu",
    #[cfg(feature = "cpu")]
    INT8,
    #[cfg(feature = "burn-flex")]
    "flex",
    #[cfg(feature = "webgpu")]
    "webgpu",
    #[cfg(feature = "webgpu")]
    "ndarray",
];

impl Backend {
    /// Whether the backend called `name` can compute this network, if there is that backend.
    ///
    /// # Errors
    /// [`WebError::Weights`] where it has 8-bit integers, and the network has none.
    pub(super) fn check(name: &str, network: &Shipped) -> Result<(), WebError> {
        match name {
            INT8 if network.test_accuracy_in_integers.is_none() => {
                Err(WeightsError::NoIntegers(network.name).into())
            }
            _ => Ok(()),
        }
    }

    /// Sets up the backend called `name`.
    ///
    /// # Errors
    /// [`WebError::UnknownBackend`]; for WebGPU also where the browser or the machine has none.
    pub(super) async fn open(name: &str) -> Result<Self, WebError> {
        match name {
            #[cfg(feature = "cpu")]
            "cpu" => Ok(Self {
                name: "cpu",
                arithmetic: Precision::F32,
                adapter: None,
            }),
            #[cfg(feature = "cpu")]
            INT8 => Ok(Self {
                name: INT8,
                arithmetic: Precision::Int8,
                adapter: None,
            }),
            #[cfg(feature = "burn-flex")]
            "flex" => Ok(Self {
                name: "flex",
                device: Device::flex(),
                adapter: None,
            }),
            #[cfg(feature = "webgpu")]
            "webgpu" => webgpu().await,
            #[cfg(feature = "webgpu")]
            "ndarray" => {
                // Deprecated by burn in favour of flex; the mission names it as the fallback.
                #[allow(deprecated)]
                let device = Device::ndarray();
                Ok(Self {
                    name: "ndarray",
                    device,
                    adapter: None,
                })
            }
            _ => Err(WebError::UnknownBackend {
                name: name.to_owned(),
                known: KNOWN,
            }),
        }
    }

    /// Makes a network of these weights ready to run here.
    ///
    /// # Errors
    /// [`WebError::Weights`], [`WebError::DeviceLost`].
    #[cfg(feature = "burn")]
    pub(super) fn engine(&self, weights: Weights) -> Result<Engine, WebError> {
        let network = weights.load(&self.device)?;
        Engine::new(network, &self.device).map_err(WebError::lost)
    }

    /// The same where there are no devices to choose from.
    #[cfg(not(feature = "burn"))]
    pub(super) fn engine(&self, weights: Weights) -> Result<Engine, WebError> {
        Ok(match self.arithmetic {
            Precision::F32 => weights.engine()?,
            Precision::Int8 => weights.engine_of_integers()?,
        })
    }

    /// The same of the network for photos; in floats where 8-bit integers would change its answers.
    ///
    /// # Errors
    /// As [`Self::engine`].
    pub(super) fn photo_engine(&self, weights: Weights) -> Result<Engine, WebError> {
        #[cfg(feature = "cpu")]
        if !weights.have_integers() {
            return Ok(weights.engine()?);
        }
        self.engine(weights)
    }
}

#[cfg(feature = "webgpu")]
async fn webgpu() -> Result<Backend, WebError> {
    use burn::tensor::wgpu::{WgpuBackend, WgpuInitError};
    use js_sys::{Reflect, global};

    // burn fails without a sentence where the browser has no WebGPU at all.
    let navigator = Reflect::get(&global(), &"navigator".into()).unwrap_or_default();
    let gpu = Reflect::get(&navigator, &"gpu".into()).unwrap_or_default();
    if gpu.is_undefined() || gpu.is_null() {
        return Err(WebError::NoWebGpu);
    }
    let (device, setup) = Device::wgpu_options()
        .graphics_api(WgpuBackend::WebGpu)
        .init_with_setup_async()
        .await
        .map_err(|error| {
            let reason = error.to_string();
            match error {
                WgpuInitError::Registration { .. } => WebError::WebGpuBusy { reason },
                _ => WebError::NoAdapter { reason },
            }
        })?;
    let info = setup.adapter.get_info();
    // Browsers tell as much as their protection against fingerprinting allows.
    let adapter = [info.name, info.driver]
        .into_iter()
        .find(|text| !text.is_empty());
    Ok(Backend {
        name: "webgpu",
        device,
        adapter,
    })
}
