//! What makes steps of gradients, as a recipe asks for it.

use burn::module::ParamGroup;
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, AdamWConfig, AdjustLrFn, ModuleOptimizer, MuonConfig, SgdConfig};

use super::{OptimizerKind, Recipe};

/// The optimizer of a recipe. Weights decay; biases and normalisations do not.
pub fn optimizer(recipe: &Recipe) -> ModuleOptimizer {
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
    let decay = || Some(WeightDecayConfig::new(recipe.weight_decay as f32));
    match recipe.optimizer {
        OptimizerKind::Adam if recipe.weight_decay == 0.0 => {
            AdamConfig::new().with_epsilon(1e-8).init()
        }
        OptimizerKind::Adam => {
            let decayed = adam(recipe.weight_decay).build();
            adam(0.0).init().with_group(weights(), decayed, None)
        }
        OptimizerKind::Sgd => {
            let decayed = sgd().with_weight_decay(decay()).build();
            sgd().init().with_group(weights(), decayed, None)
        }
        OptimizerKind::Muon => {
            let decayed = adam(recipe.weight_decay).build();
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
