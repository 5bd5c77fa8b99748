//! Trains the network that classifies masked crops.

use burn::module::Module as _;
use burn::tensor::{Device, Tensor, TensorData};

use super::batch::Batches;
use super::{CropExample, CropRecipe};
use crate::data::Dataset;
use crate::training::{
    Objective, PhotoTraining, Schedule, StepError, StepOutcome, TrainableNet, TrainingState,
    cross_entropy_with_none, optimize_resumably,
};
use thimble::labels::CLASSES;
use thimble::network::INPUT_SIDE;
use thimble::photo::MaskedCrop;
use thimble_burn::BurnNetwork;

/// What a network for masked crops is trained on.
#[derive(Clone, Copy)]
pub struct CropData<'a> {
    /// The photos' garments.
    pub photos: &'a [CropExample],
    /// Images of Fashion-MNIST.
    pub fashion_mnist: &'a Dataset,
    /// Textures.
    pub textures: &'a [MaskedCrop],
}

/// Fine-tunes a network for images in Fashion-MNIST's format on crops outside of fold `held_out`. Calls `on_step` with each
/// step's number, from 0, and loss.
///
/// # Errors
/// [`StepError`].
pub fn train(
    training: PhotoTraining<'_, CropRecipe>,
    network: BurnNetwork,
    data: CropData<'_>,
    held_out: Option<usize>,
    on_step: impl FnMut(usize, f64),
) -> Result<BurnNetwork, StepError> {
    let device = training.seeded_device();
    let PhotoTraining {
        recipe,
        seed,
        checkpoints,
        ..
    } = training;
    let mut objective = Classification {
        recipe,
        batches: Batches::new(recipe, seed, data, held_out),
        device,
        on_step,
    };
    let (inputs, _) = objective.batch(0)?;
    let network = TrainableNet::unfolded(network, inputs.inner()).train();
    let optimization = &recipe.optimization;
    let state = TrainingState::new(network, optimization);
    let state = optimize_resumably(
        &mut objective,
        state,
        optimization,
        Schedule::OneCycle,
        recipe.steps,
        checkpoints,
    )?;
    Ok(state.result().inference())
}

struct Classification<'a, F> {
    recipe: &'a CropRecipe,
    batches: Batches<'a>,
    /// A device with autodiff.
    device: Device,
    on_step: F,
}

impl<F: FnMut(usize, f64)> Objective for Classification<'_, F> {
    type Error = StepError;
    /// Target probabilities of the ten classes and of none of them, `[batch, 11]`.
    type Targets = Tensor<2>;

    fn batch(&mut self, step: usize) -> Result<(Tensor<4>, Tensor<2>), StepError> {
        let (inputs, targets) = self.batches.draw(step);
        let batch = targets.len();
        let inputs = TensorData::new(inputs.concat(), [batch, 1, INPUT_SIDE, INPUT_SIDE]);
        let targets = TensorData::new(targets.concat(), [batch, CLASSES + 1]);
        Ok((
            Tensor::from_data(inputs, &self.device),
            Tensor::from_data(targets, &self.device),
        ))
    }

    fn loss(&self, logits: Tensor<2>, targets: &Tensor<2>) -> Tensor<1> {
        cross_entropy_with_none(logits, targets.clone())
    }

    fn rounding(&self, step: usize) -> Option<u8> {
        self.recipe.rounding.at(step, self.recipe.steps)
    }

    fn on_step(
        &mut self,
        step: usize,
        _: Tensor<2>,
        outcome: StepOutcome,
    ) -> Result<(), StepError> {
        (self.on_step)(step, outcome.loss);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thimble::network::{INPUT_VALUES, NetworkName, ShippedNetwork};
    use thimble::prediction::most_likely;

    #[test]
    fn training_learns_new_labels() {
        let device = Device::flex();
        let weights = ShippedNetwork::find(NetworkName::ThimbleTiny).unwrap();
        let network = BurnNetwork::load(weights.weights(None).unwrap(), &device).unwrap();
        // Stripes are bags, and a square is a dress.
        let value = |kind: usize, index: usize| match kind {
            0 => u8::from(index % 8 < 4) * 200,
            _ => u8::from(index % INPUT_SIDE < 14) * 200,
        };
        let pixels = |kind: usize| (0..INPUT_VALUES).map(move |index| value(kind, index));
        let images = Dataset {
            pixels: pixels(0).chain(pixels(1)).collect(),
            labels: vec![8, 3],
        };
        let recipe = CropRecipe {
            steps: 30,
            photos: 0,
            fashion_mnist: 8,
            textures: 0,
            jitter: 0.0,
            random_erasing: 0.0,
            ..CropRecipe::default()
        };
        let training = PhotoTraining {
            recipe: &recipe,
            seed: 1,
            checkpoints: None,
            device: &device,
        };
        let data = CropData {
            photos: &[],
            fashion_mnist: &images,
            textures: &[],
        };
        let mut losses = Vec::new();
        let network = train(training, network, data, None, |_, loss| losses.push(loss)).unwrap();
        assert!(losses[29] < losses[0] / 2.0, "{losses:?}");
        let (inputs, targets) = Batches::new(&recipe, 1, data, None).draw(0);
        let model = crate::evaluate::model(&network, &device).unwrap();
        let logits = model.run(&inputs.concat()).wait().unwrap();
        for (row, target) in logits.as_chunks::<CLASSES>().0.iter().zip(targets) {
            assert_eq!(target[most_likely(row)], 1.0);
        }
    }
}
