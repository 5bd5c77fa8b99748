//! Trains the network that classifies garments in photos.

use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use rayon::prelude::*;

use super::example::{Drawn, Segmenter, draw_synthetic};
use super::{GarmentRecipe, TrainingSet};
use crate::finetune::cumulative_weights;
use crate::ops::weighted_cross_entropy;
use crate::segmentation::Sources;
use crate::training::{
    Objective, Schedule, StepError, StepOutcome, TrainableNet, TrainingState, optimize,
};
use thimble::labels::CLASSES;
use thimble::network::{Architecture, DeviceError, GarmentStages};
use thimble_burn::BurnNetwork;

/// Garments by class; the last list is of none of the ten.
struct ByClass<'a> {
    set: &'a TrainingSet<'a>,
    /// Their indices.
    garments: [Vec<usize>; CLASSES + 1],
    /// Cumulative weights of the ten classes.
    cumulative: [f64; CLASSES],
    none: f64,
}

impl<'a> ByClass<'a> {
    /// Groups the garments of a set that are not in fold `held_out`.
    fn new(set: &'a TrainingSet<'a>, held_out: Option<usize>, recipe: &GarmentRecipe) -> Self {
        let mut garments: [Vec<usize>; CLASSES + 1] = Default::default();
        let all = &set.set;
        for (index, garment) in all.garments.iter().enumerate() {
            if Some(all.folds[garment.example]) != held_out {
                garments[garment.target.map_or(CLASSES, usize::from)].push(index);
            }
        }
        let counts = core::array::from_fn(|class| garments[class].len());
        let cumulative = cumulative_weights(counts, recipe.balance);
        Self {
            set,
            garments,
            cumulative,
            none: recipe.none,
        }
    }

    /// Draws the index of a garment; `None` where there is none.
    fn draw(&self, generator: &mut impl rand::Rng) -> Option<usize> {
        let of_none = &self.garments[CLASSES];
        let garments = if !of_none.is_empty() && generator.random_bool(self.none) {
            of_none
        } else {
            let place = generator.random::<f64>() * self.cumulative[CLASSES - 1];
            let class = self.cumulative.iter().position(|&sum| place < sum)?;
            &self.garments[class]
        };
        Some(garments[generator.random_range(0..garments.len())])
    }
}

/// Trains a network on the garments outside of fold `held_out`. `segmenters` find the parts of the made-up examples. Calls `on_step` with each step's number, from 0, and loss.
///
/// # Errors
/// [`StepError`].
#[expect(clippy::too_many_arguments, reason = "each is another kind of data")]
pub fn train(
    recipe: &GarmentRecipe,
    seed: u64,
    [worn, flat]: [&TrainingSet<'_>; 2],
    sources: &Sources<'_>,
    segmenters: &[Segmenter<'_>],
    held_out: Option<usize>,
    device: &Device,
    on_step: impl FnMut(usize, f64),
) -> Result<BurnNetwork, StepError> {
    let autodiff = device.clone().autodiff();
    autodiff.seed(seed);
    let architecture = Architecture::Garment(recipe.stages);
    let state = TrainingState::new(
        TrainableNet::new(&architecture, &autodiff),
        &recipe.optimization,
    );
    let mut objective = Classification {
        recipe,
        seed,
        worn: ByClass::new(worn, held_out, recipe),
        flat: ByClass::new(flat, held_out, recipe),
        sources,
        segmenters,
        device: autodiff,
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

struct Classification<'a, F> {
    recipe: &'a GarmentRecipe,
    seed: u64,
    worn: ByClass<'a>,
    flat: ByClass<'a>,
    sources: &'a Sources<'a>,
    segmenters: &'a [Segmenter<'a>],
    /// A device with autodiff.
    device: Device,
    on_step: F,
}

impl<F> Classification<'_, F> {
    /// Draws the inputs of step `step`. Depends only on the seed and the step.
    fn draw(&self, step: usize) -> Result<Vec<Drawn>, DeviceError> {
        let Self {
            recipe,
            seed,
            worn,
            flat,
            sources,
            segmenters,
            ..
        } = self;
        let count = recipe.worn + recipe.flat + recipe.synthetic;
        let drawn = (0..count).into_par_iter().map(|place| {
            let mut generator = ChaCha8Rng::seed_from_u64(*seed);
            generator.set_stream(((step as u64) << 32) | place as u64);
            let of = if place < recipe.worn {
                Some(worn)
            } else if place < recipe.worn + recipe.flat {
                Some(flat)
            } else {
                None
            };
            let found = of.and_then(|of| Some((of.set, of.draw(&mut generator)?)));
            match found {
                Some((set, garment)) => Ok(set.draw(garment, recipe, &mut generator)),
                None => {
                    let any = generator.random_range(0..segmenters.len());
                    draw_synthetic(sources, &segmenters[any], recipe, &mut generator)
                }
            }
        });
        drawn.collect()
    }
}

impl<F: FnMut(usize, f64)> Objective for Classification<'_, F> {
    type Error = StepError;
    /// Target probabilities `[batch, 10]`, divided by the batch.
    type Targets = Tensor<2>;

    fn batch(&mut self, step: usize) -> Result<(Tensor<4>, Tensor<2>), StepError> {
        let drawn = self.draw(step)?;
        let batch = drawn.len();
        let (inputs, targets): (Vec<_>, Vec<_>) = drawn.into_iter().unzip();
        let share = 1.0 / batch as f32;
        let targets = targets.as_flattened().iter().map(|target| target * share);
        let side = GarmentStages::SIDES[0];
        Ok((
            Tensor::from_data(
                TensorData::new(
                    inputs.concat(),
                    [batch, side, side, GarmentStages::CHANNELS],
                ),
                &self.device,
            ),
            Tensor::from_data(
                TensorData::new(targets.collect::<Vec<_>>(), [batch, CLASSES]),
                &self.device,
            ),
        ))
    }

    fn loss(&self, logits: Tensor<2>, targets: &Tensor<2>) -> Tensor<1> {
        weighted_cross_entropy(logits, targets.clone())
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
