//! Training with rounded weights, so that they can be stored in few bits.
//!
//! A step runs forward and backward with rounded weights, and its gradients change the exact ones: a straight-through
//! estimator (Bengio et al., 2013).

use std::collections::HashMap;

use burn::module::{Module as _, ModuleMapper, Param, ParamId};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::TrainableNet;

/// How weights are rounded in the last steps of a training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rounding {
    /// Share of the steps, at the end, in which the weights are rounded as they are stored, 0 to 1.
    #[serde(default)]
    pub rounded: f64,
    /// The greatest magnitude of the int8 values that they are rounded to.
    #[serde(default = "default_max_abs")]
    pub max_abs: u8,
}

fn default_max_abs() -> u8 {
    Rounding::default().max_abs
}

impl Default for Rounding {
    fn default() -> Self {
        Self {
            rounded: 0.0,
            max_abs: 7,
        }
    }
}

impl Rounding {
    /// Returns the greatest magnitude of the int8 values that the weights are rounded to in step `step`, from 0, of
    /// `steps`; `None` for exact weights.
    pub fn at(&self, step: usize, steps: usize) -> Option<u8> {
        let exact = (1.0 - self.rounded) * steps as f64;
        (self.rounded > 0.0 && step as f64 >= exact).then_some(self.max_abs)
    }

    /// Returns the same of the end of the training.
    pub fn at_end(&self) -> Option<u8> {
        (self.rounded > 0.0).then_some(self.max_abs)
    }
}

/// Convolutions with fewer weights are stored as floats.
const MIN_ROUNDED_VALUES: usize = 4096;

/// The exact weights of a network with rounded ones.
#[derive(Default)]
pub(super) struct ExactWeights(HashMap<ParamId, Tensor<1>>);

/// Rounds the weights of each output channel of the large convolutions to multiples of their greatest magnitude divided
/// by `max_abs`, as they are stored. The network is on a device with autodiff.
pub(super) fn round(network: TrainableNet, max_abs: u8) -> (TrainableNet, ExactWeights) {
    let mut rounder = Rounder {
        max_abs: f32::from(max_abs),
        exact: ExactWeights::default(),
    };
    let network = network.map(&mut rounder);
    (network, rounder.exact)
}

impl ExactWeights {
    /// Puts the exact weights back into the network.
    pub(super) fn restore(mut self, network: TrainableNet) -> TrainableNet {
        network.map(&mut self)
    }
}

struct Rounder {
    max_abs: f32,
    exact: ExactWeights,
}

impl ModuleMapper for Rounder {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        // The weights of a convolution are `[outputs, 9 * inputs]`.
        let dims = param.val().dims();
        let is_large = dims.iter().product::<usize>() >= MIN_ROUNDED_VALUES;
        if D != 2 || !is_large || !dims[1].is_multiple_of(9) {
            return param;
        }
        let id = param.id;
        param.map(|weights| {
            let exact = weights.inner();
            self.exact.0.insert(id, exact.clone().reshape([-1]));
            let scale = exact.clone().abs().max_dim(1) / self.max_abs;
            let scale = scale.clamp_min(1e-12);
            let rounded = (exact / scale.clone()).round() * scale;
            Tensor::from_inner(rounded).require_grad()
        })
    }
}

impl ModuleMapper for ExactWeights {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.0.remove(&param.id) {
            Some(exact) => param
                .map(|rounded| Tensor::from_inner(exact.reshape(rounded.dims())).require_grad()),
            None => param,
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::module::ModuleVisitor;
    use burn::tensor::Device;

    use super::*;
    use thimble::network::{Architecture, GarmentStages};

    /// The values of the large weights, by row.
    #[derive(Default)]
    struct Rows(Vec<Vec<f32>>);

    impl ModuleVisitor for Rows {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let values = param.val();
            let dims = values.dims();
            if D == 2 && dims.iter().product::<usize>() >= MIN_ROUNDED_VALUES {
                let values = values.into_data().try_to_vec::<f32>().unwrap();
                self.0.extend(values.chunks(dims[1]).map(<[f32]>::to_vec));
            }
        }
    }

    fn rows(network: &TrainableNet) -> Vec<Vec<f32>> {
        let mut rows = Rows::default();
        network.visit(&mut rows);
        rows.0
    }

    #[test]
    fn the_last_share_of_the_steps_is_rounded() {
        let rounding = Rounding {
            rounded: 0.25,
            max_abs: 15,
        };
        assert_eq!(rounding.at(74, 100), None);
        assert_eq!(rounding.at(75, 100), Some(15));
        assert_eq!(rounding.at_end(), Some(15));
        assert_eq!(Rounding::default().at(99, 100), None);
        assert_eq!(Rounding::default().at_end(), None);
    }

    #[test]
    fn weights_are_rounded_and_restored() {
        let stages = GarmentStages {
            widths: [16, 32, 32, 32],
            blocks: [0, 1, 0, 0],
        };
        let device = Device::flex().autodiff();
        let network = TrainableNet::new(&Architecture::Garment(stages), &device);
        let before = rows(&network);
        assert!(!before.is_empty());
        let (rounded, exact) = round(network, 7);
        for row in rows(&rounded) {
            let largest = row
                .iter()
                .fold(0.0_f32, |most, value| most.max(value.abs()));
            for value in row {
                let steps = 7.0 * value / largest;
                assert!((steps - steps.round()).abs() < 1e-4, "{steps}");
            }
        }
        assert_eq!(rows(&exact.restore(rounded)), before);
    }
}
