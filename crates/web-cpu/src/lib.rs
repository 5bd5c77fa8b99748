//! The wasm package `pkg/cpu`: the CPU kernels in 32-bit floats and int8.

use thimble::Precision;
use thimble::network::{Model, ShippedNetwork, WeightsError, WeightsFile};
use thimble_web::{Backend, BackendKind, LocalFuture, WebError};
use wasm_bindgen::prelude::wasm_bindgen;

/// The CPU kernels at one precision.
#[derive(Clone, Copy)]
struct Cpu(Precision);

#[wasm_bindgen(start)]
fn start() {
    thimble_web::start(&[&Cpu(Precision::F32), &Cpu(Precision::Int8)]);
}

impl BackendKind for Cpu {
    fn name(&self) -> &'static str {
        match self.0 {
            Precision::F32 => "cpu",
            Precision::Int8 => "cpu-int8",
        }
    }

    fn check(&self, network: &ShippedNetwork) -> Result<(), WebError> {
        match (self.0, network.test_accuracy_int8) {
            (Precision::Int8, None) => Err(WeightsError::NoInt8(network.name.as_str()).into()),
            _ => Ok(()),
        }
    }

    fn open(&self) -> LocalFuture<Result<Box<dyn Backend>, WebError>> {
        let backend: Box<dyn Backend> = Box::new(*self);
        Box::pin(async { Ok(backend) })
    }
}

impl Backend for Cpu {
    fn load(&self, weights: WeightsFile) -> Result<Box<dyn Model>, WebError> {
        Ok(Box::new(weights.load(self.0)?))
    }

    /// In 32-bit floats where int8 would change the predictions.
    fn load_for_photos(&self, weights: WeightsFile) -> Result<Box<dyn Model>, WebError> {
        match weights.has_int8() {
            true => self.load(weights),
            false => Cpu(Precision::F32).load(weights),
        }
    }
}
