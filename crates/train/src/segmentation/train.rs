//! Trains a network for segmentation.

use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use rayon::prelude::*;

use super::draw::part_counts;
use super::{Drawn, Example, SegmentationRecipe, Sources, draw};
use crate::ops::weighted_cross_entropy;
use crate::training::{
    Objective, PhotoTraining, Schedule, StepError, StepOutcome, TrainableNet, TrainingState,
    optimize_resumably,
};
use thimble::network::{Architecture, Levels};
use thimble::parts::PARTS;
use thimble_burn::BurnNetwork;

/// Trains a network. Calls `on_step` with each step's number, from
/// 0, and loss.
///
/// # Errors
/// [`StepError`].
pub fn train(
    training: PhotoTraining<'_, SegmentationRecipe>,
    worn: &[&Example],
    sources: &Sources<'_>,
    on_step: impl FnMut(usize, f64),
) -> Result<BurnNetwork, StepError> {
    let autodiff = training.seeded_device();
    let PhotoTraining {
        recipe,
        seed,
        checkpoints,
        ..
    } = training;
    let architecture = Architecture::Segmentation(recipe.levels);
    let network = TrainableNet::new(&architecture, &autodiff);
    let state = TrainingState::new(network, &recipe.optimization);
    // Without photos of worn clothes all parts weigh the same.
    let counts = part_counts(worn.iter().copied());
    let total: f64 = counts.iter().sum();
    let weights = counts.map(|count| match worn.is_empty() {
        true => 1.0,
        false => (count / total).max(1e-4).powf(-recipe.balance) as f32,
    });
    let mut objective = Segmentation {
        recipe,
        seed,
        worn,
        sources,
        weights,
        device: autodiff,
        on_step,
    };
    let state = optimize_resumably(
        &mut objective,
        state,
        &recipe.optimization,
        Schedule::OneCycle,
        recipe.steps,
        checkpoints,
    )?;
    Ok(state.result().inference())
}

struct Segmentation<'a, F> {
    recipe: &'a SegmentationRecipe,
    seed: u64,
    worn: &'a [&'a Example],
    sources: &'a Sources<'a>,
    /// The weight of each part in the loss.
    weights: [f32; PARTS],
    /// A device with autodiff.
    device: Device,
    on_step: F,
}

impl<F> Segmentation<'_, F> {
    /// Draws the views of step `step`. Depends only on the seed and the step.
    fn draw(&self, step: usize) -> Vec<Drawn> {
        let (recipe, seed, worn, sources) = (self.recipe, self.seed, self.worn, self.sources);
        let garments = &sources.garments;
        let count = recipe.worn + recipe.garments + recipe.synthetic;
        let drawn = (0..count).into_par_iter().map(|place| {
            let mut generator = ChaCha8Rng::seed_from_u64(seed);
            generator.set_stream(((step as u64) << 32) | place as u64);
            let made;
            let example = if place < recipe.worn && !worn.is_empty() {
                worn[generator.random_range(0..worn.len())]
            } else if place < recipe.worn + recipe.garments && !garments.is_empty() {
                garments[generator.random_range(0..garments.len())]
            } else {
                made = sources.example(&mut generator);
                &made
            };
            let side = recipe.levels.side;
            draw(example, side, recipe.colour_jitter, &mut generator)
        });
        drawn.collect()
    }
}

impl<F: FnMut(usize, f64)> Objective for Segmentation<'_, F> {
    type Error = StepError;
    /// Weighted shares of the parts, `[batch * side / 2 * side / 2, 10]`.
    type Targets = Tensor<2>;

    fn batch(&mut self, step: usize) -> Result<(Tensor<4>, Tensor<2>), StepError> {
        let drawn = self.draw(step);
        let batch = drawn.len();
        let side = self.recipe.levels.side;
        let inputs: Vec<f32> = drawn
            .iter()
            .flat_map(|drawn| &drawn.input)
            .copied()
            .collect();
        let mut targets = Vec::new();
        let mut total = 0.0;
        for shares in drawn.iter().flat_map(|drawn| &drawn.target) {
            for (share, weight) in shares.iter().zip(self.weights) {
                total += share * weight;
                targets.push(share * weight);
            }
        }
        let total = total.max(1e-6);
        for target in &mut targets {
            *target /= total;
        }
        let rows = targets.len() / PARTS;
        Ok((
            Tensor::from_data(
                TensorData::new(inputs, [batch, side, side, Levels::CHANNELS]),
                &self.device,
            ),
            Tensor::from_data(TensorData::new(targets, [rows, PARTS]), &self.device),
        ))
    }

    fn loss(&self, logits: Tensor<2>, targets: &Tensor<2>) -> Tensor<1> {
        weighted_cross_entropy(logits, targets.clone())
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
