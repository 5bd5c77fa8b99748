//! The wasm package `pkg/burn-flex`: burn's flex device without Thimble's kernels, for the benchmark.

use burn::tensor::Device;
use thimble::network::{Model, WeightsFile};
use thimble_burn::{BurnModel, BurnNetwork};
use thimble_web::{Backend, BackendKind, LocalFuture, WebError};
use wasm_bindgen::prelude::wasm_bindgen;

struct Flex;

#[wasm_bindgen(start)]
fn start() {
    thimble_web::start(&[&Flex]);
}

impl BackendKind for Flex {
    fn name(&self) -> &'static str {
        "flex"
    }

    fn open(&self) -> LocalFuture<Result<Box<dyn Backend>, WebError>> {
        Box::pin(async {
            let backend: Box<dyn Backend> = Box::new(Flex);
            Ok(backend)
        })
    }
}

impl Backend for Flex {
    fn load(&self, weights: WeightsFile) -> Result<Box<dyn Model>, WebError> {
        let device = Device::flex();
        let network = BurnNetwork::load(weights, &device)?;
        Ok(Box::new(BurnModel::new(network, &device)))
    }
}
