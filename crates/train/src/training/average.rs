//! The moving average of a network's weights over the steps of its training.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

use super::TrainableNet;

/// Moves `average` by 1 - `decay` of the way to `network`: exponential moving average. The running
/// averages of normalisations are averaged like weights.
pub(crate) fn move_towards(
    average: TrainableNet,
    network: &TrainableNet,
    decay: f64,
) -> TrainableNet {
    let mut values = Values::default();
    network.valid().visit(&mut values);
    average.map(&mut Mover { values, decay })
}

/// The decay of step `step`, counted from 0 over the run: less at first, when the average still
/// holds the first weights.
pub(crate) fn decay_of(step: usize, decay: f64) -> f64 {
    decay.min((1 + step) as f64 / (10 + step) as f64)
}

/// Every parameter's values.
#[derive(Default)]
struct Values(HashMap<ParamId, Tensor<1>>);

impl ModuleVisitor for Values {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.insert(param.id, param.val().reshape([-1]));
    }
}

struct Mover {
    values: Values,
    decay: f64,
}

impl ModuleMapper for Mover {
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
