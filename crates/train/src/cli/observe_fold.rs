//! What the networks for photos say of pictures that they did not see.

use rayon::prelude::*;

use super::garment_photos::Photos;
use crate::data::Dataset;
use crate::garment::{
    GarmentExamples, ObservedFold, ObservedPicture, PictureKind, observe, observe_made,
    observe_photo, observe_worn,
};
use crate::segmentation::{Example, Sources};
use thimble::garments::PhotoClassifier;
use thimble::labels::CLASSES;
use thimble::network::CpuModel;
use thimble::photo::Region;
use thimble::photo::file::downscale_file;
use thimble::prediction::{most_likely, pooled_logits, softmax};

/// Made-up pictures of each kind that a fold's networks are tried on.
const MADE: usize = 150;

/// Observes what the networks that did not see a fold say of its photos, and of made-up pictures.
pub(super) fn observe_fold(
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
pub(super) fn summary(observed: &ObservedFold) -> String {
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
            let pooled = pooled_logits(observation);
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
