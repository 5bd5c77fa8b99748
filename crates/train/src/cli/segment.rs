//! `thimble-train segment`.

use std::fs;
use std::path::PathBuf;

use burn::tensor::Device;
use clap::Args;

use super::fold_run::{self, FoldFiles, checkpoints, progress_printer};
use super::garment_photos::Folders;
use super::options::{self, Data, Setting, Threads};
use super::output::print_status;
use crate::evaluate::model;
use crate::segmentation::{Example, PartScores, SegmentationRecipe, Sources, evaluate, train};
use crate::training::PhotoTraining;
use thimble::parts::Part;

/// Train the segmentation network on photos of worn clothes, cross-validated by photo.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble-train segment --worn DIR --photos DIR                              all folds
  thimble-train segment --worn DIR --photos DIR --fold 0 --set steps=1000

OUT gets fold-N.bpk and fold-N.json, the network that did not see the photos of fold N and its scores on them. While a network
is trained, NAME.checkpoint has its state of every 500 steps, from which --resume goes on.")]
pub(super) struct Segment {
    #[command(flatten)]
    folders: Folders,
    /// Change a value of the recipe, such as steps=400.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<Setting>,
    /// Run only this fold, from 0; repeat for several.
    #[arg(long = "fold", value_name = "N")]
    folds: Vec<usize>,
    /// Train on the photos of all folds instead, for shipping: OUT gets all.bpk.
    #[arg(long, conflicts_with = "folds")]
    all: bool,
    /// Keep the folds in OUT that were trained by the same recipe and seed; go on with the one that was interrupted.
    #[arg(long)]
    resume: bool,
    /// Seed of the run.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder for the scores and networks of the folds.
    #[arg(long, value_name = "DIR", default_value = "runs/segmentation")]
    out: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    threads: Threads,
}

impl Segment {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let recipe = options::with_settings(SegmentationRecipe::default(), &self.settings)?;
        recipe.levels.check()?;
        let folds = fold_run::folds(&self.folds)?;
        self.threads.start()?;
        let device = Device::flex();
        let photos = self.folders.read()?;
        let (fashion_mnist, _) = options::split(&self.data.training()?.0);
        fs::create_dir_all(&self.out)?;
        let mut runs: Vec<Option<usize>> = folds.into_iter().map(Some).collect();
        if self.all {
            runs = vec![None];
        }
        for held_out in runs {
            let name = fold_run::name(held_out);
            let files = FoldFiles::new(&self.out, held_out);
            if self.resume
                && let Some(scores) = files.resumed(&recipe, self.seed)?
            {
                print_status(&text(&name, &scores))?;
                continue;
            }
            let outside = |examples, folds| -> Vec<&Example> {
                let pairs = std::iter::zip::<&Vec<Example>, &Vec<usize>>(examples, folds);
                pairs
                    .filter(|(example, other)| Some(**other) != held_out && example.is_labelled())
                    .map(|(example, _)| example)
                    .collect()
            };
            let training = match recipe.worn {
                0 => Vec::new(),
                _ => outside(&photos.worn_examples, &photos.worn_folds),
            };
            let sources = Sources {
                garments: outside(&photos.flat_examples, &photos.flat_folds),
                scenes: training.clone(),
                fashion_mnist: &fashion_mnist,
            };
            let on_step = progress_printer(name.clone());
            let checkpoints = checkpoints(&self.out, &name, &recipe, self.seed, self.resume)?;
            let run = PhotoTraining {
                recipe: &recipe,
                seed: self.seed,
                checkpoints: Some(&checkpoints),
                device: &device,
            };
            let network = train(run, &training, &sources, on_step)?;
            let pairs = photos.worn.iter().zip(&photos.worn_examples);
            let unseen: Vec<_> = (pairs.zip(&photos.worn_folds))
                .filter(|(_, other)| Some(**other) == held_out)
                .map(|(pair, _)| pair)
                .collect();
            let model = model(&network, &device)?;
            let scores = evaluate(
                model.as_ref(),
                &recipe.levels,
                &unseen,
                &photos.worn_folder.labels,
            )?;
            print_status(&text(&name, &scores))?;
            files.write(
                network,
                recipe.rounding.at_end(),
                &recipe,
                self.seed,
                &scores,
            )?;
        }
        Ok(())
    }
}

fn text(name: &str, scores: &PartScores) -> String {
    let parts: Vec<String> = Part::ALL
        .iter()
        .map(|part| {
            let index = part.index();
            format!(
                "{part:?} {:.2} ({}/{})",
                scores.part_iou[index], scores.found[index], scores.targets[index]
            )
        })
        .collect();
    format!(
        "{name}: clothes IoU {:.3}, found {:.1} %, false garments a photo {:.2}; IoU by part: {}",
        scores.clothes_iou,
        100.0 * scores.found_share(),
        scores.false_garments(),
        parts.join(", ")
    )
}
