//! `thimble-train evaluate`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use rayon::prelude::*;
use serde_json::json;

use super::options::{self, Backend, Data, Threads};
use super::output::{print, print_json};
use super::ship_photos::read_observed;
use super::table;
use crate::card::{self, ScoreSummary};
use crate::data::{Folds, PhotoFolder, PhotoLabel};
use crate::evaluate::{Scores, predict};
use crate::garment::{KindScores, ObservedPicture, PictureKind, observe, score};
use thimble::garments::PhotoClassifier;
use thimble::network::{NetworkName, ShippedNetwork, ShippedPhotoNetworks};
use thimble::photo::Region;
use thimble::photo::file::downscale_file;
use thimble::prediction::PhotoCalibration;

/// Score a shipped network on the 10,000 test images, or on photos.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble-train evaluate
  thimble-train evaluate --network paper --backend ndarray --json
  thimble-train evaluate --photos DIR
  thimble-train evaluate --garments runs/garments

With --photos the shipped networks classify the photos of single garments that they were not trained on. With --garments
the folds that `thimble-train garments` observed are scored: pictures of every kind, by networks that never saw a photo of
their sender.")]
pub(super) struct Evaluate {
    /// The network.
    #[arg(long, value_parser = options::network, default_value_t)]
    network: NetworkName,
    /// The backend.
    #[arg(long, value_enum, default_value = "flex")]
    backend: Backend,
    /// Images at once.
    #[arg(long, value_name = "N", default_value_t = 64,
          value_parser = clap::value_parser!(u16).range(1..))]
    batch: u16,
    /// Print JSON, with the keys of a model card, or of photos.json.
    #[arg(long)]
    json: bool,
    /// Score on the photos of DIR instead: images/*.jpg and labels.csv.
    #[arg(long, value_name = "DIR")]
    photos: Option<PathBuf>,
    /// Score what `thimble-train garments` observed in DIR instead.
    #[arg(long, value_name = "DIR", conflicts_with = "photos")]
    garments: Option<PathBuf>,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    threads: Threads,
}

impl Evaluate {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let threads = self.threads.start()?;
        if let Some(photos) = &self.photos {
            return self.evaluate_photos(photos);
        }
        if let Some(garments) = &self.garments {
            let scores = score(&read_observed(garments)?);
            return match self.json {
                true => print_json(&scores),
                false => print(&table::garments(&scores)),
            };
        }
        let device = self.backend.device();
        let name = self.network;
        let shipped = ShippedNetwork::find(name)?;
        let network = thimble_burn::BurnNetwork::load(shipped.weights(None)?, &device)?;
        let (images, edition) = self.data.test()?;
        let started = Instant::now();
        let logits = predict(&network, &images, usize::from(self.batch), &device)?;
        let seconds = started.elapsed().as_secs_f64();
        let scores = Scores::of(&logits, &images.labels);
        let speed = images.len() as f64 / seconds;
        if self.json {
            let report = json!({
                "name": name.as_str(),
                "parameters": shipped.parameters,
                "macs": shipped.macs,
                "burn": thimble::BURN_VERSION,
                "backend": self.backend.name(),
                "threads": threads,
                "test": ScoreSummary::from(&scores),
                "data": edition.name(),
                "images": images.len(),
                "seconds": seconds,
                "images_per_second": speed,
                "confusion": scores.confusion,
                "classes": card::classes(&scores),
            });
            return print_json(&report);
        }
        print(&format!(
            "{} on {} test images of {} ({}, {threads} threads)\n\
             accuracy {}\nloss     {:.4} per image, {:.6} over the study's batches of 64\n\
             ECE      {}\ntime     {seconds:.3} s, {speed:.0} images/s\n\n{}",
            name,
            images.len(),
            edition.name(),
            self.backend.name(),
            table::percent(scores.accuracy),
            scores.loss,
            scores.loss / card::STUDY_BATCH,
            table::percent(scores.ece),
            table::scores(&scores),
        ))
    }

    /// Scores the shipped networks for photos on photos that are in no fold.
    fn evaluate_photos(&self, folder: &Path) -> anyhow::Result<()> {
        let Some(shipped) = ShippedPhotoNetworks::beside(NetworkName::default()) else {
            anyhow::bail!(
                "there are no networks for photos: make them with `thimble-train ship-photos`"
            );
        };
        let calibration = PhotoCalibration::of(&shipped);
        let classifier = PhotoClassifier::load(shipped, thimble::Precision::F32)?;
        let folder = PhotoFolder::read(folder)?;
        let folds = Folds::committed()?;
        let unseen: Vec<&PhotoLabel> = (folder.photos.iter())
            .filter(|photo| !photo.is_borderline && folds.of(&photo.image).is_none())
            .collect();
        let left_out = folder.photos.len() - unseen.len();
        if left_out > 0 {
            eprintln!(
                "{left_out} photos are left out: the networks were trained on them, or they are borderline"
            );
        }
        anyhow::ensure!(
            !unseen.is_empty(),
            "there is no photo that the networks did not see"
        );
        let pictures = unseen
            .par_iter()
            .map(|label| -> anyhow::Result<ObservedPicture> {
                let photo = downscale_file(&folder.file(label))?;
                let kind = PictureKind::Flat;
                let sender = &label.sender;
                Ok(observe(
                    &classifier,
                    kind,
                    sender,
                    label.target,
                    &photo,
                    Region::Auto,
                )?)
            });
        let pictures = pictures.collect::<anyhow::Result<Vec<_>>>()?;
        let scores = KindScores::of_pictures(&pictures, &calibration);
        match self.json {
            true => print_json(&scores),
            false => print(&table::kind(&scores)),
        }
    }
}
