//! The trade-off of fine-tuning: what it gains on photos and loses on Fashion-MNIST.

use std::path::Path;

use serde::Deserialize;

use super::curve::read;
use super::plots;
use super::publish::PublishError;
use crate::files::write_atomically;
use crate::finetune::FinetuneRecipe;
use thimble::network::NetworkName;
use thimble::photo::TTA_VIEWS;

/// Collected by bench/report/collect-photo-trials.mjs.
const TRIALS: &str = "photo-trials.json";
/// The folds of the trials in the plot.
const FOLDS: [usize; 2] = [0, 1];

/// The result of a cross-validation.
#[derive(Deserialize)]
struct Trial {
    network: String,
    #[serde(alias = "tuning", alias = "recipe")]
    finetuning: FinetuneRecipe,
    views: usize,
    folds: Vec<usize>,
    /// Accuracy on photos, 0 to 1.
    top1: f64,
    /// Accuracy on Fashion-MNIST's validation images, 0 to 1, averaged over the folds.
    fashion_validation: f64,
}

/// Draws photos-tradeoff.svg in `model`: the trials there that differ from the standard recipe of the network for photos
/// only in their steps and in the Fashion-MNIST images per step. Returns how many these are; without any, draws
/// nothing.
///
/// # Errors
/// [`PublishError`].
pub fn write_tradeoff(model: &Path) -> Result<usize, PublishError> {
    let path = model.join(TRIALS);
    if !path.is_file() {
        return Ok(0);
    }
    let standard = FinetuneRecipe::of(NetworkName::PHOTO_BACKBONE);
    let is_plotted = |trial: &Trial| {
        let recipe = FinetuneRecipe {
            steps: trial.finetuning.steps,
            fashion_mnist: trial.finetuning.fashion_mnist,
            ..standard.clone()
        };
        (trial.network == standard.network && trial.finetuning == recipe)
            && (trial.views == TTA_VIEWS && trial.folds == FOLDS)
    };
    let trials: Vec<Trial> = read(&path)?;
    let points: Vec<_> = (trials.iter().filter(|trial| is_plotted(trial)))
        .map(|trial| {
            let FinetuneRecipe {
                steps,
                fashion_mnist: fashion,
                ..
            } = trial.finetuning;
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
    let path = model.join("photos-tradeoff.svg");
    let svg = plots::photo_tradeoff(&points).map_err(|reason| PublishError::Plot {
        path: path.clone(),
        reason,
    })?;
    write_atomically(&path, svg.as_bytes())?;
    Ok(points.len())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    #[test]
    fn only_trials_of_the_trade_off_are_drawn() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(write_tradeoff(folder.path()).unwrap(), 0);
        let trial = |recipe: FinetuneRecipe, folds: &[usize]| {
            json!({
                "network": recipe.network, "finetuning": recipe, "views": TTA_VIEWS, "folds": folds,
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
        assert_eq!(write_tradeoff(folder.path()).unwrap(), 2);
        let svg = fs::read_to_string(folder.path().join("photos-tradeoff.svg")).unwrap();
        assert!(svg.contains("10 steps with 96"), "{svg}");
        fs::write(&path, "[{}]").unwrap();
        assert!(write_tradeoff(folder.path()).is_err());
    }
}
