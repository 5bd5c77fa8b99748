//! `thimble-train crops`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use burn::tensor::Device;
use clap::Args;

use super::fold_run::{self, FoldFiles, checkpoints, progress_printer};
use super::garment_photos::{Folders, garment_examples};
use super::options::{self, Data, Setting, Threads};
use super::output::print_status;
use super::segmentation_networks::{read_network, read_segmentation_networks, segmenters};
use crate::crop::{CropData, CropExample, CropRecipe, train};
use crate::garment::{TrainingSet, texture_garments};
use crate::training::PhotoTraining;
use thimble::network::{Architecture, CpuModel, NetworkName, ShippedNetwork};
use thimble::photo::MaskedCrop;
use thimble_burn::BurnNetwork;

/// Textures that steps are drawn from.
const TEXTURES: usize = 2000;

/// Train the network that classifies masked crops of garments that no one wears, cross-validated by sender.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble-train crops --worn DIR --photos DIR                              all folds
  thimble-train crops --worn DIR --photos DIR --fold 0 --set steps=1000

It starts from a shipped network for Fashion-MNIST. SEGMENTATION must have the networks that `thimble-train segment` wrote, \
which find the masks. OUT gets fold-N.bpk, the network that did not see the photos of fold N, and fold-N.json, its recipe; \
`thimble-train garments` observes what it says. NAME.checkpoint is as for `garments`.")]
pub(super) struct Crops {
    #[command(flatten)]
    folders: Folders,
    /// Folder of the segmentation networks of all folds.
    #[arg(long, value_name = "DIR", default_value = "runs/segmentation")]
    segmentation: PathBuf,
    /// Change a value of the recipe, such as steps=400.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<Setting>,
    /// Run only this fold, from 0; repeat for several.
    #[arg(long = "fold", value_name = "N")]
    folds: Vec<usize>,
    /// Train on the photos of all folds instead, for shipping: OUT gets all.bpk.
    #[arg(long, conflicts_with = "folds")]
    all: bool,
    /// Keep the networks in OUT that were trained by the same recipe and seed; go on with the one that was interrupted.
    #[arg(long)]
    resume: bool,
    /// Seed of the run.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder for the networks.
    #[arg(long, value_name = "DIR", default_value = "runs/crops")]
    out: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    threads: Threads,
}

impl Crops {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let recipe = options::with_settings(CropRecipe::default(), &self.settings)?;
        let name: NetworkName = recipe.network.parse()?;
        let folds = fold_run::folds(&self.folds)?;
        self.threads.start()?;
        let device = Device::flex();
        let backbone = ShippedNetwork::find(name)?.weights(None)?;
        let backbone = BurnNetwork::load(backbone, &device)?;
        let segmentation = read_segmentation_networks(&self.segmentation)?;
        let mut photos = self.folders.read()?;
        let (fashion_mnist, _) = options::split(&self.data.training()?.0);
        fs::create_dir_all(&self.out)
            .with_context(|| format!("cannot create {}", self.out.display()))?;
        let [_, flat] = garment_examples(&mut photos);
        let set = TrainingSet::new(&flat, &segmenters(&segmentation))?;
        // On the class of a borderline photo people would not agree.
        let is_clear = |index: &usize| {
            !photos.flat[flat.garments[*index].example]
                .label
                .is_borderline
        };
        let examples: Vec<CropExample> = (0..flat.garments.len())
            .filter(is_clear)
            .map(|index| CropExample {
                crop: set.crop(index).clone(),
                target: flat.garments[index].outcome.class(),
                fold: flat.folds[flat.garments[index].example],
            })
            .collect();
        let textures = texture_garments(TEXTURES, segmentation.len(), self.seed);
        let textures = TrainingSet::new(&textures, &segmenters(&segmentation))?;
        let textures: Vec<MaskedCrop> = (0..TEXTURES)
            .map(|index| textures.crop(index).clone())
            .collect();
        let data = CropData {
            photos: &examples,
            fashion_mnist: &fashion_mnist,
            textures: &textures,
        };
        let runs = match self.all {
            true => vec![None],
            false => folds.into_iter().map(Some).collect(),
        };
        for held_out in runs {
            let name = fold_run::name(held_out);
            let files = FoldFiles::new(&self.out, held_out);
            if self.resume && files.resumed::<_, ()>(&recipe, self.seed)?.is_some() {
                print_status(&format!("{name} was trained already"))?;
                continue;
            }
            let checkpoints = checkpoints(&self.out, &name, &recipe, self.seed, self.resume)?;
            let training = PhotoTraining {
                recipe: &recipe,
                seed: self.seed,
                checkpoints: Some(&checkpoints),
                device: &device,
            };
            let on_step = progress_printer(name);
            let network = train(training, backbone.clone(), data, held_out, on_step)?;
            files.write(network, recipe.rounding.at_end(), &recipe, self.seed, &())?;
        }
        Ok(())
    }
}

/// Returns the layers of the network that a recipe starts from.
///
/// # Errors
/// Where there is no such network.
pub(super) fn crop_architecture(recipe: &CropRecipe) -> anyhow::Result<Architecture> {
    Ok(recipe.network.parse::<NetworkName>()?.architecture())
}

/// Reads the network for masked crops that did not see a fold.
///
/// # Errors
/// Where a file cannot be read or is no such network.
pub(super) fn read_crop_network(folder: &Path, fold: usize) -> anyhow::Result<CpuModel> {
    let files = FoldFiles::new(folder, Some(fold));
    let (recipe, _) = files.recipe::<CropRecipe>().with_context(|| {
        format!(
            "{} needs the network of fold {fold}: run `thimble-train crops`",
            folder.display()
        )
    })?;
    read_network(&files.network, &crop_architecture(&recipe)?)
}
