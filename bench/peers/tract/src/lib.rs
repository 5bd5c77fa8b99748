//! tract, with a fixed batch size and the graph optimized for it.

use std::sync::Arc;

use engine::{Error, INPUT_VALUES, Network};
use tract_onnx::prelude::*;

#[cfg(target_arch = "wasm32")]
engine::export!(Tract);

/// A network in tract.
pub struct Tract {
    model: Arc<TypedRunnableModel>,
    batch: usize,
}

impl Network for Tract {
    fn load(onnx: &[u8], batch: usize, threads: usize) -> Result<Self, Error> {
        #[cfg(not(target_arch = "wasm32"))]
        {
            use tract_linalg::multithread::{Executor, set_default_executor};
            set_default_executor(match threads {
                1 => Executor::SingleThread,
                _ => Executor::multithread(threads),
            });
        }
        #[cfg(target_arch = "wasm32")]
        assert_eq!(threads, 1, "wasm has no threads here");
        let shape = f32::fact([batch, 1, 28, 28]);
        let model = tract_onnx::onnx()
            .model_for_read(&mut &*onnx)?
            .with_input_fact(0, shape.into())?
            .into_optimized()?
            .into_runnable()?;
        Ok(Self { model, batch })
    }

    fn run(&mut self, inputs: &[f32]) -> Result<Vec<f32>, Error> {
        assert_eq!(
            inputs.len(),
            self.batch * INPUT_VALUES,
            "inputs of another batch size"
        );
        let tensor = Tensor::from_shape(&[self.batch, 1, 28, 28], inputs)?;
        let outputs = self.model.run(tvec!(tensor.into()))?;
        Ok(outputs[0].try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
    }
}
