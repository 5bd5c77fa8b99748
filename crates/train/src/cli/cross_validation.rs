//! Fine-tuning and cross-validation over a folder of photos, for `finetune` and `evaluate --photos`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use burn::tensor::Device;
use serde::Serialize;

use super::{fold_run, table};
use crate::card::PhotoReport;
use crate::data::{Dataset, FOLDS, Folds, PhotoFolder};
use crate::evaluate::{PhotoScores, SCORING_BATCH, Scores, predict};
use crate::files::write_atomically;
use crate::finetune::{
    Backbone, BatchMix, CroppedPhoto, Cropping, CrossValidation, FinetuneRecipe,
    OutOfFoldPrediction, calibrate, evaluate_out_of_fold, finetune, prepare_photos,
    scores_by_views,
};
use thimble::photo::file::prepare_file;
use thimble::photo::{TTA_VIEWS, View};
use thimble_burn::BurnNetwork;

/// The report of a cross-validation in its folder.
const REPORT: &str = "report.json";
/// The predictions of a cross-validation in its folder.
const PREDICTIONS: &str = "out-of-fold.json";

/// Everything that a fine-tuning depends on.
pub(super) struct Experiment {
    pub(super) backbone: Backbone,
    pub(super) recipe: FinetuneRecipe,
    pub(super) seed: u64,
    pub(super) photos: Vec<CroppedPhoto>,
    pub(super) folds: Folds,
    /// Training images of Fashion-MNIST.
    pub(super) training: Dataset,
    /// Validation images of Fashion-MNIST.
    pub(super) validation: Dataset,
    pub(super) threads: usize,
    pub(super) device: Device,
}

/// Reads, segments and crops all photos of a folder.
pub(super) fn read_photos(
    folder: &PhotoFolder,
    crops: Cropping,
) -> anyhow::Result<Vec<CroppedPhoto>> {
    let started = Instant::now();
    let edit = crops.edit();
    let mut photos = prepare_photos(folder, |file| {
        Ok::<_, anyhow::Error>(prepare_file(file, &edit)?)
    })?;
    for photo in &mut photos {
        crops.prepare(&mut photo.segmentation.masked_crop);
    }
    let seconds = started.elapsed().as_secs_f64();
    eprintln!("{} photos prepared in {seconds:.1} s", photos.len());
    Ok(photos)
}

/// Reads an earlier cross-validation in `out` and evaluates its predictions again. `None` unless it has the same
/// backbone, recipe, seed and views, all folds, and as many photos.
pub(super) fn earlier_report(
    out: &Path,
    backbone: &Backbone,
    recipe: &FinetuneRecipe,
    seed: u64,
    folder: &PhotoFolder,
    folds: &Folds,
) -> Option<PhotoReport> {
    let read = |name: &str| fs::read_to_string(out.join(name)).ok();
    let report: PhotoReport = serde_json::from_str(&read(REPORT)?).ok()?;
    let predictions: Vec<OutOfFoldPrediction> = serde_json::from_str(&read(PREDICTIONS)?).ok()?;
    let photos = folder.photos.iter();
    let photos = photos.filter(|photo| folds.of(&photo.image).is_some());
    let is_same = report.backbone == backbone.checksum
        && report.finetuning == *recipe
        && report.seed == seed
        && report.fashion_validation.len() == FOLDS
        && predictions.len() == photos.count()
        && predictions
            .iter()
            .all(|prediction| prediction.logits.len() == TTA_VIEWS);
    is_same.then(|| PhotoReport {
        views: TTA_VIEWS,
        scores: PhotoScores::of(&evaluate_out_of_fold(&predictions)),
        by_views: scores_by_views(&predictions),
        calibration: calibrate(&without_borderline(&predictions)),
        ..report
    })
}

fn without_borderline(predictions: &[OutOfFoldPrediction]) -> Vec<&OutOfFoldPrediction> {
    let predictions = predictions.iter();
    predictions
        .filter(|prediction| !prediction.is_borderline)
        .collect()
}

impl Experiment {
    /// Cross-validates the folds `chosen`, or all where it is empty. Writes the report and all predictions into `out`,
    /// and returns the report.
    pub(super) fn cross_validate(
        &self,
        chosen: &[usize],
        out: &Path,
    ) -> anyhow::Result<PhotoReport> {
        fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
        let started = Instant::now();
        let cross_validation = CrossValidation {
            backbone: &self.backbone,
            recipe: &self.recipe,
            seed: self.seed,
            photos: &self.photos,
            folds: &self.folds,
            fashion_mnist: &self.training,
            views: &View::tta_views(),
        };
        let mut predictions = Vec::new();
        let mut fashion_validation = Vec::new();
        for fold in fold_run::folds(chosen)? {
            let on_step = fold_run::progress_printer(format!("fold {fold}"));
            let (network, fold_predictions) =
                cross_validation.run_fold(fold, &self.device, on_step)?;
            let fashion = self.validation_accuracy(&network)?;
            fashion_validation.push(fashion);
            predictions.extend(fold_predictions);
            let scores = PhotoScores::of(&evaluate_out_of_fold(&predictions));
            eprintln!(
                "fold {fold}: photos so far {}, macro {}; Fashion-MNIST validation {}; {:.0} s",
                table::percent(scores.top1),
                table::percent(scores.macro_average),
                table::percent(fashion),
                started.elapsed().as_secs_f64(),
            );
        }
        let report = PhotoReport {
            network: self.backbone.name.to_string(),
            backbone: self.backbone.checksum.clone(),
            finetuning: self.recipe.clone(),
            seed: self.seed,
            views: cross_validation.views.len(),
            scores: PhotoScores::of(&evaluate_out_of_fold(&predictions)),
            fashion_validation,
            by_views: scores_by_views(&predictions),
            fashion_validation_before: self.validation_accuracy(&self.backbone.network)?,
            calibration: calibrate(&without_borderline(&predictions)),
            seconds: started.elapsed().as_secs_f64(),
            threads: self.threads,
            storage: None,
            int8: None,
        };
        write_json(&out.join(REPORT), &report)?;
        write_json(&out.join(PREDICTIONS), &predictions)?;
        Ok(report)
    }

    /// Fine-tunes on all photos.
    pub(super) fn finetune_on_all(&self) -> anyhow::Result<BurnNetwork> {
        let mix = BatchMix::new(&self.recipe, self.seed, &self.photos, &self.training);
        let network = finetune(
            &self.backbone,
            &self.recipe,
            &mix,
            &self.training,
            &self.device,
            fold_run::progress_printer("all photos".to_owned()),
        )?;
        Ok(network)
    }

    /// The accuracy of a network on Fashion-MNIST's validation images, 0 to 1.
    fn validation_accuracy(&self, network: &BurnNetwork) -> anyhow::Result<f64> {
        let logits = predict(network, &self.validation, SCORING_BATCH, &self.device)?;
        Ok(Scores::of(&logits, &self.validation.labels).accuracy)
    }
}

/// The weights of a backbone.
pub(super) fn backbone_file(network: &str) -> PathBuf {
    Path::new("model").join(format!("{network}.bpk"))
}

/// Writes a value as JSON, atomically.
fn write_json(path: &Path, value: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value)? + "\n";
    Ok(write_atomically(path, text.as_bytes())?)
}

/// Renders the default view of the photos of the ten classes, on which the number format of the network for photos is
/// chosen.
///
/// # Errors
/// Where there are none.
pub(super) fn inputs_of_ten_classes(photos: &[CroppedPhoto]) -> anyhow::Result<Dataset> {
    let photos = photos.iter();
    let photos: Vec<_> = photos
        .filter(|photo| photo.label.target.is_some())
        .collect();
    anyhow::ensure!(
        !photos.is_empty(),
        "at least one photo must show one of the ten classes, got none"
    );
    Ok(Dataset {
        pixels: photos
            .iter()
            .flat_map(|photo| View::default().render(&photo.segmentation.masked_crop))
            .collect(),
        labels: photos
            .iter()
            .filter_map(|photo| photo.label.target)
            .collect(),
    })
}
