//! The labelled garments of photos, and the boxes around them.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use rayon::prelude::*;

use super::Outcome;
use crate::data::{FlatPhoto, WornLabel, WornPhoto};
use crate::segmentation::{Example, bounds, texture};
use thimble::photo::RotatedBox;

/// Least size of a worn garment's mask for training, as a share of the photo.
const MIN_TRAINING_SHARE: f64 = 0.002;

/// A garment in a photo.
#[derive(Clone, Debug)]
pub struct BoxedGarment {
    /// Index of the photo's example.
    pub example: usize,
    /// The box around the garment, in pixels of the example.
    pub rotated_box: RotatedBox,
    /// What it is.
    pub outcome: Outcome,
    /// Pixels of its mask in the photo's own size; 0 where there is none.
    pub mask_pixels: usize,
}

/// Garments and the photos that they are in.
pub struct GarmentExamples {
    /// The photos.
    pub examples: Vec<Example>,
    /// The fold of each photo.
    pub folds: Vec<usize>,
    /// The garments.
    pub garments: Vec<BoxedGarment>,
}

impl GarmentExamples {
    /// Iterates over the photos that are not in fold `held_out`.
    pub fn outside(&self, held_out: Option<usize>) -> impl Iterator<Item = &Example> {
        let examples = self.examples.iter().zip(&self.folds);
        examples
            .filter(move |(_, fold)| Some(**fold) != held_out)
            .map(|(example, _)| example)
    }
}

/// Finds the garments of photos of worn clothes, which are large enough to learn from.
pub fn worn_garments(
    photos: &[WornPhoto],
    examples: &[Example],
    labels: &[WornLabel],
) -> Vec<BoxedGarment> {
    let mut garments = Vec::new();
    for (index, (photo, example)) in photos.iter().zip(examples).enumerate() {
        let [width, height] = photo.size;
        for (value, label) in labels.iter().enumerate() {
            if label.target.is_none() && !label.is_none_of_ten {
                continue;
            }
            let inside = |place: &usize| usize::from(photo.mask[*place]) == value;
            let Some((bounds, count)) = bounds([width, height], inside) else {
                continue;
            };
            if (count as f64) < MIN_TRAINING_SHARE * (width * height) as f64 {
                continue;
            }
            let scale = example.pixel_of([width, height]);
            garments.push(BoxedGarment {
                example: index,
                rotated_box: box_of(bounds, scale),
                outcome: Outcome::of_label(label.target, &label.name),
                mask_pixels: count,
            });
        }
    }
    garments
}

/// Finds the garments of photos of single garments, by their masks by colour; the whole photo where there is none.
pub fn flat_garments(photos: &[FlatPhoto], examples: &[Example]) -> Vec<BoxedGarment> {
    let garment = |(index, (photo, example)): (usize, (&FlatPhoto, &Example))| {
        let foreground = &photo.segmentation.foreground;
        let size = [foreground.width, foreground.height];
        let inside = |place: &usize| foreground.values[*place] >= 0.5;
        let (bounds, _) = bounds(size, inside).unwrap_or(([0, 0, size[0], size[1]], 0));
        let scale = example.pixel_of(size);
        BoxedGarment {
            example: index,
            rotated_box: box_of(bounds, scale),
            outcome: Outcome::of_label(photo.label.target, &photo.label.source_label),
            mask_pixels: 0,
        }
    };
    photos
        .iter()
        .zip(examples)
        .enumerate()
        .map(garment)
        .collect()
}

/// Draws textures, each as a photo whose garment, none of the ten, fills it. Photo n is in fold n modulo `folds`.
pub fn texture_garments(count: usize, folds: usize, seed: u64) -> GarmentExamples {
    let example = |index| {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(index as u64);
        texture(&mut generator)
    };
    let examples: Vec<Example> = (0..count).into_par_iter().map(example).collect();
    let garment = |(index, example): (usize, &Example)| {
        let [width, height] = example.image.size();
        BoxedGarment {
            example: index,
            rotated_box: box_of([0, 0, width, height], [1.0; 2]),
            outcome: Outcome::NONE,
            mask_pixels: 0,
        }
    };
    GarmentExamples {
        folds: (0..count).map(|index| index % folds).collect(),
        garments: examples.iter().enumerate().map(garment).collect(),
        examples,
    }
}

/// Returns the box of bounds `[left, top, right, bottom]`, scaled by `[horizontal, vertical]`.
pub(super) fn box_of(
    [left, top, right, bottom]: [usize; 4],
    [across, down]: [f32; 2],
) -> RotatedBox {
    RotatedBox {
        cx: (left + right) as f32 / 2.0 * across,
        cy: (top + bottom) as f32 / 2.0 * down,
        width: (right - left) as f32 * across,
        height: (bottom - top) as f32 * down,
        angle: 0.0,
    }
}
