//! How well a network segments photos of worn clothes.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Example, TargetGarment, UNKNOWN};
use crate::data::{WornLabel, WornPhoto};
use thimble::network::{DeviceError, Levels, Model};
use thimble::parts::{PARTS, Part};
use thimble::photo::{PartMap, PartWindow, find_garments, most_likely_parts};

/// The quality of a segmentation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartScores {
    /// Number of photos.
    pub photos: usize,
    /// Intersection over union of clothes with everything else, over all pixels.
    pub clothes_iou: f64,
    /// Intersection over union of each part, over all pixels.
    pub part_iou: [f64; PARTS],
    /// Garments that should be found, by part.
    pub targets: [usize; PARTS],
    /// Garments that are found, by part.
    pub found: [usize; PARTS],
    /// Garments that are reported.
    pub reported: usize,
}

impl PartScores {
    /// Returns the share of the garments that are found, 0 to 1.
    pub fn found_share(&self) -> f64 {
        self.found.iter().sum::<usize>() as f64 / self.targets.iter().sum::<usize>().max(1) as f64
    }

    /// Returns the number of reported garments a photo that match none.
    pub fn false_garments(&self) -> f64 {
        (self.reported - self.found.iter().sum::<usize>()) as f64 / self.photos.max(1) as f64
    }
}

/// Evaluates a network on photos and the examples made of them.
///
/// # Errors
/// [`DeviceError`] where the device returns no result.
pub fn evaluate(
    model: &(dyn Model + Sync),
    levels: &Levels,
    photos: &[(&WornPhoto, &Example)],
    labels: &[WornLabel],
) -> Result<PartScores, DeviceError> {
    let counted: Vec<Counts> = photos
        .par_iter()
        .map(|(photo, example)| count(model, levels, photo, example, labels))
        .collect::<Result<_, _>>()?;
    let mut sum = Counts::default();
    for counts in &counted {
        for part in 0..PARTS {
            sum.intersection[part] += counts.intersection[part];
            sum.union[part] += counts.union[part];
            sum.targets[part] += counts.targets[part];
            sum.found[part] += counts.found[part];
        }
        sum.clothes[0] += counts.clothes[0];
        sum.clothes[1] += counts.clothes[1];
        sum.reported += counts.reported;
    }
    let ratio = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    Ok(PartScores {
        photos: photos.len(),
        clothes_iou: ratio(sum.clothes[0], sum.clothes[1]),
        part_iou: core::array::from_fn(|part| ratio(sum.intersection[part], sum.union[part])),
        targets: sum.targets,
        found: sum.found,
        reported: sum.reported,
    })
}

#[derive(Default)]
struct Counts {
    intersection: [usize; PARTS],
    union: [usize; PARTS],
    /// Intersection and union.
    clothes: [usize; 2],
    targets: [usize; PARTS],
    found: [usize; PARTS],
    reported: usize,
}

fn count(
    model: &(dyn Model + Sync),
    levels: &Levels,
    photo: &WornPhoto,
    example: &Example,
    labels: &[WornLabel],
) -> Result<Counts, DeviceError> {
    let window = PartWindow::whole(example.image.size());
    let input = window.render(levels.side, &example.image);
    let logits = model.run(&input).wait()?;
    let map = PartMap::from_logits(&logits, window)
        .ok_or_else(|| DeviceError("it returned too few logits".to_owned()))?;
    let parts = most_likely_parts(&map, example.image.size());
    let grid = parts.len().isqrt();
    let mut counts = Counts::default();
    let scale = [
        example.image.size()[0] as f32 / grid as f32,
        example.image.size()[1] as f32 / grid as f32,
    ];
    let point = |index: usize| {
        [
            ((index % grid) as f32 + 0.5) * scale[0],
            ((index / grid) as f32 + 0.5) * scale[1],
        ]
    };
    let is_garment = |part: usize| Part::GARMENTS.iter().any(|garment| garment.index() == part);
    for (index, found) in parts.iter().enumerate() {
        let found = found.index();
        let expected = example.part(point(index));
        if expected == UNKNOWN {
            continue;
        }
        let expected = usize::from(expected);
        counts.union[expected] += 1;
        if found == expected {
            counts.intersection[found] += 1;
        } else {
            counts.union[found] += 1;
        }
        let clothes = [found, expected].map(is_garment);
        counts.clothes[0] += usize::from(clothes == [true, true]);
        counts.clothes[1] += usize::from(clothes != [false, false]);
    }
    // The label of each pixel of the grid, for single garments.
    let label_at = |index: usize| {
        let [x, y] = [index % grid, index / grid];
        let column = (2 * x + 1) * photo.size[0] / (2 * grid);
        let row = (2 * y + 1) * photo.size[1] / (2 * grid);
        photo.mask[row * photo.size[0] + column]
    };
    let labelled: Vec<u8> = (0..grid * grid).map(label_at).collect();
    let mut reported = find_garments(&map, example.image.size());
    counts.reported = reported.len();
    for target in TargetGarment::all(&labelled, labels) {
        counts.targets[target.part.index()] += 1;
        let matched = reported.iter().position(|garment| {
            let inside = garment.mask.values.iter().map(|share| *share > 0.5);
            target.is_found_by(garment.part, &inside.collect::<Vec<_>>())
        });
        if let Some(matched) = matched {
            counts.found[target.part.index()] += 1;
            reported.swap_remove(matched);
        }
    }
    Ok(counts)
}
