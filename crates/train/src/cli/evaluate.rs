//! `thimble evaluate`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde_json::json;

use super::options::{self, Backend, Data, Threads};
use super::{evaluate_photos, table};
use crate::card::{self, Headline};
use crate::evaluate::{Scores, predict};
use thimble::network::{NetworkName, ShippedNetwork};

/// Score a shipped network on the 10,000 test images.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble evaluate
  thimble evaluate --network paper --backend ndarray --json
  thimble evaluate --photos DIR

Photos that the folds in model/photo-folds.csv know are judged by networks that never saw one of
their sender, fine-tuned as `thimble tune` does (half an hour on two cores; what an earlier call
left in OUT is taken), and the figures go into model/photos.json. Other photos are judged by the
network that is shipped.")]
pub(super) struct Evaluate {
    /// The network [default: the page's; with --photos the one that is fine-tuned for them].
    #[arg(long, value_parser = options::network)]
    network: Option<NetworkName>,
    /// burn's device to run it on.
    #[arg(long, value_enum, default_value = "flex")]
    backend: Backend,
    /// Images at once.
    #[arg(long, value_name = "N", default_value_t = 64,
          value_parser = clap::value_parser!(u16).range(1..))]
    batch: u16,
    /// Print JSON, with the keys of the model card, or of photos.json.
    #[arg(long)]
    json: bool,
    /// Judge the photos of DIR instead: images/*.jpg and labels.csv.
    #[arg(long, value_name = "DIR")]
    photos: Option<PathBuf>,
    /// Folder that a cross-validation over photos leaves its logits in.
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
        let (pictures, edition) = self.data.test()?;
        let started = Instant::now();
        let logits = predict(&network, &pictures, usize::from(self.batch), &device)?;
        let seconds = started.elapsed().as_secs_f64();
        let scores = Scores::of(&logits, &pictures.labels);
        let speed = pictures.len() as f64 / seconds;
        if self.json {
            let report = json!({
                "name": name.as_str(),
                "parameters": shipped.parameters,
                "macs": shipped.macs,
                "burn": thimble::BURN_VERSION,
                "backend": self.backend.name(),
                "threads": threads,
                "test": Headline::from(&scores),
                "data": edition.name(),
                "images": pictures.len(),
                "seconds": seconds,
                "images_per_second": speed,
                "confusion": scores.confusion,
                "classes": card::classes(&scores),
            });
            println!("{}", serde_json::to_string_pretty(&report)?);
            return Ok(());
        }
        println!(
            "{} on {} test images of {} ({}, {threads} threads)\n\
             accuracy {}\nloss     {:.4} per image, {:.6} over the study's batches of 64\n\
             ECE      {}\ntime     {seconds:.3} s, {speed:.0} images/s\n\n{}",
            name,
            pictures.len(),
            edition.name(),
            self.backend.name(),
            table::percent(scores.accuracy),
            scores.loss,
            scores.loss / card::STUDY_BATCH,
            table::percent(scores.ece),
            table::scores(&scores),
        );
        Ok(())
    }
}
