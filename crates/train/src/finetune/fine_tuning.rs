//! The steps of fine-tuning.

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::activation::{log_softmax, softmax};
use burn::tensor::{Device, Tensor, TensorData};

use super::mix::{Batch, Mix};
use super::{Backbone, FinetuneRecipe};
use crate::data::Pictures;
use crate::evaluate::{forward, model};
use crate::training::{TrainableNet, decay_of, move_towards, optimizer};
use thimble::labels::CLASSES;
use thimble::network::{DeviceError, INPUT_SIDE, Model, grey_values};
use thimble_burn::BurnNetwork;

/// Pictures that the normalisation's averages are taken over at first.
const OBSERVED: usize = 1000;

/// Why a network could not be fine-tuned.
#[derive(Debug, thiserror::Error)]
pub enum FinetuneError {
    /// The device gave no result back.
    #[error("the device failed: {0}")]
    Device(String),
    /// A network cannot be run.
    #[error(transparent)]
    Engine(#[from] DeviceError),
    /// The loss is not a number any more.
    #[error("the loss is not a finite number at step {step}: lower the learning rate")]
    Diverged {
        /// Number of the step, from 0.
        step: usize,
    },
}

/// Fine-tunes `trunk` on `mix`, on `device` (a plain one), and tells `heard` each step's number and
/// loss. Its normalisation starts from the averages over pictures of `fashion`.
///
/// # Errors
/// [`FinetuneError`].
pub fn tune(
    backbone: &Backbone,
    recipe: &FinetuneRecipe,
    mix: &Mix<'_>,
    fashion: &Pictures,
    device: &Device,
    mut heard: impl FnMut(usize, f64),
) -> Result<BurnNetwork, FinetuneError> {
    let training = recipe.recipe(backbone.name.architecture());
    let observed: Vec<u8> = (0..OBSERVED.min(fashion.len()))
        .flat_map(|index| fashion.picture(index).iter().copied())
        .collect();
    let observed = grey_values(&observed);
    let unfolded = TrainableNet::unfolded(backbone.network.clone(), tensor(observed, device));
    let autodiff = device.clone().autodiff();
    let mut average = unfolded.clone();
    let mut network = unfolded.train();
    let mut optimizer = optimizer(&training);
    let memory = Memory {
        backbone: model(&backbone.network, device)?,
        share: recipe.distillation,
    };
    for step in 0..recipe.steps {
        let batch = mix.batch(step);
        let targets = memory.mixed_in(&batch, device)?;
        let loss;
        (network, loss) = descend(
            network,
            &mut optimizer,
            training.rate(step, recipe.steps),
            tensor(batch.pictures, &autodiff),
            Tensor::from_inner(targets),
        )?;
        if !loss.is_finite() {
            return Err(FinetuneError::Diverged { step });
        }
        average = move_towards(average, &network, decay_of(step, recipe.average));
        heard(step, loss);
    }
    Ok(average.inference())
}

/// Pictures `[batch, 1, 28, 28]`.
fn tensor(values: Vec<f32>, device: &Device) -> Tensor<4> {
    let batch = values.len() / (INPUT_SIDE * INPUT_SIDE);
    Tensor::from_data(
        TensorData::new(values, [batch, 1, INPUT_SIDE, INPUT_SIDE]),
        device,
    )
}

/// What the network said before it was fine-tuned.
struct Memory {
    backbone: Box<dyn Model + Send + Sync>,
    share: f64,
}

impl Memory {
    /// The batch's targets `[batch, 10]`, with former answers where it is Fashion-MNIST's.
    fn mixed_in(&self, batch: &Batch, device: &Device) -> Result<Tensor<2>, DeviceError> {
        let count = batch.targets.len();
        let values = batch.targets.as_flattened().to_vec();
        let targets = Tensor::<2>::from_data(TensorData::new(values, [count, CLASSES]), device);
        if batch.fashion == 0 || self.share == 0.0 {
            return Ok(targets);
        }
        let first = count - batch.fashion;
        let pictures = batch.pictures[first * INPUT_SIDE * INPUT_SIDE..].to_vec();
        let answers = softmax(
            forward(self.backbone.as_ref(), tensor(pictures, device))?,
            1,
        );
        let labels = targets.clone().narrow(0, first, batch.fashion);
        let mixed = labels * (1.0 - self.share) + answers * self.share;
        Ok(Tensor::cat(vec![targets.narrow(0, 0, first), mixed], 0))
    }
}

/// One step. Gives the network and the mean loss.
fn descend(
    network: TrainableNet,
    optimizer: &mut ModuleOptimizer,
    rate: f64,
    pictures: Tensor<4>,
    targets: Tensor<2>,
) -> Result<(TrainableNet, f64), FinetuneError> {
    let logits = network.forward(pictures);
    let loss = -(log_softmax(logits, 1) * targets).sum_dim(1).mean();
    let gradients = GradientsParams::from_grads(loss.backward(), &network);
    let network = optimizer.step(rate, network, gradients);
    let loss = loss
        .try_into_scalar::<f32>()
        .map_err(|error| FinetuneError::Device(format!("{error:?}")))?;
    Ok((network, f64::from(loss)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finetune::FinetuneRecipe;
    use thimble::network::{INPUT_VALUES, NetworkName};

    #[test]
    fn a_network_learns_what_it_is_shown() {
        let device = Device::flex();
        let name = NetworkName::Paper;
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../model/paper.bpk");
        let backbone = Backbone::read(name, &file, &device).unwrap();
        assert_eq!(backbone.checksum.len(), 16);
        // Stripes are bags, dots are dresses.
        let picture = |kind: usize, index: usize| match kind {
            0 => u8::from(index % 8 < 4) * 200,
            _ => u8::from(index.is_multiple_of(5)) * 200,
        };
        let pixels = |kind: usize| (0..INPUT_VALUES).map(move |index| picture(kind, index));
        let fashion = Pictures {
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
        let mix = Mix::new(&recipe, 1, &[], &fashion);
        let mut losses = Vec::new();
        let heard = |_, loss| losses.push(loss);
        let network = tune(&backbone, &recipe, &mix, &fashion, &device, heard).unwrap();
        assert_eq!(losses.len(), 30);
        assert!(losses[29] < losses[0] / 2.0, "{losses:?}");
        let logits = crate::evaluate::predict(&network, &fashion, 2, &device).unwrap();
        let said: Vec<usize> = logits
            .iter()
            .map(thimble::prediction::most_likely)
            .collect();
        assert_eq!(said, [8, 3]);
    }
}
