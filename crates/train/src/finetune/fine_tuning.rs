//! Fine-tunes a backbone on a mix of photos and Fashion-MNIST.

use burn::module::Module;
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};

use super::batch_mix::{BatchMix, MixedBatch};
use super::{Backbone, FinetuneRecipe};
use crate::data::Dataset;
use crate::evaluate::{forward, model};
use crate::training::{
    Objective, Schedule, StepError, StepOutcome, TrainableNet, TrainingState, optimize,
    soft_cross_entropy,
};
use thimble::labels::CLASSES;
use thimble::network::{DeviceError, INPUT_SIDE, INPUT_VALUES, Model, grey_values};
use thimble_burn::BurnNetwork;

/// Images that the first running statistics of the normalizations are computed on.
const OBSERVED: usize = 1000;

/// Why a network could not be fine-tuned.
#[derive(Debug, thiserror::Error)]
pub enum FinetuneError {
    /// A device returned no result.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A step failed.
    #[error(transparent)]
    Step(#[from] StepError),
}

/// Fine-tunes `backbone` on `mix`, on `device`, without autodiff, which is added here. The running statistics of the
/// normalizations start from those on images of `fashion_mnist`. Calls `on_step` with each step's number, from 0, and
/// loss.
///
/// # Errors
/// [`FinetuneError`].
pub fn finetune(
    backbone: &Backbone,
    recipe: &FinetuneRecipe,
    mix: &BatchMix<'_>,
    fashion_mnist: &Dataset,
    device: &Device,
    on_step: impl FnMut(usize, f64),
) -> Result<BurnNetwork, FinetuneError> {
    let observed: Vec<u8> = (0..OBSERVED.min(fashion_mnist.len()))
        .flat_map(|index| fashion_mnist.image(index).iter().copied())
        .collect();
    let observed = tensor(grey_values(&observed), device);
    let network = TrainableNet::unfolded(backbone.network.clone(), observed).train();
    let state = TrainingState::new(network, &recipe.optimization);
    let mut objective = Finetuning {
        mix,
        backbone: model(&backbone.network, device)?,
        distillation: recipe.distillation,
        device,
        on_step,
    };
    let state = optimize(
        &mut objective,
        state,
        &recipe.optimization,
        Schedule::OneCycle,
        0..recipe.steps,
        recipe.steps,
    )?;
    Ok(state.result().inference())
}

/// Inputs `[batch, 1, 28, 28]`.
fn tensor(values: Vec<f32>, device: &Device) -> Tensor<4> {
    let batch = values.len() / INPUT_VALUES;
    Tensor::from_data(
        TensorData::new(values, [batch, 1, INPUT_SIDE, INPUT_SIDE]),
        device,
    )
}

/// The objective of fine-tuning.
struct Finetuning<'a, F> {
    mix: &'a BatchMix<'a>,
    /// The network before it was fine-tuned.
    backbone: Box<dyn Model + Send + Sync>,
    /// Share of the backbone's probabilities in the targets of Fashion-MNIST images.
    distillation: f64,
    /// A device without autodiff.
    device: &'a Device,
    on_step: F,
}

impl<F> Finetuning<'_, F> {
    /// Targets `[batch, 10]`: those of the batch, mixed with the backbone's probabilities for Fashion-MNIST images.
    fn targets(&self, batch: &MixedBatch) -> Result<Tensor<2>, DeviceError> {
        let count = batch.targets.len();
        let values = batch.targets.as_flattened().to_vec();
        let data = TensorData::new(values, [count, CLASSES]);
        let targets = Tensor::<2>::from_data(data, self.device);
        if batch.fashion_mnist == 0 || self.distillation == 0.0 {
            return Ok(targets);
        }
        let first = count - batch.fashion_mnist;
        let inputs = batch.inputs[first * INPUT_VALUES..].to_vec();
        let logits = forward(self.backbone.as_ref(), tensor(inputs, self.device))?;
        let probabilities = softmax(logits, 1);
        let labels = targets.clone().narrow(0, first, batch.fashion_mnist);
        let mixed = labels * (1.0 - self.distillation) + probabilities * self.distillation;
        Ok(Tensor::cat(vec![targets.narrow(0, 0, first), mixed], 0))
    }
}

impl<F: FnMut(usize, f64)> Objective for Finetuning<'_, F> {
    type Error = FinetuneError;
    /// Target probabilities `[batch, 10]`.
    type Targets = Tensor<2>;

    fn batch(&mut self, step: usize) -> Result<(Tensor<4>, Tensor<2>), FinetuneError> {
        let batch = self.mix.batch(step);
        let targets = Tensor::from_inner(self.targets(&batch)?);
        let autodiff = self.device.clone().autodiff();
        Ok((tensor(batch.inputs, &autodiff), targets))
    }

    fn loss(&self, logits: Tensor<2>, targets: &Tensor<2>) -> Tensor<1> {
        soft_cross_entropy(logits, targets.clone())
    }

    fn on_step(
        &mut self,
        step: usize,
        _: Tensor<2>,
        outcome: StepOutcome,
    ) -> Result<(), FinetuneError> {
        (self.on_step)(step, outcome.loss);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thimble::network::NetworkName;

    #[test]
    fn finetuning_learns_new_labels() {
        let device = Device::flex();
        let name = NetworkName::Paper;
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../model/paper.bpk");
        let backbone = Backbone::read(name, &file, &device).unwrap();
        assert_eq!(backbone.checksum.len(), 16);
        // Stripes are bags, dots are dresses.
        let value = |kind: usize, index: usize| match kind {
            0 => u8::from(index % 8 < 4) * 200,
            _ => u8::from(index.is_multiple_of(5)) * 200,
        };
        let pixels = |kind: usize| (0..INPUT_VALUES).map(move |index| value(kind, index));
        let images = Dataset {
            pixels: pixels(0).chain(pixels(1)).collect(),
            labels: vec![8, 3],
        };
        let recipe = FinetuneRecipe {
            steps: 30,
            photos: 0,
            degraded: 0,
            fashion_mnist: 8,
            distillation: 0.0,
            ..FinetuneRecipe::of(name)
        };
        let mix = BatchMix::new(&recipe, 1, &[], &images);
        let mut losses = Vec::new();
        let on_step = |_, loss| losses.push(loss);
        let network = finetune(&backbone, &recipe, &mix, &images, &device, on_step).unwrap();
        assert_eq!(losses.len(), 30);
        assert!(losses[29] < losses[0] / 2.0, "{losses:?}");
        let logits = crate::evaluate::predict(&network, &images, 2, &device).unwrap();
        let predicted: Vec<usize> = logits
            .iter()
            .map(thimble::prediction::most_likely)
            .collect();
        assert_eq!(predicted, [8, 3]);
    }
}
