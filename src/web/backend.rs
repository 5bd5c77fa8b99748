//! What the networks of a package run on.

#[cfg(feature = "burn")]
use burn::tensor::Device;

use super::error::WebError;
#[cfg(feature = "cpu")]
use crate::kernel::Arithmetic;
#[cfg(feature = "cpu")]
use crate::network::WeightsError;
use crate::network::{Engine, Shipped, Weights};

/// What a classifier runs on.
pub(super) struct Backend {
    /// Its name in the API.
    pub(super) name: &'static str,
    /// What it computes with.
    #[cfg(feature = "cpu")]
    arithmetic: Arithmetic,
    /// burn's handle of it.
    #[cfg(feature = "burn")]
    device: Device,
    /// The graphics adapter's name.
    pub(super) adapter: Option<String>,
}

const KNOWN: &[&str] = &[
    #[cfg(feature = "cpu")]
    "cpu",
    #[cfg(feature = "cpu")]
    "cpu-int8",
    #[cfg(feature = "burn-flex")]
    "flex",
    #[cfg(feature = "webgpu")]
    "webgpu",
    #[cfg(feature = "webgpu")]
    "ndarray",
];

impl Backend {
    /// Sets up the backend called `name`.
    ///
    /// # Errors
    /// [`WebError::UnknownBackend`]; for WebGPU also where the browser or the machine has none.
    pub(super) async fn open(name: &str) -> Result<Self, WebError> {
        match name {
            #[cfg(feature = "cpu")]
            "cpu" => Ok(Self {
                name: "cpu",
                arithmetic: Arithmetic::Floats,
                adapter: None,
            }),
            #[cfg(feature = "cpu")]
            "cpu-int8" => Ok(Self {
                name: "cpu-int8",
                arithmetic: Arithmetic::Integers,
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

    /// Whether this network can be computed here.
    ///
    /// # Errors
    /// [`WebError::Weights`] where this backend has 8-bit integers, and the network has none.
    pub(super) fn check(&self, network: &Shipped) -> Result<(), WebError> {
        #[cfg(feature = "cpu")]
        if self.arithmetic == Arithmetic::Integers && !network.has_integers {
            return Err(WeightsError::NoIntegers(network.name).into());
        }
        let _ = network;
        Ok(())
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

    /// The same where there are no devices to choose from. A network for photos that has no 8-bit
    /// integers is computed in floats.
    #[cfg(not(feature = "burn"))]
    pub(super) fn engine(&self, weights: Weights) -> Result<Engine, WebError> {
        Ok(match self.arithmetic {
            Arithmetic::Integers if weights.have_integers() => weights.engine_of_integers()?,
            _ => weights.engine()?,
        })
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
