//! `thimble-train ship-photos`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use burn::tensor::Device;
use clap::Args;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::crops::crop_architecture;
use super::fold_run::FoldFiles;
use super::garment_photos::{Folders, garment_examples};
use super::options::Threads;
use super::output::print_status;
use super::quantize::print_int8;
use super::segmentation_networks::{read_segmentation_networks, segmenters};
use super::table;
use crate::card::{self, Int8Evaluation, LabeledInputs, PhotoNetwork, PhotoReport, StorageFormat};
use crate::crop::CropRecipe;
use crate::data::FOLDS;
use crate::files::write_atomically;
use crate::garment::{GarmentRecipe, ObservedFold, TrainingSet, calibrate, score};
use crate::segmentation::{Example, PartScores, SegmentationRecipe, labeled_windows};
use thimble::garments::VIEWS;
use thimble::network::{Architecture, grey_values};
use thimble::photo::{GarmentView, View};
use thimble_burn::BurnNetwork;

/// Every how manieth photo the rounded weights are compared on.
const STRIDE: usize = 4;

/// Calibrate and score the networks for photos, store their weights, and write them and the report into MODEL.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble-train ship-photos --worn DIR --photos DIR

SEGMENTATION, CROPS and GARMENTS must have all.bpk, which `segment --all`, `crops --all` and `garments --all` wrote, and
GARMENTS the results of at least two folds. MODEL gets segmentation.bpk, crops.bpk, garments.bpk, photos.json and its plots.
Build the programs again to use them.")]
pub(super) struct ShipPhotos {
    #[command(flatten)]
    folders: Folders,
    /// Folder of the segmentation networks.
    #[arg(long, value_name = "DIR", default_value = "runs/segmentation")]
    segmentation: PathBuf,
    /// Folder of the networks for masked crops.
    #[arg(long, value_name = "DIR", default_value = "runs/crops")]
    crops: PathBuf,
    /// Folder of the networks for garments, and of what they say of the photos of the folds.
    #[arg(long, value_name = "DIR", default_value = "runs/garments")]
    garments: PathBuf,
    /// Folder of the weights and the model cards.
    #[arg(long, value_name = "DIR", default_value = "model")]
    model: PathBuf,
    #[command(flatten)]
    threads: Threads,
}

impl ShipPhotos {
    pub(super) fn run(self) -> anyhow::Result<()> {
        self.threads.start()?;
        let observed = read_observed(&self.garments)?;
        let networks = read_segmentation_networks(&self.segmentation)?;
        let mut photos = self.folders.read()?;
        let parts = (networks.iter())
            .map(|network| FoldFiles::new(&self.segmentation, Some(network.fold)).results())
            .collect::<anyhow::Result<Vec<PartScores>>>()?;
        let recipe: SegmentationRecipe = FoldFiles::new(&self.segmentation, None).recipe()?.0;
        let some = photos.worn_examples.iter().step_by(STRIDE);
        let inputs = labeled_windows(&some.collect::<Vec<&Example>>(), recipe.levels.side);
        let segmentation = self.store::<SegmentationRecipe>(
            "segmentation",
            &self.segmentation,
            |recipe| {
                let architecture = Architecture::Segmentation(recipe.levels);
                Ok((architecture, recipe.rounding.at_end()))
            },
            &inputs,
        )?;
        let [worn, flat] = garment_examples(&mut photos);
        let (mut inputs, mut of_crops) = (LabeledInputs::default(), LabeledInputs::default());
        let recipe: GarmentRecipe = FoldFiles::new(&self.garments, None).recipe()?.0;
        for set in [&worn, &flat] {
            let set = TrainingSet::new(set, &segmenters(&networks))?;
            for (index, garment) in set.set.garments.iter().enumerate().step_by(STRIDE) {
                if let Some(target) = garment.outcome.class() {
                    inputs.labels.push(target);
                    let view = GarmentView::default();
                    inputs.values.extend(set.input(index, &view, &recipe));
                    if garment.mask_pixels == 0 {
                        let input = View::PLAIN.render(set.crop(index));
                        of_crops.labels.push(target);
                        of_crops.values.extend(grey_values(&input));
                    }
                }
            }
        }
        let garments = self.store::<GarmentRecipe>(
            "garments",
            &self.garments,
            |recipe| {
                let architecture = Architecture::Garment(recipe.stages);
                Ok((architecture, recipe.rounding.at_end()))
            },
            &inputs,
        )?;
        let crops = self.store::<CropRecipe>(
            "crops",
            &self.crops,
            |recipe| Ok((crop_architecture(recipe)?, recipe.rounding.at_end())),
            &of_crops,
        )?;
        let report = PhotoReport {
            segmentation,
            parts,
            garments,
            crops,
            views: VIEWS,
            folds: observed.iter().map(|fold| fold.fold).collect(),
            scores: score(&observed),
            calibration: calibrate(&observed.iter().collect::<Vec<_>>()),
        };
        card::publish_photos(&report, &self.model)?;
        print_status(&table::garments(&report.scores))?;
        print_status(&format!(
            "The networks for photos are in {}.",
            self.model.display()
        ))
    }

    /// Stores the network all.bpk of `folder` in the smallest acceptable number format as NAME.bpk.
    fn store<Recipe: DeserializeOwned + Serialize>(
        &self,
        name: &'static str,
        folder: &Path,
        describe: impl Fn(&Recipe) -> anyhow::Result<(Architecture, Option<u8>)>,
        inputs: &LabeledInputs,
    ) -> anyhow::Result<PhotoNetwork<Recipe>> {
        let device = Device::flex();
        let files = FoldFiles::new(folder, None);
        let (recipe, seed) = files.recipe::<Recipe>()?;
        let (architecture, max_abs) = describe(&recipe)?;
        let trained = fs::read(&files.network)
            .with_context(|| format!("cannot read {}", files.network.display()))?;
        let network = BurnNetwork::from_burnpack(name, &architecture, &trained, &device)?;
        let (bytes, storage) = match max_abs {
            Some(max_abs) => {
                let storage = StorageFormat::trained_int8(max_abs, trained.len());
                (trained, storage)
            }
            None => card::smallest_format(name, &architecture, &network, inputs, &device)?,
        };
        let int8 = Int8Evaluation::of(name, &architecture, &bytes, inputs, None)?;
        fs::create_dir_all(&self.model)
            .with_context(|| format!("cannot create {}", self.model.display()))?;
        write_atomically(&self.model.join(format!("{name}.bpk")), &bytes)?;
        print_status(&format!(
            "{name}: {} of up to {}, {} bytes; {} of the labels unchanged, loss {:+.3} %",
            storage.format,
            storage
                .max_abs
                .map_or_else(|| "-".to_owned(), |max| max.to_string()),
            storage.bytes,
            table::percent(storage.change.labels_unchanged),
            storage.change.loss_change * 100.0
        ))?;
        print_int8(name, &int8)?;
        let cost = network.cost();
        Ok(PhotoNetwork {
            recipe,
            seed,
            parameters: cost.parameters,
            macs: cost.macs,
            storage,
            int8,
        })
    }
}

/// Reads what the networks of the folds say of photos that they did not see.
///
/// # Errors
/// Where there are fewer than two folds, or a file cannot be read.
pub(super) fn read_observed(folder: &Path) -> anyhow::Result<Vec<ObservedFold>> {
    let mut folds = Vec::new();
    for fold in 0..FOLDS {
        let path = folder.join(format!("observed-{fold}.json"));
        if path.is_file() {
            let read = || -> anyhow::Result<ObservedFold> {
                Ok(serde_json::from_slice(&fs::read(&path)?)?)
            };
            folds.push(read().with_context(|| format!("cannot read {}", path.display()))?);
        }
    }
    anyhow::ensure!(
        folds.len() >= 2,
        "{} must have observed-N.json of at least two folds, got {}: run `thimble-train garments`",
        folder.display(),
        folds.len()
    );
    Ok(folds)
}
