//! The training loop, which all networks share.

use std::collections::HashMap;
use std::ops::Range;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamGroup, ParamId};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{
    AdamConfig, AdamWConfig, AdjustLrFn, GradientsParams, ModuleOptimizer, MuonConfig, SgdConfig,
};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::rounding;
use super::{CheckpointError, TrainableNet};
use thimble::network::DeviceError;
use thimble_burn::tensor_values;

/// An optimizer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    /// Adam, β 0.9 and 0.999, ε 1e-8, with decoupled weight decay (AdamW).
    #[default]
    Adam,
    /// Stochastic gradient descent with Nesterov momentum 0.9.
    Sgd,
    /// Muon with momentum 0.95 for the convolutions, its steps scaled to those of Adam (Liu et al., 2025), and Adam
    /// for every other parameter.
    Muon,
}

/// The learning rate over the steps of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// Constant.
    Constant,
    /// Half a cosine from the full rate to 0 (Loshchilov and Hutter, 2016, no restarts).
    Cosine,
    /// Rises from 0 over the first tenth of the steps, then falls to 0 along half a cosine (after Smith and Topin,
    /// 2017).
    OneCycle,
}

impl Schedule {
    /// The share of the full learning rate, 0 to 1, at step `step` of `steps`, counted from 0 over the whole run.
    pub fn factor(self, step: usize, steps: usize) -> f64 {
        const RISE: f64 = 0.1;
        let progress = step as f64 / steps.max(1) as f64;
        let cosine = |progress: f64| 0.5 * (1.0 + (std::f64::consts::PI * progress).cos());
        match self {
            Self::Constant => 1.0,
            Self::Cosine => cosine(progress),
            // Above 0 at the first step, which would otherwise change nothing.
            Self::OneCycle if progress < RISE => (step + 1) as f64 / (RISE * steps as f64 + 1.0),
            Self::OneCycle => cosine((progress - RISE) / (1.0 - RISE)),
        }
    }
}

/// How gradients change the weights.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Optimization {
    /// The optimizer.
    #[serde(default)]
    pub optimizer: OptimizerKind,
    /// The full learning rate, above 0.
    pub learning_rate: f64,
    /// Weight decay, 0 to 10: the share of each weight, times the learning rate, that a step subtracts. Biases and
    /// normalizations do not decay.
    #[serde(default)]
    pub weight_decay: f64,
    /// Decay per step of the exponential moving average of the weights, 0 to below 1. The average is scored and
    /// shipped; 0 keeps none.
    #[serde(default)]
    pub average: f64,
}

impl Optimization {
    /// The optimizer, with fresh moments.
    fn optimizer(&self) -> ModuleOptimizer {
        // Convolutions have `weight` or `weights`, dense layers `weight`.
        let weights = || ParamGroup::from_predicate("weight");
        let convolutions = || ParamGroup::from_predicates(vec!["stages", "weights"]);
        let adam = |decay: f64| {
            AdamWConfig::new()
                .with_epsilon(1e-8)
                .with_weight_decay(decay as f32)
        };
        let sgd = || {
            SgdConfig::new().with_momentum(Some(MomentumConfig {
                momentum: 0.9,
                dampening: 0.0,
                nesterov: true,
            }))
        };
        let decay = || Some(WeightDecayConfig::new(self.weight_decay as f32));
        match self.optimizer {
            OptimizerKind::Adam if self.weight_decay == 0.0 => {
                AdamConfig::new().with_epsilon(1e-8).init()
            }
            OptimizerKind::Adam => {
                let decayed = adam(self.weight_decay).build();
                adam(0.0).init().with_group(weights(), decayed, None)
            }
            OptimizerKind::Sgd => {
                let decayed = sgd().with_weight_decay(decay()).build();
                sgd().init().with_group(weights(), decayed, None)
            }
            OptimizerKind::Muon => {
                let decayed = adam(self.weight_decay).build();
                let muon = MuonConfig::new()
                    .with_weight_decay(decay())
                    .with_adjust_lr_fn(AdjustLrFn::MatchRmsAdamW)
                    .build();
                adam(0.0)
                    .init()
                    .with_group(weights(), decayed, None)
                    .with_group(convolutions(), muon, None)
            }
        }
    }
}

/// Why steps could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The device returned no result.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The checkpoint cannot be written or read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The loss is infinite or not a number.
    #[error("the loss must be finite, got {loss} at step {step}: lower the learning rate")]
    Diverged {
        /// The step, from 0.
        step: usize,
        /// The loss.
        loss: f64,
    },
}

/// A network in training.
#[derive(Clone)]
pub struct TrainingState {
    /// The network, on a device with autodiff.
    pub network: TrainableNet,
    /// The moving average of its weights, without autodiff, where one is kept.
    pub average: Option<TrainableNet>,
    /// The optimizer with its moments.
    pub optimizer: ModuleOptimizer,
}

impl TrainingState {
    /// The state before the first step of `network`, which is on a device with autodiff.
    pub fn new(network: TrainableNet, optimization: &Optimization) -> Self {
        Self {
            average: (optimization.average > 0.0).then(|| network.valid()),
            network,
            optimizer: optimization.optimizer(),
        }
    }

    /// The network that is scored and shipped: the average where one is kept, otherwise the network itself.
    pub fn result(&self) -> &TrainableNet {
        self.average.as_ref().unwrap_or(&self.network)
    }

    /// Takes step `step` (from 0): forward, loss, backward, update of the weights and of their average.
    ///
    /// `inputs` are `[batch, 1, 28, 28]`, values 0 to 1, on a device with autodiff; `loss` maps their logits
    /// `[batch, 10]` to the mean loss. With `max_abs` the weights are rounded as int8 values of up to this magnitude.
    ///
    /// # Errors
    /// [`StepError`] where the loss cannot be read or is not finite.
    pub fn step(
        self,
        optimization: &Optimization,
        step: usize,
        learning_rate: f64,
        max_abs: Option<u8>,
        inputs: Tensor<4>,
        loss: impl FnOnce(Tensor<2>) -> Tensor<1>,
    ) -> Result<(Self, StepOutcome), StepError> {
        let Self {
            network,
            average,
            mut optimizer,
        } = self;
        let (network, exact) = match max_abs {
            Some(max_abs) => {
                let (network, exact) = rounding::round(network, max_abs);
                (network, Some(exact))
            }
            None => (network, None),
        };
        let logits = network.forward(inputs);
        let loss = loss(logits.clone());
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        let network = match exact {
            Some(exact) => exact.restore(network),
            None => network,
        };
        let network = optimizer.step(learning_rate, network, gradients);
        let loss = tensor_values(loss.try_into_data())?;
        let loss = loss.first().copied().map_or(f64::NAN, f64::from);
        if !loss.is_finite() {
            return Err(StepError::Diverged { step, loss });
        }
        let decay = average_decay(step, optimization.average);
        let state = Self {
            average: average.map(|average| update_average(average, &network, decay)),
            network,
            optimizer,
        };
        Ok((state, StepOutcome { logits, loss }))
    }
}

/// The outcome of one step.
pub struct StepOutcome {
    /// Logits `[batch, 10]` from before the update.
    pub logits: Tensor<2>,
    /// Mean loss over the batch, from before the update.
    pub loss: f64,
}

/// What a network is optimized for: batches, and the loss on them.
pub trait Objective {
    /// Why optimization can stop early.
    type Error: From<StepError>;
    /// What the logits of a batch are compared with.
    type Targets;

    /// Returns the batch of step `step` (from 0): inputs `[batch, 1, 28, 28]`, values 0 to 1, on a device with
    /// autodiff, and their targets.
    ///
    /// # Errors
    /// Where the batch cannot be made, or the run should stop.
    fn batch(&mut self, step: usize) -> Result<(Tensor<4>, Self::Targets), Self::Error>;

    /// Returns the mean loss of logits `[batch, 10]`.
    fn loss(&self, logits: Tensor<2>, targets: &Self::Targets) -> Tensor<1>;

    /// Returns the greatest magnitude of the int8 values that the weights are rounded to in step `step`; `None` for exact
    /// weights.
    fn rounding(&self, step: usize) -> Option<u8> {
        let _ = step;
        None
    }

    /// Is called after each step.
    ///
    /// # Errors
    /// Where the outcome cannot be used.
    fn on_step(
        &mut self,
        step: usize,
        targets: Self::Targets,
        outcome: StepOutcome,
    ) -> Result<(), Self::Error>;
}

/// Takes the steps `steps` of a run that has `total` of them.
///
/// # Errors
/// Those of `objective`, and [`StepError`].
pub fn optimize<O: Objective>(
    objective: &mut O,
    mut state: TrainingState,
    optimization: &Optimization,
    schedule: Schedule,
    steps: Range<usize>,
    total: usize,
) -> Result<TrainingState, O::Error> {
    for step in steps {
        let (inputs, targets) = objective.batch(step)?;
        let learning_rate = optimization.learning_rate * schedule.factor(step, total);
        let rounding = objective.rounding(step);
        let loss = |logits| objective.loss(logits, &targets);
        let outcome;
        (state, outcome) = state.step(optimization, step, learning_rate, rounding, inputs, loss)?;
        objective.on_step(step, targets, outcome)?;
    }
    Ok(state)
}

/// The decay of the average at step `step` (from 0): less at first, while the average still holds the first weights.
fn average_decay(step: usize, decay: f64) -> f64 {
    decay.min((1 + step) as f64 / (10 + step) as f64)
}

/// Moves `average` by 1 - `decay` of the way to `network`. The running statistics of normalizations are averaged like
/// weights.
fn update_average(average: TrainableNet, network: &TrainableNet, decay: f64) -> TrainableNet {
    let mut values = ParameterValues::default();
    network.valid().visit(&mut values);
    average.map(&mut AverageUpdate { values, decay })
}

/// The values of every parameter, flat.
#[derive(Default)]
struct ParameterValues(HashMap<ParamId, Tensor<1>>);

impl ModuleVisitor for ParameterValues {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.insert(param.id, param.val().reshape([-1]));
    }
}

struct AverageUpdate {
    values: ParameterValues,
    decay: f64,
}

impl ModuleMapper for AverageUpdate {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(values) = self.values.0.remove(&param.id) else {
            return param;
        };
        let decay = self.decay;
        param.map(|average| {
            let values = values.reshape(average.dims());
            average * decay + values * (1.0 - decay)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_falls_from_the_full_rate_to_zero() {
        let factor = |step| Schedule::Cosine.factor(step, 100);
        assert_eq!(factor(0), 1.0);
        assert!((factor(50) - 0.5).abs() < 1e-12);
        assert!(factor(100).abs() < 1e-12);
    }

    #[test]
    fn one_cycle_rises_over_a_tenth_and_falls_to_zero() {
        let factors: Vec<f64> = (0..=1000)
            .map(|step| Schedule::OneCycle.factor(step, 1000))
            .collect();
        assert!(factors[0] > 0.0 && factors[0] < 0.02);
        assert!(factors[..100].is_sorted() && factors[100..].is_sorted_by(|a, b| a >= b));
        assert!((factors[100] - 1.0).abs() < 1e-12 && factors[1000].abs() < 1e-12);
    }
}
