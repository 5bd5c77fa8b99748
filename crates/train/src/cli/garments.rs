//! `thimble-train garments`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;
use burn::tensor::Device;
use clap::Args;

use super::crops::read_crop_network;
use super::fold_run::{self, FoldFiles, checkpoints, progress_printer};
use super::garment_photos::{Folders, garment_examples};
use super::observe_fold::{observe_fold, summary};
use super::options::{self, Data, Setting, Threads};
use super::output::print_status;
use super::segmentation_networks::{
    SegmentationNetwork, read_network, read_segmentation_networks, segmenters,
};
use crate::data::Dataset;
use crate::files::write_atomically;
use crate::garment::{GarmentRecipe, TrainingData, TrainingSet, pretrain, train};
use crate::segmentation::{Example, Sources};
use crate::training::{PhotoTraining, Rounding};
use thimble::garments::PhotoClassifier;
use thimble::network::Architecture;
use thimble_burn::BurnNetwork;

/// Train the network that classifies garments in photos, cross-validated by sender and by photo.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble-train garments --worn DIR --photos DIR                              all folds
  thimble-train garments --worn DIR --photos DIR --fold 0 --set steps=1000

SEGMENTATION must have the networks that `thimble-train segment` wrote, at least those of the folds to run. OUT gets fold-N.bpk, the network
that did not see the photos of fold N, fold-N.json, its recipe, and observed-N.json, what it says of them. While a network
is trained, NAME.checkpoint has its state of every 500 steps, from which --resume goes on.")]
pub(super) struct Garments {
    #[command(flatten)]
    folders: Folders,
    /// Folder of the segmentation networks of all folds.
    #[arg(long, value_name = "DIR", default_value = "runs/segmentation")]
    segmentation: PathBuf,
    /// Folder of the networks for masked crops of the folds to run.
    #[arg(long, value_name = "DIR", default_value = "runs/crops")]
    crops: PathBuf,
    /// Change a value of the recipe, such as steps=400.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<Setting>,
    /// Run only this fold, from 0; repeat for several.
    #[arg(long = "fold", value_name = "N")]
    folds: Vec<usize>,
    /// Train on the photos of all folds instead, for shipping: OUT gets all.bpk.
    #[arg(long, conflicts_with = "folds")]
    all: bool,
    /// Keep the networks in OUT that were trained by the same recipe and seed, and only observe what they say; go on
    /// with the one that was interrupted.
    #[arg(long)]
    resume: bool,
    /// Seed of the run.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder for the networks and what they say.
    #[arg(long, value_name = "DIR", default_value = "runs/garments")]
    out: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    threads: Threads,
}

impl Garments {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let recipe = options::with_settings(GarmentRecipe::default(), &self.settings)?;
        recipe.stages.check()?;
        let mut runs: Vec<Option<usize>> =
            (fold_run::folds(&self.folds)?.into_iter().map(Some)).collect();
        if self.all {
            runs = vec![None];
        }
        self.threads.start()?;
        let device = Device::flex();
        let segmentation = read_segmentation_networks(&self.segmentation)?;
        for fold in runs.iter().flatten() {
            anyhow::ensure!(
                segmentation.iter().any(|network| network.fold == *fold),
                "{} has no segmentation network of fold {fold}: run `thimble-train segment --fold {fold}`",
                self.segmentation.display()
            );
        }
        // Read before hours of training, after which they are needed.
        let mut crops = BTreeMap::new();
        for fold in runs.iter().flatten() {
            crops.insert(*fold, read_crop_network(&self.crops, *fold)?);
        }
        let segmenters = segmenters(&segmentation);
        let mut photos = self.folders.read()?;
        let (training_images, validation_images) = options::split(&self.data.training()?.0);
        fs::create_dir_all(&self.out)?;
        let files = |held_out| FoldFiles::new(&self.out, held_out);
        let is_trained = |held_out| -> anyhow::Result<bool> {
            Ok(self.resume
                && files(held_out)
                    .resumed::<_, ()>(&recipe, self.seed)?
                    .is_some())
        };
        let [worn, flat] = garment_examples(&mut photos);
        // Only training needs the parts.
        let mut training_sets = None;
        for held_out in runs {
            let name = fold_run::name(held_out);
            let scenes: Vec<&Example> = match recipe.worn {
                0 => Vec::new(),
                _ => worn.outside(held_out).collect(),
            };
            if !is_trained(held_out)? {
                let sources = Sources {
                    garments: Vec::new(),
                    scenes,
                    fashion_mnist: &training_images,
                };
                let sets = match &training_sets {
                    Some(sets) => sets,
                    None => training_sets.insert([
                        TrainingSet::new(&worn, &segmenters)?,
                        TrainingSet::new(&flat, &segmenters)?,
                    ]),
                };
                let data = TrainingData {
                    sets: sets.each_ref(),
                    sources: &sources,
                    segmenters: &segmenters,
                };
                let pretrained = self.pretrained(&recipe, &training_images, &device)?;
                let checkpoints = checkpoints(&self.out, &name, &recipe, self.seed, self.resume)?;
                let training = PhotoTraining {
                    recipe: &recipe,
                    seed: self.seed,
                    checkpoints: Some(&checkpoints),
                    device: &device,
                };
                let on_step = progress_printer(name.clone());
                let network = train(training, data, held_out, pretrained, on_step)?;
                files(held_out).write(
                    network,
                    recipe.rounding.at_end(),
                    &recipe,
                    self.seed,
                    &(),
                )?;
            }
            let Some(fold) = held_out else { continue };
            let Some(crop_network) = crops.remove(&fold) else {
                continue;
            };
            let started = Instant::now();
            let architecture = Architecture::Garment(recipe.stages);
            let own = SegmentationNetwork::read(&self.segmentation, fold)?;
            let classifier = PhotoClassifier {
                levels: own.levels,
                segmentation: Box::new(own.model),
                garments: Box::new(read_network(&files(held_out).network, &architecture)?),
                crops: Box::new(crop_network),
            };
            let observed = observe_fold(
                &classifier,
                &photos,
                [&worn, &flat],
                &validation_images,
                fold,
            )?;
            print_status(&format!(
                "{name}: {} pictures and {} whole photos observed in {:.0} s",
                observed.pictures.len(),
                observed.photos.len(),
                started.elapsed().as_secs_f64()
            ))?;
            print_status(&summary(&observed))?;
            let path = self.out.join(format!("observed-{fold}.json"));
            write_atomically(&path, &serde_json::to_vec(&observed)?)?;
        }
        Ok(())
    }
}

impl Garments {
    /// Reads the pretrained network in OUT, or trains it; `None` where the recipe has no pretraining.
    fn pretrained(
        &self,
        recipe: &GarmentRecipe,
        fashion_mnist: &Dataset,
        device: &Device,
    ) -> anyhow::Result<Option<BurnNetwork>> {
        if recipe.pretraining == 0 {
            return Ok(None);
        }
        let architecture = Architecture::Garment(recipe.stages);
        let files = FoldFiles::named(&self.out, "pretrained");
        // What only the later steps depend on does not matter to it.
        let GarmentRecipe { balance, none, .. } = GarmentRecipe::default();
        let exact = Rounding {
            rounded: 0.0,
            ..recipe.rounding
        };
        let key = GarmentRecipe {
            steps: 0,
            rounding: exact,
            pasted: 0.0,
            balance,
            none,
            ..recipe.clone()
        };
        if files.earlier::<_, ()>(&key, self.seed).is_none() {
            // Without photos of any fold, so that all folds can share it.
            let sources = Sources {
                garments: Vec::new(),
                scenes: Vec::new(),
                fashion_mnist,
            };
            let checkpoints = checkpoints(&self.out, "pretrained", &key, self.seed, self.resume)?;
            let training = PhotoTraining {
                recipe,
                seed: self.seed,
                checkpoints: Some(&checkpoints),
                device,
            };
            let on_step = progress_printer("pretrained".to_owned());
            let network = pretrain(training, &sources, on_step)?;
            files.write(network, None, &key, self.seed, &())?;
        }
        let bytes = fs::read(&files.network)
            .with_context(|| format!("cannot read {}", files.network.display()))?;
        let network = BurnNetwork::from_burnpack("pretrained", &architecture, &bytes, device)?;
        Ok(Some(network))
    }
}
