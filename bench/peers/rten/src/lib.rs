//! rten, with weights packed when the model is loaded.

use std::sync::Arc;

use engine::{Error, INPUT_VALUES, Network};
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool};
use rten_tensor::NdTensorView;

#[cfg(target_arch = "wasm32")]
engine::export!(Rten);

/// A network in rten.
pub struct Rten {
    model: Model,
    batch: usize,
    input: NodeId,
    output: NodeId,
    options: RunOptions,
}

impl Network for Rten {
    fn load(onnx: &[u8], batch: usize, threads: usize) -> Result<Self, Error> {
        let model = ModelOptions::with_all_ops()
            .prepack_weights(true)
            .load(onnx.to_vec())?;
        let mut options = RunOptions::default();
        options.thread_pool = Some(Arc::new(ThreadPool::with_num_threads(threads)));
        Ok(Self {
            input: model.node_id("inputs")?,
            output: model.node_id("logits")?,
            model,
            batch,
            options,
        })
    }

    fn run(&mut self, inputs: &[f32]) -> Result<Vec<f32>, Error> {
        let shape = [self.batch, 1, 28, 28];
        assert_eq!(
            inputs.len(),
            self.batch * INPUT_VALUES,
            "inputs of another batch size"
        );
        let view = NdTensorView::from_data(shape, inputs);
        let [logits] = self.model.run_n(
            vec![(self.input, view.into())],
            [self.output],
            Some(self.options.clone()),
        )?;
        let logits: rten_tensor::NdTensor<f32, 2> = logits.try_into()?;
        Ok(logits.into_data())
    }
}
