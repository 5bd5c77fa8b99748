//! `thimble-train garments`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use burn::tensor::{Bytes, Device};
use clap::Args;
use rayon::prelude::*;

use super::fold_run::{self, FoldFiles, progress_printer};
use super::garment_photos::{Folders, Photos};
use super::options::{self, Data, Setting, Threads};
use super::output::print_status;
use crate::data::{Dataset, FOLDS};
use crate::files::write_atomically;
use crate::garment::{
    GarmentExamples, GarmentRecipe, ObservedFold, ObservedPicture, PictureKind, Segmenter,
    TrainingData, TrainingSet, flat_garments, observe, observe_made, observe_photo, observe_worn,
    pretrain, train, worn_garments,
};
use crate::segmentation::{Example, SegmentationRecipe, Sources};
use crate::training::Rounding;
use thimble::garments::PhotoClassifier;
use thimble::labels::CLASSES;
use thimble::network::{Architecture, Burnpack, CpuModel, Levels};
use thimble::photo::Region;
use thimble::photo::file::downscale_file;
use thimble::prediction::{most_likely, pooled_logits, softmax};
use thimble_burn::BurnNetwork;

/// Made-up pictures of each kind that a fold's networks are tried on.
const MADE: usize = 150;

/// Train the network that classifies garments in photos, cross-validated by sender and by photo.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble-train garments --worn DIR --photos DIR                              all folds
  thimble-train garments --worn DIR --photos DIR --fold 0 --set steps=1000

SEGMENTATION must have the networks that `thimble-train segment` wrote, at least those of the folds to run. OUT gets fold-N.bpk, the network
that did not see the photos of fold N, fold-N.json, its recipe, and observed-N.json, what it says of them.")]
pub(super) struct Garments {
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
    /// Keep the networks in OUT that were trained by the same recipe and seed, and only observe what they say.
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
        let segmenters = segmenters(&segmentation);
        let mut photos = self.folders.read()?;
        let (training_images, validation_images) = options::split(&self.data.training()?.0);
        fs::create_dir_all(&self.out)?;
        let files = |held_out| FoldFiles::new(&self.out, held_out);
        let is_trained = |held_out| {
            self.resume
                && files(held_out)
                    .earlier::<_, ()>(&recipe, self.seed)
                    .is_some()
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
            if !is_trained(held_out) {
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
                let network = train(
                    &recipe,
                    self.seed,
                    data,
                    held_out,
                    pretrained,
                    &device,
                    progress_printer(name.clone()),
                )?;
                files(held_out).write(
                    network,
                    recipe.rounding.at_end(),
                    &recipe,
                    self.seed,
                    &(),
                )?;
            }
            let Some(fold) = held_out else { continue };
            let started = Instant::now();
            let architecture = Architecture::Garment(recipe.stages);
            let own = SegmentationNetwork::read(&self.segmentation, fold)?;
            let classifier = PhotoClassifier {
                levels: own.levels,
                segmentation: Box::new(own.model),
                garments: Box::new(read_network(&files(held_out).network, &architecture)?),
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
            let on_step = progress_printer("pretrained".to_owned());
            let network = pretrain(recipe, self.seed, &sources, device, on_step)?;
            files.write(network, None, &key, self.seed, &())?;
        }
        let bytes = fs::read(&files.network)
            .with_context(|| format!("cannot read {}", files.network.display()))?;
        let bytes = Bytes::from_bytes_vec(bytes);
        let network = BurnNetwork::from_burnpack("pretrained", &architecture, bytes, device)?;
        Ok(Some(network))
    }
}

/// Reads the segmentation networks of the folds that there are, at least one.
pub(super) fn read_segmentation_networks(
    folder: &Path,
) -> anyhow::Result<Vec<SegmentationNetwork>> {
    let trained = (0..FOLDS).filter(|fold| FoldFiles::new(folder, Some(*fold)).network.is_file());
    let networks = trained
        .map(|fold| SegmentationNetwork::read(folder, fold))
        .collect::<anyhow::Result<Vec<_>>>()?;
    anyhow::ensure!(
        !networks.is_empty(),
        "{} has no segmentation network: run `thimble-train segment`",
        folder.display()
    );
    Ok(networks)
}

/// Borrows networks as segmenters.
pub(super) fn segmenters(networks: &[SegmentationNetwork]) -> Vec<Segmenter<'_>> {
    networks
        .iter()
        .map(|network| Segmenter {
            model: &network.model,
            levels: network.levels,
            fold: network.fold,
        })
        .collect()
}

/// The segmentation network that did not see a fold.
pub(super) struct SegmentationNetwork {
    pub(super) fold: usize,
    model: CpuModel,
    levels: Levels,
}

impl SegmentationNetwork {
    fn read(folder: &Path, fold: usize) -> anyhow::Result<Self> {
        let files = FoldFiles::new(folder, Some(fold));
        let (recipe, _) = files.recipe::<SegmentationRecipe>()?;
        let levels = recipe.levels;
        Ok(Self {
            fold,
            model: read_network(&files.network, &Architecture::Segmentation(levels))?,
            levels,
        })
    }
}

/// Loads a network on the CPU kernels.
fn read_network(path: &Path, architecture: &Architecture) -> anyhow::Result<CpuModel> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let read = || {
        let mut burnpack = Burnpack::read(Bytes::from_bytes_vec(bytes))?;
        CpuModel::new(architecture, thimble::Precision::F32, &mut |name, shape| {
            burnpack.take(name, shape)
        })
    };
    read().map_err(|reason: String| anyhow::anyhow!("{}: {reason}", path.display()))
}

/// Finds the garments of the photos of worn clothes and of those of single garments.
pub(super) fn garment_examples(photos: &mut Photos) -> [GarmentExamples; 2] {
    let labels = &photos.worn_folder.labels;
    let worn = worn_garments(&photos.worn, &photos.worn_examples, labels);
    let flat = flat_garments(&photos.flat, &photos.flat_examples);
    [
        GarmentExamples {
            examples: std::mem::take(&mut photos.worn_examples),
            folds: std::mem::take(&mut photos.worn_folds),
            garments: worn,
        },
        GarmentExamples {
            examples: std::mem::take(&mut photos.flat_examples),
            folds: std::mem::take(&mut photos.flat_folds),
            garments: flat,
        },
    ]
}

/// Observes what the networks that did not see a fold say of its photos, and of made-up pictures.
fn observe_fold(
    classifier: &PhotoClassifier<CpuModel>,
    photos: &Photos,
    [worn, flat]: [&GarmentExamples; 2],
    fashion_mnist: &Dataset,
    fold: usize,
) -> anyhow::Result<ObservedFold> {
    let unseen = |set: &GarmentExamples| -> Vec<usize> {
        (0..set.examples.len())
            .filter(|&index| set.folds[index] == fold)
            .collect()
    };
    let flat_pictures = unseen(flat).into_par_iter().map(|index| {
        let label = &photos.flat[index].label;
        if label.is_borderline {
            return Ok(None);
        }
        let photo = downscale_file(&photos.flat_folder.file(label))?;
        let kind = PictureKind::Flat;
        anyhow::Ok(Some(observe(
            classifier,
            kind,
            &label.sender,
            label.target,
            &photo,
            Region::Auto,
        )?))
    });
    let flat_pictures: Vec<Option<ObservedPicture>> = flat_pictures.collect::<Result<_, _>>()?;
    let mut pictures: Vec<ObservedPicture> = flat_pictures.into_iter().flatten().collect();
    let boxed = worn.garments.par_iter().map(|garment| {
        if worn.folds[garment.example] != fold {
            return Ok(Vec::new());
        }
        let photo = &photos.worn[garment.example];
        let pixels = photos.worn_folder.pixels(&photo.name)?;
        let example = &worn.examples[garment.example];
        anyhow::Ok(observe_worn(classifier, photo, &pixels, example, garment)?)
    });
    let boxed: Vec<Vec<ObservedPicture>> = boxed.collect::<Result<_, _>>()?;
    pictures.extend(boxed.into_iter().flatten());
    let whole = unseen(worn)
        .into_par_iter()
        .map(|index| observe_photo(classifier, &photos.worn[index], &photos.worn_folder.labels));
    let whole = whole.collect::<Result<_, _>>()?;
    let scenes: Vec<&Example> = unseen(worn)
        .iter()
        .map(|&index| &worn.examples[index])
        .collect();
    let sources = Sources {
        garments: Vec::new(),
        scenes: scenes.clone(),
        fashion_mnist,
    };
    let seed = 1000 + fold as u64;
    pictures.extend(observe_made(classifier, &sources, &scenes, MADE, seed)?);
    Ok(ObservedFold {
        fold,
        pictures,
        photos: whole,
    })
}

/// Describes how many predictions are right, of each kind of picture.
fn summary(observed: &ObservedFold) -> String {
    let kinds = [
        PictureKind::Flat,
        PictureKind::WornCrop,
        PictureKind::WornBox,
        PictureKind::Composite,
    ];
    let mut lines: Vec<String> = kinds
        .into_iter()
        .map(|kind| {
            let of_kind = observed
                .pictures
                .iter()
                .filter(|picture| picture.kind == kind);
            format!("{kind:?}: {}", kind_summary(of_kind))
        })
        .collect();
    let photos = &observed.photos;
    let targets: usize = photos.iter().map(|photo| photo.targets.len()).sum();
    let garments = || photos.iter().flat_map(|photo| &photo.garments);
    let found = garments().filter(|(_, matched)| matched.is_some()).count();
    lines.push(format!(
        "whole photos: found {found} of {targets}, {:.1} %, false garments a photo {:.2}",
        100.0 * found as f64 / targets.max(1) as f64,
        (garments().count() - found) as f64 / photos.len().max(1) as f64
    ));
    for kind in [PictureKind::Scene, PictureKind::Texture, PictureKind::Drawn] {
        let of_kind = || {
            observed
                .pictures
                .iter()
                .filter(|picture| picture.kind == kind)
        };
        let found = of_kind()
            .filter(|picture| picture.observation.is_some())
            .count();
        lines.push(format!(
            "{kind:?}: something found in {found} of {}",
            of_kind().count()
        ));
    }
    lines.join("\n")
}

fn kind_summary<'a>(pictures: impl Iterator<Item = &'a ObservedPicture>) -> String {
    let mut of_ten = Vec::new();
    let mut missed = 0;
    let mut by_class = [[0_usize; 2]; CLASSES];
    for picture in pictures {
        let Some(target) = picture.target else {
            continue;
        };
        let found = picture.observation.as_ref().map(|observation| {
            let pooled = pooled_logits(&observation.views);
            let class = most_likely(&pooled);
            (softmax(&pooled)[class], class == usize::from(target))
        });
        missed += usize::from(found.is_none());
        let found = found.unwrap_or((0.0, false));
        by_class[usize::from(target)][usize::from(found.1)] += 1;
        of_ten.push(found);
    }
    of_ten.sort_by(|a, b| b.0.total_cmp(&a.0));
    let right = |share: f64| {
        let count = (share * of_ten.len() as f64) as usize;
        let right = of_ten[..count].iter().filter(|(_, is_right)| *is_right);
        100.0 * right.count() as f64 / count.max(1) as f64
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
        "{} of the ten, nothing found in {missed}, right {:.1} %, mean over classes {:.1} %, of the surest 80 % {:.1}, of \
         the surest 40 % {:.1}; by class {}",
        of_ten.len(),
        right(1.0),
        shares.iter().sum::<f64>() / shares.len().max(1) as f64,
        right(0.8),
        right(0.4),
        classes.join(" ")
    )
}
