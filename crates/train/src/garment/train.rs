//! Trains the network that classifies garments in photos.

use burn::module::Module as _;
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use rayon::prelude::*;

use super::made::draw_synthetic;
use super::subject::Drawn;
use super::{GarmentRecipe, OUTCOMES, Segmenter, TrainingSet};
use crate::segmentation::Sources;
use crate::training::{
    Objective, PhotoTraining, Schedule, StepCheckpoints, StepError, StepOutcome, TrainableNet,
    TrainingState, cross_entropy_with_none, cumulative_weights, optimize_resumably,
};
use thimble::labels::CLASSES;
use thimble::network::{Architecture, DeviceError, GarmentStages};
use thimble_burn::BurnNetwork;

/// Garments by outcome.
struct ByOutcome<'a> {
    set: &'a TrainingSet<'a>,
    /// Their indices.
    garments: [Vec<usize>; OUTCOMES],
    /// Cumulative weights of the ten classes.
    classes: [f64; CLASSES],
    /// Cumulative weights of the outcomes that are none of the ten.
    others: [f64; OUTCOMES - CLASSES],
    /// Share of the garments that are none of the ten.
    none: f64,
}

impl<'a> ByOutcome<'a> {
    /// Groups the garments of a set that are not in fold `held_out`.
    fn new(set: &'a TrainingSet<'a>, held_out: Option<usize>, recipe: &GarmentRecipe) -> Self {
        let mut garments: [Vec<usize>; OUTCOMES] = core::array::from_fn(|_| Vec::new());
        let all = &set.set;
        for (index, garment) in all.garments.iter().enumerate() {
            if Some(all.folds[garment.example]) != held_out {
                garments[garment.outcome.index()].push(index);
            }
        }
        let classes = core::array::from_fn(|class| garments[class].len());
        let others = core::array::from_fn(|other| garments[CLASSES + other].len());
        Self {
            set,
            garments,
            classes: cumulative_weights(classes, recipe.balance),
            others: cumulative_weights(others, recipe.balance),
            none: recipe.none,
        }
    }

    /// Draws the index of a garment; `None` where there is none.
    fn draw(&self, generator: &mut impl rand::Rng) -> Option<usize> {
        let is_of_others = generator.random_bool(self.none);
        let (first, cumulative) = match is_of_others {
            true => (CLASSES, &self.others[..]),
            false => (0, &self.classes[..]),
        };
        let place = generator.random::<f64>() * cumulative.last()?;
        let outcome = first + cumulative.iter().position(|&sum| place < sum)?;
        let garments = &self.garments[outcome];
        Some(garments[generator.random_range(0..garments.len())])
    }
}

/// What a network for garments is trained on.
#[derive(Clone, Copy)]
pub struct TrainingData<'a> {
    /// Garments that someone wears, and single garments.
    pub sets: [&'a TrainingSet<'a>; 2],
    /// What examples are made of.
    pub sources: &'a Sources<'a>,
    /// They find the parts of the made-up examples.
    pub segmenters: &'a [Segmenter<'a>],
}

/// Trains a network on made-up examples alone, whose parts are known, from random weights. Calls `on_step` with each
/// step's number, from 0, and loss.
///
/// # Errors
/// [`StepError`].
pub fn pretrain(
    training: PhotoTraining<'_, GarmentRecipe>,
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
    let objective = Classification {
        recipe,
        steps: recipe.pretraining,
        seed,
        sets: [None, None],
        sources,
        segmenters: &[],
        device: autodiff,
        on_step,
    };
    let architecture = Architecture::Garment(recipe.stages);
    let network = TrainableNet::new(&architecture, &objective.device);
    objective.run(network, checkpoints)
}

/// Trains a network on the garments outside of fold `held_out` and on made-up examples, from a pretrained network or
/// random weights. Calls `on_step` with each step's number, from 0, and loss.
///
/// # Errors
/// [`StepError`].
pub fn train(
    training: PhotoTraining<'_, GarmentRecipe>,
    data: TrainingData<'_>,
    held_out: Option<usize>,
    pretrained: Option<BurnNetwork>,
    on_step: impl FnMut(usize, f64),
) -> Result<BurnNetwork, StepError> {
    let autodiff = training.seeded_device();
    let PhotoTraining {
        recipe,
        seed,
        checkpoints,
        ..
    } = training;
    let mut objective = Classification {
        recipe,
        steps: recipe.steps,
        seed,
        sets: (data.sets).map(|set| Some(ByOutcome::new(set, held_out, recipe))),
        sources: data.sources,
        segmenters: data.segmenters,
        device: autodiff,
        on_step,
    };
    let network = match pretrained {
        Some(network) => {
            let (inputs, _) = objective.batch(0)?;
            TrainableNet::unfolded(network, inputs.inner()).train()
        }
        None => TrainableNet::new(&Architecture::Garment(recipe.stages), &objective.device),
    };
    objective.run(network, checkpoints)
}

struct Classification<'a, F> {
    recipe: &'a GarmentRecipe,
    steps: usize,
    seed: u64,
    /// Garments that someone wears, and single garments; `None` for made-up examples in their place.
    sets: [Option<ByOutcome<'a>>; 2],
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
            sets: [worn, flat],
            sources,
            segmenters,
            ..
        } = self;
        let count = recipe.worn + recipe.flat + recipe.synthetic;
        let drawn = (0..count).into_par_iter().map(|place| {
            let mut generator = ChaCha8Rng::seed_from_u64(*seed);
            generator.set_stream(((step as u64) << 32) | place as u64);
            let of = if place < recipe.worn {
                worn.as_ref()
            } else if place < recipe.worn + recipe.flat {
                flat.as_ref()
            } else {
                None
            };
            let found = of.and_then(|of| Some((of.set, of.draw(&mut generator)?)));
            match found {
                Some((set, garment)) => set.draw(garment, sources, recipe, &mut generator),
                None => {
                    let any = generator.random_range(0..segmenters.len().max(1));
                    draw_synthetic(sources, segmenters.get(any), recipe, &mut generator)
                }
            }
        });
        drawn.collect()
    }
}

impl<F: FnMut(usize, f64)> Classification<'_, F> {
    /// Takes all steps, from the last checkpoint where there is one.
    fn run(
        mut self,
        network: TrainableNet,
        checkpoints: Option<&StepCheckpoints>,
    ) -> Result<BurnNetwork, StepError> {
        let (recipe, steps) = (self.recipe, self.steps);
        let optimization = &recipe.optimization;
        let state = TrainingState::new(network, optimization);
        let state = optimize_resumably(
            &mut self,
            state,
            optimization,
            Schedule::OneCycle,
            steps,
            checkpoints,
        )?;
        Ok(state.result().inference())
    }
}

impl<F: FnMut(usize, f64)> Objective for Classification<'_, F> {
    type Error = StepError;
    /// Target probabilities of the outcomes, `[batch, 17]`.
    type Targets = Tensor<2>;

    fn batch(&mut self, step: usize) -> Result<(Tensor<4>, Tensor<2>), StepError> {
        let drawn = self.draw(step)?;
        let batch = drawn.len();
        let (inputs, targets): (Vec<_>, Vec<_>) = drawn.into_iter().unzip();
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
                TensorData::new(targets.concat(), [batch, OUTCOMES]),
                &self.device,
            ),
        ))
    }

    fn loss(&self, logits: Tensor<2>, targets: &Tensor<2>) -> Tensor<1> {
        cross_entropy_with_none(logits, targets.clone())
    }

    fn rounding(&self, step: usize) -> Option<u8> {
        let is_pretraining = self.sets.iter().all(Option::is_none);
        (!is_pretraining).then(|| self.recipe.rounding.at(step, self.steps))?
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
