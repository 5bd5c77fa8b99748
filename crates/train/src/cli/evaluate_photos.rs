//! `thimble evaluate --photos`.

use std::path::Path;

use burn::tensor::Device;

use super::cross_validation::{self, Study};
use super::options::Data;
use super::table;
use crate::card;
use crate::data::{Folds, PhotoFolder};
use crate::evaluate::{Judged, PhotoScores};
use crate::finetune::{Backbone, CroppedPhoto, FinetuneRecipe, Held, MaskedCrops, judge, look_at};
use thimble::network::{NetworkName, ShippedPhotoNetwork};
use thimble::photo::View;
use thimble::prediction::PhotoCalibration;

/// Where the figures go that the page's network stands by.
const MODEL: &str = "model";

/// The seed of the figures in model/.
const SEED: u64 = 1;

/// What is asked for.
pub(super) struct Request<'a> {
    /// Folder of photos.
    pub(super) photos: &'a Path,
    /// The network that was fine-tuned, or is to be.
    pub(super) network: NetworkName,
    pub(super) data: &'a Data,
    /// Where a cross-validation leaves what it finds.
    pub(super) out: &'a Path,
    pub(super) threads: usize,
    pub(super) is_json: bool,
}

impl Request<'_> {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let folder = PhotoFolder::read(self.photos)?;
        let folds = Folds::committed()?;
        let known = folder
            .photos
            .iter()
            .filter(|photo| folds.of(&photo.image).is_some());
        let scores = match known.count() {
            0 => self.judge_strangers(&folder)?,
            count => {
                let left_out = folder.photos.len() - count;
                if left_out > 0 {
                    eprintln!("{left_out} photos are in no fold, and are left out");
                }
                self.cross_validate(&folder, folds)?
            }
        };
        if self.is_json {
            println!("{}", serde_json::to_string_pretty(&scores)?);
        } else {
            println!("{}", table::photos(&scores));
        }
        Ok(())
    }

    /// Photos that no network has seen, judged by the one that is shipped.
    fn judge_strangers(&self, folder: &PhotoFolder) -> anyhow::Result<PhotoScores> {
        let Some(shipped) = ShippedPhotoNetwork::beside(self.network) else {
            anyhow::bail!(
                "there is no network for photos of \"{}\": make it with `thimble-train finetune`",
                self.network
            );
        };
        let calibration = PhotoCalibration::of(&shipped);
        let model = shipped.weights.load(thimble::Precision::F32)?;
        let photos = cross_validation::read_photos(folder, MaskedCrops::Usual)?;
        let plain: Vec<&CroppedPhoto> = photos
            .iter()
            .filter(|cut| !cut.photo.is_borderline)
            .collect();
        let logits = look_at(&model, &plain, &View::tta_views())?;
        let judged: Vec<Judged> = plain
            .iter()
            .zip(logits)
            .map(|(cut, logits)| Judged {
                fold: None,
                ..judge(&Held::of(cut, 0, logits), &calibration)
            })
            .collect();
        Ok(PhotoScores::of(&judged))
    }

    /// Out-of-fold answers: those that a cross-validation of the same networks and photos left, or
    /// else new ones.
    fn cross_validate(&self, folder: &PhotoFolder, folds: Folds) -> anyhow::Result<PhotoScores> {
        let device = Device::flex();
        let file = cross_validation::backbone_file(self.network.as_str());
        let backbone = Backbone::read(self.network, &file, &device)?;
        let recipe = FinetuneRecipe::of(self.network);
        let left = cross_validation::left_in(self.out, &backbone, &recipe, SEED, folder, &folds);
        let report = match left {
            Some(report) => report,
            None => {
                let (fashion, validation) = cross_validation::fashion(&self.data.training()?.0);
                let study = Study {
                    photos: cross_validation::read_photos(folder, recipe.crops)?,
                    backbone,
                    recipe,
                    seed: SEED,
                    folds,
                    fashion,
                    validation,
                    threads: self.threads,
                    device,
                };
                study.cross_validate(&[], self.out)?
            }
        };
        card::publish_photos(&report, Path::new(MODEL))?;
        Ok(report.scores)
    }
}
