//! `thimble-train bench --training`: the time of training steps.

use std::time::Instant;

use burn::tensor::{Device, Distribution, Int, Tensor};
use serde_json::{Value, json};

use crate::training::{Loss, Optimization, OptimizerKind, Recipe, TrainableNet, TrainingState};
use thimble::labels::CLASSES;
use thimble::network::{Architecture, INPUT_SIDE, NetworkName};

/// Steps that are not counted.
const WARM_UP: usize = 3;
/// Each network is timed for at least this many steps and seconds.
const STEPS: usize = 15;
const SECONDS: f64 = 3.0;

/// Times complete steps (forward, backward, Adam) of each kind of network on random inputs, with its recipe's batch size,
/// in microseconds per image.
///
/// # Errors
/// Where the device returns no result.
pub(super) fn rows() -> anyhow::Result<Vec<Value>> {
    [NetworkName::Paper, NetworkName::Thimble]
        .into_iter()
        .map(row)
        .collect()
}

fn row(name: NetworkName) -> anyhow::Result<Value> {
    let recipe = Recipe {
        teacher: None,
        ..Recipe::of(name)
    };
    let optimization = Optimization {
        optimizer: OptimizerKind::Adam,
        learning_rate: 1e-3,
        weight_decay: 0.0,
        average: 0.0,
    };
    let device = Device::flex().autodiff();
    let network = TrainableNet::new(&recipe.architecture, &device);
    let mut state = TrainingState::new(network, &optimization);
    let loss = Loss::new(&recipe, &device);
    let inputs = Tensor::<4>::random(
        [recipe.batch, 1, INPUT_SIDE, INPUT_SIDE],
        Distribution::Uniform(0.0, 1.0),
        &device,
    );
    let labels = Tensor::<1, Int>::arange(0..recipe.batch as i64, &device) % CLASSES as i64;
    let mut micros = Vec::new();
    let mut elapsed = 0.0;
    while micros.len() < WARM_UP + STEPS || elapsed < SECONDS {
        let started = Instant::now();
        let mean_loss = |logits| loss.mean(logits, labels.clone(), None);
        let rate = optimization.learning_rate;
        (state, _) = state.step(
            &optimization,
            micros.len(),
            rate,
            None,
            inputs.clone(),
            mean_loss,
        )?;
        let seconds = started.elapsed().as_secs_f64();
        elapsed += seconds;
        micros.push(seconds * 1e6 / recipe.batch as f64);
    }
    let stages = match recipe.architecture {
        Architecture::Paper => Value::Null,
        Architecture::Residual(stages) => serde_json::to_value(stages)?,
        Architecture::Segmentation(levels) => serde_json::to_value(levels)?,
        Architecture::Garment(stages) => serde_json::to_value(stages)?,
    };
    let mut micros = micros.split_off(WARM_UP);
    micros.sort_by(f64::total_cmp);
    Ok(json!({
        "network": name.as_str(),
        "stages": stages,
        "batch": recipe.batch,
        "us_per_image": {
            "median": micros[micros.len() / 2],
            "min": micros[0],
            "max": micros[micros.len() - 1],
        },
    }))
}
