//! The wasm package `pkg/webgpu`: WebGPU through burn, and burn's ndarray device beside it.
#![cfg(target_arch = "wasm32")]

use burn::tensor::Device;
use burn::tensor::wgpu::{WgpuBackend, WgpuInitError};
use js_sys::{Reflect, global};
use thimble::network::{Model, WeightsFile};
use thimble_burn::{BurnModel, BurnNetwork};
use thimble_web::{Backend, BackendKind, LocalFuture, WebError};
use wasm_bindgen::prelude::wasm_bindgen;

struct WebGpu;
struct NdArray;

#[wasm_bindgen(start)]
fn start() {
    thimble_web::start(&[&WebGpu, &NdArray]);
}

impl BackendKind for WebGpu {
    fn name(&self) -> &'static str {
        "webgpu"
    }

    fn open(&self) -> LocalFuture<Result<Box<dyn Backend>, WebError>> {
        Box::pin(async {
            let backend: Box<dyn Backend> = Box::new(open_webgpu().await?);
            Ok(backend)
        })
    }
}

impl BackendKind for NdArray {
    fn name(&self) -> &'static str {
        "ndarray"
    }

    fn open(&self) -> LocalFuture<Result<Box<dyn Backend>, WebError>> {
        Box::pin(async {
            // Deprecated by burn in favour of flex; it stays as the fallback.
            #[allow(deprecated)]
            let device = Device::ndarray();
            let backend: Box<dyn Backend> = Box::new(OnDevice {
                device,
                adapter: None,
            });
            Ok(backend)
        })
    }
}

/// One of burn's devices.
struct OnDevice {
    device: Device,
    adapter: Option<String>,
}

impl Backend for OnDevice {
    fn adapter(&self) -> Option<String> {
        self.adapter.clone()
    }

    fn load(&self, weights: WeightsFile) -> Result<Box<dyn Model>, WebError> {
        let network = BurnNetwork::load(weights, &self.device)?;
        Ok(Box::new(BurnModel::new(network, &self.device)))
    }
}

/// Opens the browser's WebGPU device.
async fn open_webgpu() -> Result<OnDevice, WebError> {
    // burn fails without a message if the browser has no WebGPU at all.
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
    // Browsers reveal as much as their protection against fingerprinting allows.
    let adapter = [info.name, info.driver]
        .into_iter()
        .find(|text| !text.is_empty());
    Ok(OnDevice { device, adapter })
}
