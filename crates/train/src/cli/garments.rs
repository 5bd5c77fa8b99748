//! `thimble-train garments`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use burn::tensor::{Bytes, Device};
use clap::Args;
use serde::{Deserialize, Serialize};

use super::cross_validation::split;
use super::fold_run::{self, FoldFiles, progress_printer};
use super::garment_photos::Folders;
use super::options::{self, Data, Setting, Threads};
use super::output::print_status;
use crate::data::FOLDS;
use crate::evaluate::model;
use crate::garment::{
    BoxedGarment, GarmentExamples, GarmentRecipe, Segmenter, View, flat_garments, predict, train,
    worn_garments,
};
use crate::segmentation::{SegmentationRecipe, Sources};
use thimble::labels::CLASSES;
use thimble::network::{Architecture, Burnpack, CpuModel, Levels};
use thimble::prediction::{most_likely, pooled_logits, softmax};

/// The kinds of garments, in the order of the predictions.
const KINDS: [&str; 2] = ["worn", "flat"];
/// Least pixels of a worn garment's mask that is measured.
const MIN_MASK_PIXELS: usize = 1500;

/// Train the network that classifies garments in photos, cross-validated by sender and by photo.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble-train garments --worn DIR --photos DIR                              all folds
  thimble-train garments --worn DIR --photos DIR --fold 0 --set steps=1000

SEGMENTATION must have the networks that `thimble-train segment` wrote for all folds. OUT gets fold-N.bpk, the network
that did not see the photos of fold N, and fold-N.json, its logits for them.")]
pub(super) struct Garments {
    #[command(flatten)]
    folders: Folders,
    /// Folder of the segmentation networks of all folds.
    #[arg(long, value_name = "DIR", default_value = "runs/segmentation")]
    segmentation: PathBuf,
    /// Change a value of the recipe, such as steps=400.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<Setting>,
    /// Change the segmentation networks' levels, as in `segment`.
    #[arg(long = "set-segmentation", value_name = "KEY=VALUE")]
    segmentation_settings: Vec<Setting>,
    /// Run only this fold, from 0; repeat for several.
    #[arg(long = "fold", value_name = "N")]
    folds: Vec<usize>,
    /// Keep the folds in OUT that were trained by the same recipe and seed.
    #[arg(long)]
    resume: bool,
    /// Seed of the run.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder for the logits and networks of the folds.
    #[arg(long, value_name = "DIR", default_value = "runs/garments")]
    out: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    threads: Threads,
}

/// The logits of a garment by a network that did not see it.
#[derive(Serialize, Deserialize)]
struct OutOfFold {
    photo: String,
    target: Option<u8>,
    mask_pixels: usize,
    logits: Vec<[f32; CLASSES]>,
}

impl Garments {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let recipe = options::with_settings(GarmentRecipe::default(), &self.settings)?;
        recipe.stages.check()?;
        let folds = fold_run::folds(&self.folds)?;
        let segmentation =
            options::with_settings(SegmentationRecipe::default(), &self.segmentation_settings)?;
        self.threads.start()?;
        let device = Device::flex();
        let levels = segmentation.levels;
        let networks = (0..FOLDS)
            .map(|fold| read_segmenter(&self.segmentation, fold, &levels))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let segmenters: Vec<Segmenter> = networks
            .iter()
            .map(|model| Segmenter { model, levels })
            .collect();
        let photos = self.folders.read()?;
        let (fashion_mnist, _) = split(&self.data.training()?.0);
        let worn = GarmentExamples {
            garments: worn_garments(&photos.worn, &photos.worn_examples, &photos.labels),
            examples: photos.worn_examples,
            folds: photos.worn_folds,
        };
        let flat = GarmentExamples {
            garments: flat_garments(&photos.flat, &photos.flat_examples),
            examples: photos.flat_examples,
            folds: photos.flat_folds,
        };
        fs::create_dir_all(&self.out)?;
        for fold in folds {
            let files = FoldFiles::new(&self.out, fold);
            if self.resume
                && let Some(predictions) =
                    files.earlier::<_, [Vec<OutOfFold>; 2]>(&recipe, self.seed)
            {
                for (name, predictions) in KINDS.into_iter().zip(&predictions) {
                    print_status(&summary(fold, name, predictions))?;
                }
                continue;
            }
            let scenes = worn.examples.iter().zip(&worn.folds);
            let sources = Sources {
                garments: Vec::new(),
                scenes: scenes
                    .filter(|(_, other)| **other != fold)
                    .map(|(example, _)| example)
                    .collect(),
                fashion_mnist: &fashion_mnist,
            };
            let on_step = progress_printer(format!("fold {fold}"));
            let network = train(
                &recipe,
                self.seed,
                [&worn, &flat],
                &sources,
                &segmenters,
                Some(fold),
                &device,
                on_step,
            )?;
            let model = model(&network, &device)?;
            let mirrored = View {
                mirror: true,
                ..View::default()
            };
            let views = [View::default(), mirrored];
            let mut predictions = Vec::new();
            for (name, set) in KINDS.into_iter().zip([&worn, &flat]) {
                let held_out: Vec<&BoxedGarment> = (set.garments.iter())
                    .filter(|garment| set.folds[garment.example] == fold)
                    .collect();
                let logits = predict(
                    model.as_ref(),
                    &segmenters[fold],
                    &recipe,
                    &set.examples,
                    &held_out,
                    &views,
                )?;
                let out: Vec<OutOfFold> = (held_out.iter().zip(logits))
                    .map(|(garment, logits)| OutOfFold {
                        photo: set.examples[garment.example].name.clone(),
                        target: garment.target,
                        mask_pixels: garment.mask_pixels,
                        logits,
                    })
                    .collect();
                print_status(&summary(fold, name, &out))?;
                predictions.push(out);
            }
            files.write(network, &recipe, self.seed, &predictions)?;
        }
        Ok(())
    }
}

fn read_segmenter(folder: &Path, fold: usize, levels: &Levels) -> anyhow::Result<CpuModel> {
    let path = folder.join(format!("fold-{fold}.bpk"));
    let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let read = || {
        let mut burnpack = Burnpack::read(Bytes::from_bytes_vec(bytes))?;
        let architecture = Architecture::Segmentation(*levels);
        CpuModel::new(
            &architecture,
            thimble::Precision::F32,
            &mut |name, shape| burnpack.take(name, shape),
        )
    };
    read().map_err(|reason: String| anyhow::anyhow!("{}: {reason}", path.display()))
}

/// Describes how many predictions are right, and of those that are most likely to be.
fn summary(fold: usize, name: &str, predictions: &[OutOfFold]) -> String {
    let mut of_ten = Vec::new();
    let mut by_class = [[0_usize; 2]; CLASSES];
    for prediction in predictions {
        let is_large = name != "worn" || prediction.mask_pixels >= MIN_MASK_PIXELS;
        if let (Some(target), true) = (prediction.target, is_large) {
            let pooled = pooled_logits(&prediction.logits);
            let class = most_likely(&pooled);
            let is_right = class == usize::from(target);
            of_ten.push((softmax(&pooled)[class], is_right));
            by_class[usize::from(target)][usize::from(is_right)] += 1;
        }
    }
    of_ten.sort_by(|a, b| b.0.total_cmp(&a.0));
    let right = |share: f64| {
        let count = (share * of_ten.len() as f64) as usize;
        let right = of_ten[..count]
            .iter()
            .filter(|(_, is_right)| *is_right)
            .count();
        100.0 * right as f64 / count.max(1) as f64
    };
    let shares: Vec<f64> = (by_class.iter())
        .filter(|[wrong, right]| wrong + right > 0)
        .map(|[wrong, right]| 100.0 * *right as f64 / (wrong + right) as f64)
        .collect();
    let classes: Vec<String> = by_class
        .iter()
        .map(|[wrong, right]| format!("{right}/{}", wrong + right))
        .collect();
    format!(
        "fold {fold}, {name}: {} of the ten, right {:.1} %, mean over classes {:.1} %, of the surest 80 % {:.1}, of the \
         surest 40 % {:.1}; by class {}",
        of_ten.len(),
        right(1.0),
        shares.iter().sum::<f64>() / shares.len().max(1) as f64,
        right(0.8),
        right(0.4),
        classes.join(" ")
    )
}
