//! Cross-validation over a folder of photos, for `thimble tune` and `thimble evaluate`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use burn::tensor::Device;
use serde::Serialize;

use super::table;
use crate::card::PhotoReport;
use crate::data::{FOLDS, Folds, PhotoFolder, Pictures, usual_split};
use crate::evaluate::{PhotoScores, Scores, predict};
use crate::files::write_whole;
use crate::finetune::{
    Backbone, CroppedPhoto, Cross, FinetuneRecipe, Held, MaskedCrops, Mix, calibrate, cut_photos,
    judge_across, judge_by_views, tune,
};
use thimble::photo::file::prepare_file;
use thimble::photo::{TTA_VIEWS, View};
use thimble_burn::BurnNetwork;

/// Pictures scored at once.
const BATCH: usize = 250;
/// What a cross-validation leaves in its folder: its report, and every photo's logits.
const REPORT: &str = "report.json";
const HELD: &str = "held.json";

/// All that a cross-validation is over.
pub(super) struct Study {
    pub(super) backbone: Backbone,
    pub(super) recipe: FinetuneRecipe,
    pub(super) seed: u64,
    pub(super) photos: Vec<CroppedPhoto>,
    pub(super) folds: Folds,
    pub(super) fashion: Pictures,
    pub(super) validation: Pictures,
    pub(super) threads: usize,
    pub(super) device: Device,
}

/// Reads all photos of a folder and cuts them out as `cutouts` says.
pub(super) fn read_photos(
    folder: &PhotoFolder,
    crops: MaskedCrops,
) -> anyhow::Result<Vec<CroppedPhoto>> {
    let started = Instant::now();
    let edit = crops.edit();
    let mut photos = cut_photos(folder, |file| {
        Ok::<_, anyhow::Error>(prepare_file(file, &edit)?)
    })?;
    for cut in &mut photos {
        crops.prepare(&mut cut.segmentation.masked_crop);
    }
    let seconds = started.elapsed().as_secs_f64();
    eprintln!("{} photos prepared in {seconds:.1} s", photos.len());
    Ok(photos)
}

/// Fashion-MNIST's training and validation pictures.
pub(super) fn fashion(all: &Pictures) -> (Pictures, Pictures) {
    let split = usual_split(all);
    (all.select(&split.training), all.select(&split.validation))
}

/// The report on the answers that an earlier cross-validation left in `out`, where it was of the
/// same trunk, fine-tuning, seed and views, all folds and as many photos. Judged anew.
pub(super) fn left_in(
    out: &Path,
    backbone: &Backbone,
    recipe: &FinetuneRecipe,
    seed: u64,
    folder: &PhotoFolder,
    folds: &Folds,
) -> Option<PhotoReport> {
    let read = |name: &str| fs::read_to_string(out.join(name)).ok();
    let report: PhotoReport = serde_json::from_str(&read(REPORT)?).ok()?;
    let held: Vec<Held> = serde_json::from_str(&read(HELD)?).ok()?;
    let photos = folder.photos.iter();
    let photos = photos.filter(|photo| folds.of(&photo.image).is_some());
    let is_same = report.backbone == backbone.checksum
        && report.finetuning == *recipe
        && report.seed == seed
        && report.fashion_validation.len() == FOLDS
        && held.len() == photos.count()
        && held.iter().all(|held| held.logits.len() == TTA_VIEWS);
    is_same.then(|| PhotoReport {
        views: TTA_VIEWS,
        scores: PhotoScores::of(&judge_across(&held)),
        by_views: judge_by_views(&held),
        calibration: calibrate(&plain(&held)),
        ..report
    })
}

/// The photos whose class people would agree on.
fn plain(held: &[Held]) -> Vec<&Held> {
    held.iter().filter(|held| !held.is_borderline).collect()
}

impl Study {
    /// Fine-tunes for each of `chosen` folds, writes the report and all logits into `out`, and
    /// gives the report.
    pub(super) fn cross_validate(
        &self,
        chosen: &[usize],
        out: &Path,
    ) -> anyhow::Result<PhotoReport> {
        fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
        let started = Instant::now();
        let cross = Cross {
            backbone: &self.backbone,
            recipe: &self.recipe,
            seed: self.seed,
            photos: &self.photos,
            folds: &self.folds,
            fashion: &self.fashion,
            views: &View::tta_views(),
        };
        let mut held = Vec::new();
        let mut fashion_validation = Vec::new();
        for fold in (0..FOLDS).filter(|fold| chosen.is_empty() || chosen.contains(fold)) {
            let heard = said_now_and_then(format!("fold {fold}"));
            let (network, inside) = cross.hold_out(fold, &self.device, heard)?;
            let fashion = self.accuracy(&network)?;
            fashion_validation.push(fashion);
            held.extend(inside);
            let scores = PhotoScores::of(&judge_across(&held));
            eprintln!(
                "fold {fold}: of the photos so far {} right, macro {}; Fashion-MNIST (validation) \
                 {}; {:.0} s",
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
            views: cross.views.len(),
            scores: PhotoScores::of(&judge_across(&held)),
            fashion_validation,
            by_views: judge_by_views(&held),
            fashion_validation_before: self.accuracy(&self.backbone.network)?,
            calibration: calibrate(&plain(&held)),
            seconds: started.elapsed().as_secs_f64(),
            threads: self.threads,
            storage: None,
            int8: None,
        };
        write(&out.join(REPORT), &report)?;
        write(&out.join(HELD), &held)?;
        Ok(report)
    }

    /// The network fine-tuned on all photos.
    pub(super) fn tune_on_all(&self) -> anyhow::Result<BurnNetwork> {
        let mix = Mix::new(&self.recipe, self.seed, &self.photos, &self.fashion);
        let heard = said_now_and_then("all photos".to_owned());
        let network = tune(
            &self.backbone,
            &self.recipe,
            &mix,
            &self.fashion,
            &self.device,
            heard,
        )?;
        Ok(network)
    }

    fn accuracy(&self, network: &BurnNetwork) -> anyhow::Result<f64> {
        let logits = predict(network, &self.validation, BATCH, &self.device)?;
        Ok(Scores::of(&logits, &self.validation.labels).accuracy)
    }
}

/// A line on the terminal every hundred steps.
fn said_now_and_then(what: String) -> impl FnMut(usize, f64) {
    let started = Instant::now();
    let mut mean = None;
    move |step, loss| {
        let so_far = mean.map_or(loss, |mean: f64| 0.98 * mean + 0.02 * loss);
        mean = Some(so_far);
        if (step + 1).is_multiple_of(100) {
            let seconds = started.elapsed().as_secs_f64();
            eprintln!(
                "{what}, step {}: loss {so_far:.4}, {seconds:.0} s",
                step + 1
            );
        }
    }
}

/// Where the weights of a network that never saw a photo are.
pub(super) fn backbone_file(network: &str) -> PathBuf {
    Path::new("model").join(format!("{network}.bpk"))
}

/// Writes JSON whole or not at all.
pub(super) fn write(path: &Path, what: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(what)? + "\n";
    Ok(write_whole(path, text.as_bytes())?)
}

/// The plain views of the photos that show one of the ten classes, which the numbers of the network
/// for photos are judged by.
///
/// # Errors
/// Where there are none.
pub(super) fn pictures_of_the_ten(photos: &[CroppedPhoto]) -> anyhow::Result<Pictures> {
    let photos = photos.iter();
    let ten: Vec<_> = photos.filter(|cut| cut.photo.target.is_some()).collect();
    anyhow::ensure!(
        !ten.is_empty(),
        "none of the photos shows one of the ten classes"
    );
    Ok(Pictures {
        pixels: ten
            .iter()
            .flat_map(|cut| View::default().render(&cut.segmentation.masked_crop))
            .collect(),
        labels: ten.iter().filter_map(|cut| cut.photo.target).collect(),
    })
}
