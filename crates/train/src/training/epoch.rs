//! One epoch of training.

use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::augment::augment;
use super::average::{decay_of, move_towards};
use super::order::{epoch_order, picture_generator};
use super::progress::{Part, Progress};
use super::run::RunError;
use super::teachers::Teachers;
use super::{Augmentation, Loss, Recipe, State, TrainableNet};
use crate::data::Pictures;
use crate::evaluate::{Scores, predict};
use thimble::network::{INPUT_SIDE, INPUT_VALUES};

/// Pictures scored at once between epochs.
const SCORING_BATCH: usize = 250;

/// Trains a network step by step.
pub(super) struct Trainer<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) seed: u64,
    pub(super) training: &'a Pictures,
    pub(super) validation: &'a Pictures,
    /// A device with autodiff.
    pub(super) device: Device,
    /// Who is learnt from beside the labels.
    pub(super) teachers: Option<Teachers>,
}

/// Mean loss and accuracy over some pictures.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Means {
    loss: f64,
    right: f64,
    count: usize,
}

impl Means {
    fn add(&mut self, loss: f64, right: f64, count: usize) {
        self.loss += loss * count as f64;
        self.right += right;
        self.count += count;
    }

    pub(super) fn loss(&self) -> f64 {
        self.loss / self.count.max(1) as f64
    }

    pub(super) fn accuracy(&self) -> f64 {
        self.right / self.count.max(1) as f64
    }
}

impl Trainer<'_> {
    /// Runs epoch `epoch` (from 0) over the training pictures.
    ///
    /// # Errors
    /// [`RunError::Interrupted`] where the user asked to stop, [`RunError::Device`] where the loss
    /// cannot be read back, [`RunError::Diverged`] where it is not a number, those of the teachers'
    /// answers.
    pub(super) fn epoch(
        &self,
        epoch: usize,
        state: State,
        progress: &mut Progress,
    ) -> Result<(State, Means), RunError> {
        let State {
            mut network,
            mut average,
            mut optimizer,
        } = state;
        let order = epoch_order(self.seed, epoch, self.training.len());
        let steps_an_epoch = order.len().div_ceil(self.recipe.batch);
        let steps = steps_an_epoch * self.recipe.epochs;
        let objective = Loss::new(self.recipe, &self.device);
        let (seed, drawing) = self.recipe.drawing(self.seed, epoch);
        let teachers = self.teachers.as_ref();
        let mut round = teachers
            .map(|teachers| teachers.round(drawing, order.len()))
            .transpose()?;
        let mut means = Means::default();
        progress.begin(Part::Training, order.len());
        for (index, batch) in order.chunks(self.recipe.batch).enumerate() {
            if progress.should_stop() {
                return Err(RunError::Interrupted);
            }
            let number = epoch * steps_an_epoch + index;
            let rate = self.recipe.rate(number, steps);
            let (pictures, labels) = self.batch((seed, drawing), batch);
            let answers = match &mut round {
                Some(round) => Some(round.answers(batch, &pictures)?),
                None => None,
            };
            let (loss, right);
            let learnt = (pictures, labels, answers);
            (network, loss, right) = step(network, &mut optimizer, &objective, rate, learnt)?;
            if !loss.is_finite() {
                return Err(RunError::Diverged { epoch: epoch + 1 });
            }
            let decay = decay_of(number, self.recipe.average);
            average = average.map(|average| move_towards(average, &network, decay));
            means.add(loss, right, batch.len());
            progress.step(Part::Training, batch.len(), means.loss(), means.accuracy());
        }
        progress.end();
        if let Some(round) = round {
            round.keep()?;
        }
        let state = State {
            network,
            average,
            optimizer,
        };
        Ok((state, means))
    }

    /// Scores the network, or its average where there is one, on the validation pictures.
    ///
    /// # Errors
    /// [`RunError::Device`] where the logits cannot be read back.
    pub(super) fn validate(
        &self,
        state: &State,
        progress: &mut Progress,
    ) -> Result<Scores, RunError> {
        progress.begin(Part::Validation, self.validation.len());
        let device = self.device.clone().without_autodiff();
        let network = state.result().inference();
        let logits = predict(&network, self.validation, SCORING_BATCH, &device)
            .map_err(|error| RunError::Device(error.to_string()))?;
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

    /// Pictures `[batch, 1, 28, 28]`, changed as this drawing of this seed has them, and labels
    /// `[batch]` of the training pictures at `indices`.
    fn batch(
        &self,
        (seed, drawing): (u64, usize),
        indices: &[usize],
    ) -> (Tensor<4>, Tensor<1, Int>) {
        let mut values = Vec::with_capacity(indices.len() * INPUT_VALUES);
        let mut labels = Vec::with_capacity(indices.len());
        let augmentation: &Augmentation = &self.recipe.augmentation;
        for &index in indices {
            let mut generator = picture_generator(seed, drawing, index);
            augment(
                augmentation,
                self.training.picture(index),
                &mut generator,
                &mut values,
            );
            labels.push(i64::from(self.training.labels[index]));
        }
        let shape = [indices.len(), 1, INPUT_SIDE, INPUT_SIDE];
        (
            Tensor::from_data(TensorData::new(values, shape), &self.device),
            Tensor::from_data(TensorData::new(labels, [indices.len()]), &self.device),
        )
    }
}

/// Pictures `[batch, 1, 28, 28]`, their labels `[batch]`, and the teachers' probabilities for them,
/// `[batch, 10]`, without autodiff, where there are teachers.
pub type Learnt = (Tensor<4>, Tensor<1, Int>, Option<Tensor<2>>);

/// One step at learning rate `rate`: forward, backward, update. Gives the network, the mean loss
/// and how many pictures were right.
///
/// # Errors
/// [`RunError::Device`] where the loss cannot be read back.
pub fn step(
    network: TrainableNet,
    optimizer: &mut ModuleOptimizer,
    loss: &Loss,
    rate: f64,
    (pictures, labels, answers): Learnt,
) -> Result<(TrainableNet, f64, f64), RunError> {
    let logits = network.forward(pictures);
    let loss = loss.loss(logits.clone(), labels.clone(), answers);
    let gradients = GradientsParams::from_grads(loss.backward(), &network);
    let network = optimizer.step(rate, network, gradients);
    let predicted = logits.argmax(1).squeeze_dim::<1>(1);
    let right = predicted.equal(labels).int().sum();
    let unread = |error: &dyn std::fmt::Debug| RunError::Device(format!("{error:?}"));
    let loss = loss
        .try_into_scalar::<f32>()
        .map_err(|error| unread(&error))?;
    let right = right
        .try_into_scalar::<i64>()
        .map_err(|error| unread(&error))?;
    Ok((network, f64::from(loss), right as f64))
}
