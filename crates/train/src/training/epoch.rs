//! One epoch of training.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::augment::augment;
use super::progress::{Part, Progress};
use super::random::{epoch_order, image_generator};
use super::run::RunError;
use super::soft_labels::EpochSoftLabels;
use super::teachers::Teachers;
use super::{Loss, Objective, Recipe, StepOutcome, TrainingState, optimize};
use crate::data::Dataset;
use crate::evaluate::{SCORING_BATCH, Scores, predict};
use thimble::network::{DeviceError, INPUT_SIDE, INPUT_VALUES};

/// Trains a network epoch by epoch.
pub(super) struct Trainer<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) seed: u64,
    pub(super) training: &'a Dataset,
    pub(super) validation: &'a Dataset,
    /// A device with autodiff.
    pub(super) device: Device,
    /// The teachers, in distillation.
    pub(super) teachers: Option<Teachers>,
}

/// Mean loss and accuracy so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Means {
    loss: f64,
    correct: f64,
    count: usize,
}

impl Means {
    fn add(&mut self, loss: f64, correct: f64, count: usize) {
        self.loss += loss * count as f64;
        self.correct += correct;
        self.count += count;
    }

    pub(super) fn loss(&self) -> f64 {
        self.loss / self.count.max(1) as f64
    }

    pub(super) fn accuracy(&self) -> f64 {
        self.correct / self.count.max(1) as f64
    }
}

impl Trainer<'_> {
    /// Runs epoch `epoch` (from 0) over the training images.
    ///
    /// # Errors
    /// [`RunError::Interrupted`] where the user asked to stop, [`RunError::Step`] where a step fails, and the errors
    /// of the soft labels.
    pub(super) fn epoch(
        &self,
        epoch: usize,
        state: TrainingState,
        progress: &mut Progress,
    ) -> Result<(TrainingState, Means), RunError> {
        let order = epoch_order(self.seed, epoch, self.training.len());
        let steps = order.len().div_ceil(self.recipe.batch);
        let (seed, variant) = self.recipe.epoch_variant(self.seed, epoch);
        let soft_labels = match &self.teachers {
            Some(teachers) => Some(EpochSoftLabels::new(teachers, variant, order.len())?),
            None => None,
        };
        progress.begin(Part::Training, order.len());
        let first_step = epoch * steps;
        let mut objective = Epoch {
            trainer: self,
            loss: Loss::new(self.recipe, &self.device),
            order,
            first_step,
            seed,
            variant,
            soft_labels,
            means: Means::default(),
            progress,
        };
        let state = optimize(
            &mut objective,
            state,
            &self.recipe.optimization,
            self.recipe.schedule,
            first_step..first_step + steps,
            steps * self.recipe.epochs,
        )?;
        objective.progress.end();
        if let Some(soft_labels) = objective.soft_labels {
            soft_labels.save()?;
        }
        Ok((state, objective.means))
    }

    /// Scores the network, or its average where there is one, on the validation images.
    ///
    /// # Errors
    /// [`RunError::Device`] where the logits cannot be read.
    pub(super) fn validate(
        &self,
        state: &TrainingState,
        progress: &mut Progress,
    ) -> Result<Scores, RunError> {
        progress.begin(Part::Validation, self.validation.len());
        let device = self.device.clone().without_autodiff();
        let network = state.result().inference();
        let logits = predict(&network, self.validation, SCORING_BATCH, &device)?;
        let scores = Scores::of(&logits, &self.validation.labels);
        progress.step(
            Part::Validation,
            self.validation.len(),
            scores.loss,
            scores.accuracy,
        );
        progress.end();
        Ok(scores)
    }
}

/// The objective of one epoch.
struct Epoch<'a> {
    trainer: &'a Trainer<'a>,
    loss: Loss,
    /// The training images in the order of this epoch.
    order: Vec<usize>,
    /// Step of the epoch's first batch, from 0 over the run.
    first_step: usize,
    /// Seed of the augmentation.
    seed: u64,
    /// Number of the augmented variant of the data set.
    variant: usize,
    soft_labels: Option<EpochSoftLabels<'a>>,
    means: Means,
    progress: &'a mut Progress,
}

impl Epoch<'_> {
    /// Augmented inputs `[batch, 1, 28, 28]` and labels `[batch]` of the training images at `indices`.
    fn augmented(&self, indices: &[usize]) -> (Tensor<4>, Tensor<1, Int>) {
        let Trainer {
            recipe,
            training,
            device,
            ..
        } = self.trainer;
        let mut values = Vec::with_capacity(indices.len() * INPUT_VALUES);
        let mut labels = Vec::with_capacity(indices.len());
        for &index in indices {
            let mut generator = image_generator(self.seed, self.variant, index);
            augment(
                &recipe.augmentation,
                training.image(index),
                &mut generator,
                &mut values,
            );
            labels.push(i64::from(training.labels[index]));
        }
        let shape = [indices.len(), 1, INPUT_SIDE, INPUT_SIDE];
        (
            Tensor::from_data(TensorData::new(values, shape), device),
            Tensor::from_data(TensorData::new(labels, [indices.len()]), device),
        )
    }
}

impl Objective for Epoch<'_> {
    type Error = RunError;
    /// Labels `[batch]`, and soft labels `[batch, 10]` in distillation.
    type Targets = (Tensor<1, Int>, Option<Tensor<2>>);

    fn batch(&mut self, step: usize) -> Result<(Tensor<4>, Self::Targets), RunError> {
        if self.progress.should_stop() {
            return Err(RunError::Interrupted);
        }
        let batch = self.trainer.recipe.batch;
        let first = (step - self.first_step) * batch;
        let indices = &self.order[first..self.order.len().min(first + batch)];
        let (inputs, labels) = self.augmented(indices);
        let soft_labels = match &mut self.soft_labels {
            Some(soft_labels) => Some(soft_labels.batch(indices, &inputs)?),
            None => None,
        };
        Ok((inputs, (labels, soft_labels)))
    }

    fn loss(&self, logits: Tensor<2>, (labels, soft_labels): &Self::Targets) -> Tensor<1> {
        self.loss.mean(logits, labels.clone(), soft_labels.clone())
    }

    fn on_step(
        &mut self,
        _: usize,
        (labels, _): Self::Targets,
        StepOutcome { logits, loss }: StepOutcome,
    ) -> Result<(), RunError> {
        let [count] = labels.dims();
        let predicted = logits.argmax(1).squeeze_dim::<1>(1);
        let correct = predicted.equal(labels).int().sum().try_into_scalar::<i64>();
        let correct = correct.map_err(|error| DeviceError(format!("{error:?}")))?;
        self.means.add(loss, correct as f64, count);
        let (loss, accuracy) = (self.means.loss(), self.means.accuracy());
        self.progress.step(Part::Training, count, loss, accuracy);
        Ok(())
    }
}
