//! `thimble-train finetune`.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use burn::tensor::Device;
use clap::Args;

use super::cross_validation::{self, Experiment};
use super::fold_run;
use super::options::{self, Data, Setting, Threads};
use super::output::print_status;
use super::quantize::with_photos_int8;
use super::table;
use crate::card::{self, PhotoReport};
use crate::data::{Folds, PhotoFolder};
use crate::files::write_atomically;
use crate::finetune::{Backbone, FinetuneRecipe};
use thimble::network::NetworkName;

/// Fine-tune a network on photos, cross-validated by sender, and write the network for photos.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble-train finetune --photos DIR                        all folds, then the network for photos
  thimble-train finetune --photos DIR --set steps=300 --fold 0 --out tried
  thimble-train finetune --photos DIR --write-folds model/photo-folds.csv

DIR must have images/*.jpg and labels.csv (columns image, sender, target, borderline). The backbone is
model/NETWORK.bpk, which never saw a photo. With all folds and the standard recipe, photos.json,
photos.bpk and the plots are written into MODEL: the scores are those of the cross-validation, the
weights are fine-tuned on all photos.")]
pub(super) struct Finetune {
    /// Folder of photos.
    #[arg(long, value_name = "DIR")]
    photos: PathBuf,
    /// The backbone.
    #[arg(long, value_parser = options::network, default_value_t = NetworkName::PHOTO_BACKBONE)]
    network: NetworkName,
    /// Change a value of the recipe, such as steps=400.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<Setting>,
    /// Only assign the photos to folds by sender, and write the folds to FILE.
    #[arg(long, value_name = "FILE")]
    write_folds: Option<PathBuf>,
    /// Run only this fold, from 0; repeat for several.
    #[arg(long = "fold", value_name = "N")]
    folds: Vec<usize>,
    /// Use the cross-validation in OUT where it is the same.
    #[arg(long)]
    resume: bool,
    /// Seed of the run.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder for the report and all predictions.
    #[arg(long, value_name = "DIR", default_value = "runs/photos")]
    out: PathBuf,
    /// Folder for the network for photos.
    #[arg(long, value_name = "DIR", default_value = "model")]
    model: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    threads: Threads,
}

impl Finetune {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let standard = FinetuneRecipe::of(self.network);
        let recipe = options::with_settings(standard.clone(), &self.settings)?;
        fold_run::folds(&self.folds)?;
        let is_standard = recipe == standard && self.folds.is_empty();
        let folder = PhotoFolder::read(&self.photos)?;
        if let Some(file) = &self.write_folds {
            let folds = Folds::assign(&folder.photos);
            return Ok(write_atomically(file, folds.to_text().as_bytes())?);
        }
        let threads = self.threads.start()?;
        let device = Device::flex();
        let file = cross_validation::backbone_file(self.network.as_str());
        let (training, validation) = options::split(&self.data.training()?.0);
        let backbone = Backbone::read(self.network, &file, &device)?;
        let folds = Folds::committed()?;
        let earlier = match self.resume && self.folds.is_empty() {
            true => cross_validation::earlier_report(
                &self.out, &backbone, &recipe, self.seed, &folder, &folds,
            ),
            false => None,
        };
        let photos = cross_validation::read_photos(&folder, recipe.crops)?;
        let experiment = Experiment {
            backbone,
            recipe,
            seed: self.seed,
            photos,
            folds,
            training,
            validation,
            threads,
            device,
        };
        let report = match earlier {
            Some(report) => report,
            None => experiment.cross_validate(&self.folds, &self.out)?,
        };
        print_status(&table::photos(&report.scores))?;
        if !is_standard {
            return print_status(&format!(
                "The scores are in {}. No network was written, since the recipe or the folds are not the standard \
                 ones.",
                self.out.display()
            ));
        }
        let network = experiment.finetune_on_all()?;
        let inputs = cross_validation::inputs_of_ten_classes(&experiment.photos)?;
        let architecture = self.network.architecture();
        let (bytes, storage) = card::smallest_format(
            self.network,
            &architecture,
            &network,
            &inputs,
            &experiment.device,
        )?;
        fs::create_dir_all(&self.model)
            .with_context(|| format!("cannot create {}", self.model.display()))?;
        write_atomically(&self.model.join("photos.bpk"), &bytes)?;
        let report = PhotoReport {
            storage: Some(storage),
            ..report
        };
        let report = with_photos_int8(report, &self.model, &inputs)?;
        card::publish_photos(&report, &self.model)?;
        print_status(&format!(
            "The network for photos is in {}.",
            self.model.display()
        ))
    }
}
