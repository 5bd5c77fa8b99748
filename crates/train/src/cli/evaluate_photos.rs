//! `thimble-train evaluate --photos`.

use std::path::Path;

use burn::tensor::Device;

use super::cross_validation::{self, Experiment};
use super::options::{self, Data};
use super::output::{print, print_json};
use super::table;
use crate::card;
use crate::data::{Folds, PhotoFolder};
use crate::evaluate::{LabeledPrediction, PhotoScores};
use crate::finetune::{
    Backbone, CroppedPhoto, Cropping, FinetuneRecipe, OutOfFoldPrediction, evaluate, predict_views,
};
use thimble::network::{NetworkName, ShippedPhotoNetwork};
use thimble::photo::View;
use thimble::prediction::PhotoCalibration;

/// Folder of the scores of the shipped networks.
const MODEL: &str = "model";

/// The seed of the scores in model/.
const SEED: u64 = 1;

/// The options of the command.
pub(super) struct Request<'a> {
    /// Folder of photos.
    pub(super) photos: &'a Path,
    /// The backbone.
    pub(super) network: NetworkName,
    pub(super) data: &'a Data,
    /// Folder of the cross-validation.
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
            0 => self.evaluate_shipped(&folder)?,
            count => {
                let left_out = folder.photos.len() - count;
                if left_out > 0 {
                    eprintln!("{left_out} photos are in no fold and are left out");
                }
                self.cross_validate(&folder, folds)?
            }
        };
        if self.is_json {
            print_json(&scores)
        } else {
            print(&table::photos(&scores))
        }
    }

    /// Scores photos of other senders with the shipped network for photos.
    fn evaluate_shipped(&self, folder: &PhotoFolder) -> anyhow::Result<PhotoScores> {
        let Some(shipped) = ShippedPhotoNetwork::beside(self.network) else {
            anyhow::bail!(
                "there is no network for photos with the backbone `{}`: make it with `thimble-train finetune`",
                self.network
            );
        };
        let calibration = PhotoCalibration::of(&shipped);
        let model = shipped.weights.load(thimble::Precision::F32)?;
        let photos = cross_validation::read_photos(folder, Cropping::Usual)?;
        let photos: Vec<&CroppedPhoto> = photos
            .iter()
            .filter(|photo| !photo.label.is_borderline)
            .collect();
        let logits = predict_views(&model, &photos, &View::tta_views())?;
        let predictions: Vec<LabeledPrediction> = photos
            .iter()
            .zip(logits)
            .map(|(photo, logits)| LabeledPrediction {
                fold: None,
                ..evaluate(&OutOfFoldPrediction::new(photo, 0, logits), &calibration)
            })
            .collect();
        Ok(PhotoScores::of(&predictions))
    }

    /// Cross-validates, unless `out` has the same cross-validation already.
    fn cross_validate(&self, folder: &PhotoFolder, folds: Folds) -> anyhow::Result<PhotoScores> {
        let device = Device::flex();
        let file = cross_validation::backbone_file(self.network.as_str());
        let backbone = Backbone::read(self.network, &file, &device)?;
        let recipe = FinetuneRecipe::of(self.network);
        let earlier =
            cross_validation::earlier_report(self.out, &backbone, &recipe, SEED, folder, &folds);
        let report = match earlier {
            Some(report) => report,
            None => {
                let (training, validation) = options::split(&self.data.training()?.0);
                let experiment = Experiment {
                    photos: cross_validation::read_photos(folder, recipe.crops)?,
                    backbone,
                    recipe,
                    seed: SEED,
                    folds,
                    training,
                    validation,
                    threads: self.threads,
                    device,
                };
                experiment.cross_validate(&[], self.out)?
            }
        };
        card::publish_photos(&report, Path::new(MODEL))?;
        Ok(report.scores)
    }
}
