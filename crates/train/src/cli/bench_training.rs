//! `thimble bench --training`: how fast steps of training are.

use std::time::Instant;

use burn::tensor::{Device, Distribution, Int, Tensor};
use serde_json::{Value, json};

use crate::training::{Loss, OptimizerKind, Recipe, TrainableNet, optimizer, step};
use thimble::labels::CLASSES;
use thimble::network::{Architecture, INPUT_SIDE, NetworkName};

/// Steps before the first that counts.
const WARM_UP: usize = 3;
/// Each network is timed for at least this many steps and this long.
const STEPS: usize = 15;
const SECONDS: f64 = 3.0;

/// Times whole steps (forward, backward, Adam) of each kind of network on random pictures, in
/// microseconds an image, each with its recipe's batch.
///
/// # Errors
/// Where the device does not give its result back.
pub(super) fn rows() -> anyhow::Result<Vec<Value>> {
    [NetworkName::Paper, NetworkName::Thimble]
        .into_iter()
        .map(row)
        .collect()
}

fn row(name: NetworkName) -> anyhow::Result<Value> {
    let recipe = Recipe {
        optimizer: OptimizerKind::Adam,
        weight_decay: 0.0,
        teacher: None,
        ..Recipe::of(name)
    };
    let device = Device::flex().autodiff();
    let mut network = TrainableNet::new(&recipe.architecture, &device);
    let mut optimizer = optimizer(&recipe);
    let loss = Loss::new(&recipe, &device);
    let pictures = Tensor::<4>::random(
        [recipe.batch, 1, INPUT_SIDE, INPUT_SIDE],
        Distribution::Uniform(0.0, 1.0),
        &device,
    );
    let labels = Tensor::<1, Int>::arange(0..recipe.batch as i64, &device) % CLASSES as i64;
    let mut micros = Vec::new();
    let mut whole = 0.0;
    while micros.len() < WARM_UP + STEPS || whole < SECONDS {
        let started = Instant::now();
        (network, ..) = step(
            network,
            &mut optimizer,
            &loss,
            1e-3,
            (pictures.clone(), labels.clone(), None),
        )?;
        let seconds = started.elapsed().as_secs_f64();
        whole += seconds;
        micros.push(seconds * 1e6 / recipe.batch as f64);
    }
    let stages = match recipe.architecture {
        Architecture::Paper => Value::Null,
        Architecture::Residual(stages) => serde_json::to_value(stages)?,
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
