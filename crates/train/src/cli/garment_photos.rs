//! The photos of `segment` and `garments`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use rayon::prelude::*;

use super::output::print_status;
use crate::data::{FlatPhoto, Folds, PhotoFolder, PhotoLabel, WornFolder, WornPhoto};
use crate::garment::{GarmentExamples, flat_garments, worn_garments};
use crate::segmentation::{Example, garment_example, worn_examples};
use thimble::photo::file::downscale_file;

/// The folders of photos.
#[derive(Args)]
pub(super) struct Folders {
    /// Folder of photos of worn clothes with masks: photos/*.jpg, masks/*.png and labels.csv.
    #[arg(long, value_name = "DIR")]
    worn: PathBuf,
    /// Folder of photos of single garments: images/*.jpg and labels.csv.
    #[arg(long, value_name = "DIR")]
    photos: PathBuf,
}

/// The photos.
pub(super) struct Photos {
    pub(super) worn_folder: WornFolder,
    pub(super) flat_folder: PhotoFolder,
    pub(super) worn: Vec<WornPhoto>,
    /// An example for each of `worn`.
    pub(super) worn_examples: Vec<Example>,
    /// The fold of each of `worn`.
    pub(super) worn_folds: Vec<usize>,
    pub(super) flat: Vec<FlatPhoto>,
    /// An example for each of `flat`.
    pub(super) flat_examples: Vec<Example>,
    /// The fold of each of `flat`.
    pub(super) flat_folds: Vec<usize>,
}

impl Folders {
    /// Reads all photos. Photos without a fold are left out.
    pub(super) fn read(&self) -> anyhow::Result<Photos> {
        let started = Instant::now();
        let folder = WornFolder::read(&self.worn)?;
        let folds = Folds::committed_worn()?;
        let photos = folder.photos()?;
        let (worn, worn_folds): (Vec<_>, Vec<_>) = (photos.into_iter())
            .filter_map(|photo| Some((folds.of(&photo.name)?, photo)))
            .map(|(fold, photo)| (photo, fold))
            .unzip();
        let worn_examples = worn_examples(&worn, &folder.labels);
        let flat_folder = PhotoFolder::read(&self.photos)?;
        let (flat, flat_examples, flat_folds) = read_flat(&flat_folder)?;
        print_status(&format!(
            "{} photos of worn clothes and {} of single garments, read in {:.1} s",
            worn.len(),
            flat.len(),
            started.elapsed().as_secs_f64()
        ))?;
        Ok(Photos {
            worn_folder: folder,
            flat_folder,
            worn_folds,
            worn,
            worn_examples,
            flat,
            flat_examples,
            flat_folds,
        })
    }
}

/// Reads and segments the photos of single garments. Those without a fold, and images in Fashion-MNIST's format, are left
/// out.
fn read_flat(folder: &PhotoFolder) -> anyhow::Result<(Vec<FlatPhoto>, Vec<Example>, Vec<usize>)> {
    let folds = Folds::committed()?;
    let read = |label: &PhotoLabel| -> anyhow::Result<Option<(FlatPhoto, Example, usize)>> {
        let Some(fold) = folds.of(&label.image) else {
            return Ok(None);
        };
        let photo = downscale_file(&folder.file(label))?;
        let Some(flat) = FlatPhoto::new(label, &photo)? else {
            return Ok(None);
        };
        let example = garment_example(&photo, &flat);
        Ok(Some((flat, example, fold)))
    };
    let read: Vec<Option<_>> =
        (folder.photos.par_iter().map(read)).collect::<anyhow::Result<_>>()?;
    let (mut flat, mut examples, mut of) = (Vec::new(), Vec::new(), Vec::new());
    for (photo, example, fold) in read.into_iter().flatten() {
        flat.push(photo);
        examples.push(example);
        of.push(fold);
    }
    Ok((flat, examples, of))
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
