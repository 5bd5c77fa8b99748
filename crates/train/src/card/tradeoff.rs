//! What fine-tuning on photos gains on these and loses on Fashion-MNIST.

use std::path::Path;

use serde::Deserialize;

use super::curve::read;
use super::plots;
use super::publish::PublishError;
use crate::files::write_whole;
use crate::finetune::FinetuneRecipe;
use thimble::network::NetworkName;
use thimble::photo::TTA_VIEWS;

/// What `docs/photo-trials.mjs` gathers.
const TRIALS: &str = "photo-trials.json";
/// The folds that all trials of the curve are of.
const FOLDS: [usize; 2] = [0, 1];

/// A cross-validation that was tried.
#[derive(Deserialize)]
struct Trial {
    network: String,
    recipe: FinetuneRecipe,
    views: usize,
    folds: Vec<usize>,
    /// Photos that are right, 0 to 1.
    top1: f64,
    /// Fashion-MNIST's validation pictures that are, 0 to 1.
    fashion_validation: f64,
}

/// Draws photos-trade.svg in `model` of the trials there that differ from the standard fine-tuning
/// of the network for photos in their steps, or in how many of the data set's pictures a step has.
/// Gives how many these are; of none nothing is drawn.
///
/// # Errors
/// [`PublishError`].
pub fn write_trade(model: &Path) -> Result<usize, PublishError> {
    let path = model.join(TRIALS);
    if !path.is_file() {
        return Ok(0);
    }
    let standard = FinetuneRecipe::of(NetworkName::PHOTO_BACKBONE);
    let is_of_the_curve = |trial: &Trial| {
        let recipe = FinetuneRecipe {
            steps: trial.recipe.steps,
            fashion_mnist: trial.recipe.fashion_mnist,
            ..standard.clone()
        };
        (trial.network == standard.network && trial.recipe == recipe)
            && (trial.views == TTA_VIEWS && trial.folds == FOLDS)
    };
    let trials: Vec<Trial> = read(&path)?;
    let points: Vec<_> = (trials.iter().filter(|trial| is_of_the_curve(trial)))
        .map(|trial| {
            let FinetuneRecipe {
                steps,
                fashion_mnist: fashion,
                ..
            } = trial.recipe;
            let name = match fashion {
                0 => format!("{steps} steps"),
                _ => format!("{steps} steps with {fashion}"),
            };
            let place = (trial.fashion_validation * 100.0, trial.top1 * 100.0);
            (place, name)
        })
        .collect();
    if points.is_empty() {
        return Ok(0);
    }
    let path = model.join("photos-trade.svg");
    let svg = plots::photos_by_fashion(&points).map_err(|reason| PublishError::Plot {
        path: path.clone(),
        reason,
    })?;
    write_whole(&path, svg.as_bytes())?;
    Ok(points.len())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    #[test]
    fn only_trials_of_the_curve_are_drawn() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(write_trade(folder.path()).unwrap(), 0);
        let trial = |recipe: FinetuneRecipe, folds: &[usize]| {
            json!({
                "network": recipe.network, "recipe": recipe, "views": TTA_VIEWS, "folds": folds,
                "top1": 0.75, "fashion_validation": 0.9,
            })
        };
        let standard = FinetuneRecipe::of(NetworkName::PHOTO_BACKBONE);
        let fewer = FinetuneRecipe {
            steps: 10,
            fashion_mnist: 96,
            ..standard.clone()
        };
        let other = FinetuneRecipe {
            balance: 0.1,
            ..standard.clone()
        };
        let trials = json!([
            trial(standard.clone(), &FOLDS),
            trial(fewer, &FOLDS),
            trial(standard, &[0, 1, 2, 3, 4]),
            trial(other, &FOLDS),
            trial(FinetuneRecipe::of(NetworkName::Paper), &FOLDS),
        ]);
        let path = folder.path().join(TRIALS);
        fs::write(&path, trials.to_string()).unwrap();
        assert_eq!(write_trade(folder.path()).unwrap(), 2);
        let svg = fs::read_to_string(folder.path().join("photos-trade.svg")).unwrap();
        assert!(svg.contains("10 steps with 96"), "{svg}");
        fs::write(&path, "[{}]").unwrap();
        assert!(write_trade(folder.path()).is_err());
    }
}
