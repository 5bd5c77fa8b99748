//! `thimble-train evaluate`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde_json::json;

use super::options::{self, Backend, Data, Threads};
use super::output::{print, print_json};
use super::{evaluate_photos, table};
use crate::card::{self, ScoreSummary};
use crate::evaluate::{Scores, predict};
use thimble::network::{NetworkName, ShippedNetwork};

/// Score a shipped network on the 10,000 test images, or on photos.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble-train evaluate
  thimble-train evaluate --network paper --backend ndarray --json
  thimble-train evaluate --photos DIR

Photos in model/photo-folds.csv are cross-validated: predicted by networks that never saw a photo of
their sender, fine-tuned as by `thimble-train finetune` (half an hour on two cores, unless OUT has an
earlier cross-validation). The scores go into model/photos.json. Other photos are predicted by the
shipped network for photos.")]
pub(super) struct Evaluate {
    /// The network [default: the default network; with --photos the backbone of the network for photos].
    #[arg(long, value_parser = options::network)]
    network: Option<NetworkName>,
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
    /// Folder for the predictions of a cross-validation.
    #[arg(long, value_name = "DIR", default_value = "runs/photos")]
    out: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    threads: Threads,
}

impl Evaluate {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let threads = self.threads.start()?;
        if let Some(photos) = &self.photos {
            let request = evaluate_photos::Request {
                photos,
                network: self.network.unwrap_or(NetworkName::PHOTO_BACKBONE),
                data: &self.data,
                out: &self.out,
                threads,
                is_json: self.json,
            };
            return request.run();
        }
        let device = self.backend.device();
        let name = self.network.unwrap_or_default();
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
}
