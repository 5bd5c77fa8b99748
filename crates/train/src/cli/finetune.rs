//! `thimble tune`.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use burn::tensor::Device;
use clap::Args;

use super::cross_validation::{self, Study};
use super::int8::with_photos_judged;
use super::options::{self, Change, Data, Threads};
use super::table;
use crate::card::{self, PhotoReport};
use crate::data::{Folds, PhotoFolder};
use crate::files::write_whole;
use crate::finetune::{Backbone, FinetuneRecipe};
use thimble::network::NetworkName;

/// Fine-tune a network on photos, cross-validated by sender, and write the network for photos.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble tune --photos DIR                        all folds, then the network for photos
  thimble tune --photos DIR --set steps=300 --fold 0 --out tried
  thimble tune --photos DIR --deal model/photo-folds.csv

DIR has images/*.jpg and labels.csv (columns image, sender, target, borderline). The network starts
from MODEL/NETWORK.bpk, which never saw a photo. With all folds and the standard fine-recipe,
photos.json, photos.bpk and the plots are written into MODEL: the figures are those of
cross-validation, the weights are fine-tuned on all photos.")]
pub(super) struct Tune {
    /// Folder of photos.
    #[arg(long, value_name = "DIR")]
    photos: PathBuf,
    /// The network to start from.
    #[arg(long, value_parser = options::network, default_value_t = NetworkName::PHOTO_BACKBONE)]
    network: NetworkName,
    /// A value of the fine-tuning to change, such as steps=400.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    changes: Vec<Change>,
    /// Only deal the photos out into folds by sender, and write them to FILE.
    #[arg(long, value_name = "FILE")]
    deal: Option<PathBuf>,
    /// Only these folds, from 0.
    #[arg(long = "fold", value_name = "N")]
    folds: Vec<usize>,
    /// Take the cross-validation that an earlier call left in OUT where it was the same.
    #[arg(long)]
    resume: bool,
    /// Seed of the run.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder for the report and the logits of all photos.
    #[arg(long, value_name = "DIR", default_value = "runs/photos")]
    out: PathBuf,
    /// Folder that the network for photos is written to.
    #[arg(long, value_name = "DIR", default_value = "model")]
    model: PathBuf,
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
        let standard = FinetuneRecipe::of(self.network);
        let recipe: FinetuneRecipe = options::changed(&standard, &self.changes)?;
        let is_standard = recipe == standard && self.folds.is_empty();
        let file = cross_validation::backbone_file(self.network.as_str());
        let (fashion, validation) = cross_validation::fashion(&self.data.training()?.0);
        let backbone = Backbone::read(self.network, &file, &device)?;
        let folds = Folds::committed()?;
        let left = match self.resume && self.folds.is_empty() {
            true => {
                cross_validation::left_in(&self.out, &backbone, &recipe, self.seed, &folder, &folds)
            }
            false => None,
        };
        let photos = cross_validation::read_photos(&folder, recipe.crops)?;
        let study = Study {
            backbone,
            recipe,
            seed: self.seed,
            photos,
            folds,
            fashion,
            validation,
            threads,
            device,
        };
        let report = match left {
            Some(report) => report,
            None => study.cross_validate(&self.folds, &self.out)?,
        };
        println!("{}", table::photos(&report.scores));
        if !is_standard {
            println!(
                "The figures are in {}. No network was written, since the fine-recipe or the folds \
                 are not the standard ones.",
                self.out.display()
            );
            return Ok(());
        }
        let network = study.tune_on_all()?;
        let pictures = cross_validation::pictures_of_the_ten(&study.photos)?;
        let architecture = self.network.architecture();
        let (bytes, storage) = card::store(
            self.network,
            &architecture,
            &network,
            &pictures,
            &study.device,
        )?;
        fs::create_dir_all(&self.model)
            .with_context(|| format!("{} cannot be made", self.model.display()))?;
        write_whole(&self.model.join("photos.bpk"), &bytes)?;
        let report = PhotoReport {
            storage: Some(storage),
            ..report
        };
        let report = with_photos_judged(report, &self.model, &pictures)?;
        card::publish_photos(&report, &self.model)?;
        println!("The network for photos is in {}.", self.model.display());
        Ok(())
    }
}
