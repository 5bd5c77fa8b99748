//! `thimble tune`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use burn::tensor::Device;
use clap::Args;
use serde::Serialize;

use super::options::{self, Change, Data, Threads};
use super::{photo_file, table};
use crate::card::PhotoReport;
use crate::data::{FOLDS, Folds, PhotoFolder, Pictures, VALIDATION_IMAGES, stratified_split};
use crate::evaluate::{PhotoScores, Scores, predict};
use crate::files::write_whole;
use crate::network::{Network, NetworkName};
use crate::photo::View;
use crate::tune::{Cross, Held, Trunk, Tuning, calibrate, cut_photos, judge_across};

/// Pictures scored at once.
const BATCH: usize = 250;

/// Fine-tune a network on photos, and cross-validate it by sender.
#[derive(Args)]
pub(super) struct Tune {
    /// Folder of photos: images/*.jpg and labels.csv.
    #[arg(long, value_name = "DIR")]
    photos: PathBuf,
    /// The network to start from.
    #[arg(long, value_parser = options::network, default_value_t)]
    network: NetworkName,
    /// Weights of the network that never saw a photo [default: MODEL/trunk/NETWORK.bpk].
    #[arg(long, value_name = "FILE")]
    trunk: Option<PathBuf>,
    /// A value of the fine-tuning to change, such as steps=400.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    changes: Vec<Change>,
    /// Only deal the photos out into folds by sender, and write them to FILE.
    #[arg(long, value_name = "FILE")]
    deal: Option<PathBuf>,
    /// Only these folds, from 0.
    #[arg(long = "fold", value_name = "N")]
    folds: Vec<usize>,
    /// Seed of the run.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder for what comes out.
    #[arg(long, value_name = "DIR", default_value = "runs/photos")]
    out: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    threads: Threads,
}

impl Tune {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let folder = PhotoFolder::read(&self.photos)?;
        if let Some(file) = &self.deal {
            let folds = Folds::deal(&folder.photos);
            return Ok(write_whole(file, folds.to_text().as_bytes())?);
        }
        let threads = self.threads.start()?;
        let device = Device::flex();
        let tuning: Tuning = options::changed(&Tuning::of(self.network), &self.changes)?;
        let file = match &self.trunk {
            Some(file) => file.clone(),
            None => Trunk::file(self.network, Path::new("model")),
        };
        let trunk = Trunk::read(self.network, &file, &device)?;
        let started = Instant::now();
        let photos = cut_photos(&folder, photo_file::read)?;
        eprintln!("{} photos, {:.1} s", photos.len(), started.elapsed().as_secs_f64());
        let (all, _) = self.data.training()?;
        let split = stratified_split(&all, VALIDATION_IMAGES);
        let (fashion, validation) = (all.select(&split.training), all.select(&split.validation));
        let cross = Cross {
            trunk: &trunk,
            tuning: &tuning,
            seed: self.seed,
            photos: &photos,
            folds: &Folds::committed()?,
            fashion: &fashion,
            views: &View::looks(),
        };
        fs::create_dir_all(&self.out)
            .with_context(|| format!("{} cannot be made", self.out.display()))?;
        let started = Instant::now();
        let mut held = Vec::new();
        let mut fashion_validation = Vec::new();
        for fold in (0..FOLDS).filter(|fold| self.folds.is_empty() || self.folds.contains(fold)) {
            let (network, inside) = one_fold(&cross, fold, &device)?;
            fashion_validation.push(accuracy(&network, &validation, &device)?);
            held.extend(inside);
            let scores = PhotoScores::of(&judge_across(&held));
            println!(
                "fold {fold}: {} of the photos so far right, macro {}; Fashion-MNIST (validation) {}; {:.0} s",
                table::percent(scores.top1),
                table::percent(scores.macro_average),
                table::percent(fashion_validation[fashion_validation.len() - 1]),
                started.elapsed().as_secs_f64(),
            );
        }
        let plain: Vec<&Held> = held.iter().filter(|held| !held.is_borderline).collect();
        let report = PhotoReport {
            network: self.network.to_string(),
            tuning: cross.tuning.clone(),
            seed: self.seed,
            views: cross.views.len(),
            scores: PhotoScores::of(&judge_across(&held)),
            fashion_validation,
            fashion_validation_before: accuracy(&trunk.network, &validation, &device)?,
            calibration: calibrate(&plain),
            seconds: started.elapsed().as_secs_f64(),
            threads,
        };
        println!("{}", table::photos(&report.scores));
        write(&self.out.join("report.json"), &report)?;
        write(&self.out.join("held.json"), &held)
    }
}

/// One fold, with a line on the terminal every hundred steps.
fn one_fold(
    cross: &Cross<'_>,
    fold: usize,
    device: &Device,
) -> anyhow::Result<(Network, Vec<Held>)> {
    let started = Instant::now();
    let mut mean = None;
    let heard = |step: usize, loss: f64| {
        let so_far = mean.map_or(loss, |mean: f64| 0.98 * mean + 0.02 * loss);
        mean = Some(so_far);
        if (step + 1).is_multiple_of(100) {
            let seconds = started.elapsed().as_secs_f64();
            eprintln!("fold {fold}, step {}: loss {so_far:.4}, {seconds:.0} s", step + 1);
        }
    };
    Ok(cross.hold_out(fold, device, heard)?)
}

fn accuracy(network: &Network, pictures: &Pictures, device: &Device) -> anyhow::Result<f64> {
    let logits = predict(network, pictures, BATCH, device)?;
    Ok(Scores::of(&logits, &pictures.labels).accuracy)
}

fn write(path: &Path, what: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(what)? + "\n";
    Ok(write_whole(path, text.as_bytes())?)
}
