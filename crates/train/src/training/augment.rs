//! Changes to training pictures.

use rand::Rng;
use serde::{Deserialize, Serialize};

use thimble::network::{INPUT_SIDE, INPUT_VALUES};

/// Changes made to a training picture, drawn anew each epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Augmentation {
    /// Mirrored left to right with probability one half.
    pub flip: bool,
    /// Moved by up to this many pixels each way, black coming in.
    pub shift: usize,
    /// Probability that a rectangle is painted over (random erasing, Zhong et al., 2017): 2 to 40 %
    /// of the picture, its sides' ratio from 0.3 to 1 / 0.3, in one grey.
    #[serde(default, alias = "erase")]
    pub random_erasing: f64,
}

/// The least and the greatest share of the picture that is painted over.
const ERASED: std::ops::Range<f64> = 0.02..0.4;
/// The least ratio of a painted rectangle's sides; the greatest is its inverse.
const RATIO: f64 = 0.3;
/// The grey that it is painted in: the paper's own, where it is 0.4914 of pictures with mean 0.1307
/// and deviation 0.3081.
const PAINT: f32 = 0.1307 + 0.4914 * 0.3081;

/// Writes `picture`, changed as `generator` draws it, into `out` as values 0 to 1.
pub(crate) fn augment(
    augmentation: &Augmentation,
    picture: &[u8],
    generator: &mut impl Rng,
    out: &mut Vec<f32>,
) {
    let flip = augmentation.flip && generator.random::<bool>();
    let (dx, dy) = match augmentation.shift as i32 {
        0 => (0, 0),
        reach => (
            generator.random_range(-reach..=reach),
            generator.random_range(-reach..=reach),
        ),
    };
    let start = out.len();
    let value = |index: usize| f32::from(picture[index]) / 255.0;
    moved(value, flip, [dx, dy], out);
    if augmentation.random_erasing > 0.0 && generator.random_bool(augmentation.random_erasing) {
        erase(&mut out[start..], generator);
    }
}

/// How far a look at a picture moves it, pixels each way.
const REACH: i32 = 1;

/// Writes what a teacher sees of `picture`, 28x28 values, at a look that `generator` draws.
pub(super) fn shifted_view(picture: &[f32], generator: &mut impl Rng, out: &mut Vec<f32>) {
    let flip = generator.random();
    let by = [(); 2].map(|()| generator.random_range(-REACH..=REACH));
    moved(|index| picture[index], flip, by, out);
}

/// Appends the picture with these values, mirrored or not and then moved by `dx` to the right and
/// `dy` down, black coming in.
fn moved(value: impl Fn(usize) -> f32, flip: bool, [dx, dy]: [i32; 2], out: &mut Vec<f32>) {
    out.extend((0..INPUT_VALUES).map(|index| {
        let x = (index % INPUT_SIDE) as i32 - dx;
        let y = (index / INPUT_SIDE) as i32 - dy;
        let inside = 0..INPUT_SIDE as i32;
        if !inside.contains(&x) || !inside.contains(&y) {
            return 0.0;
        }
        let x = if flip {
            INPUT_SIDE - 1 - x as usize
        } else {
            x as usize
        };
        value(y as usize * INPUT_SIDE + x)
    }));
}

/// Paints a random rectangle over.
pub(crate) fn erase(picture: &mut [f32], generator: &mut impl Rng) {
    // Few draws do not fit into the picture; after a hundred the picture stays as it is.
    for _ in 0..100 {
        let area = generator.random_range(ERASED) * INPUT_VALUES as f64;
        let ratio = generator.random_range(RATIO..1.0 / RATIO);
        let height = (area * ratio).sqrt().round() as usize;
        let width = (area / ratio).sqrt().round() as usize;
        if height < INPUT_SIDE && width < INPUT_SIDE {
            let top = generator.random_range(0..=INPUT_SIDE - height);
            let left = generator.random_range(0..=INPUT_SIDE - width);
            for row in picture.chunks_exact_mut(INPUT_SIDE).skip(top).take(height) {
                row[left..left + width].fill(PAINT);
            }
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::order::picture_generator;

    fn drawn(augmentation: Augmentation) -> Vec<Vec<f32>> {
        let mut picture = [0; INPUT_VALUES];
        picture[10 * INPUT_SIDE + 3] = 255;
        (0..40)
            .map(|index| {
                let mut out = Vec::new();
                augment(
                    &augmentation,
                    &picture,
                    &mut picture_generator(5, 0, index),
                    &mut out,
                );
                out
            })
            .collect()
    }

    #[test]
    fn without_changes_values_are_only_scaled() {
        for picture in drawn(Augmentation::default()) {
            assert_eq!(
                picture.iter().position(|&v| v == 1.0),
                Some(10 * INPUT_SIDE + 3)
            );
            assert_eq!(picture.iter().sum::<f32>(), 1.0);
        }
    }

    #[test]
    fn flips_and_shifts_reach_every_place_and_no_other() {
        let places: std::collections::BTreeSet<usize> = drawn(Augmentation {
            flip: true,
            shift: 1,
            ..Augmentation::default()
        })
        .iter()
        .filter_map(|picture| picture.iter().position(|&v| v == 1.0))
        .collect();
        let near = |x: usize, place: &usize| {
            (place % INPUT_SIDE).abs_diff(x) <= 1 && (place / INPUT_SIDE).abs_diff(10) <= 1
        };
        assert!(
            places.iter().all(|place| near(3, place) || near(24, place)),
            "{places:?}"
        );
        assert!(places.len() > 9, "{places:?}");
    }

    #[test]
    fn looks_reach_a_pixel_each_way_and_its_mirror_s() {
        let mut picture = [0.0; INPUT_VALUES];
        picture[10 * INPUT_SIDE + 3] = 1.0;
        let places: std::collections::BTreeSet<usize> = (0..200)
            .filter_map(|index| {
                let mut seen = Vec::new();
                shifted_view(&picture, &mut picture_generator(1, 0, index), &mut seen);
                seen.iter().position(|&value| value == 1.0)
            })
            .collect();
        let expected = [9, 10, 11].map(|y| [2, 3, 4, 23, 24, 25].map(|x| y * INPUT_SIDE + x));
        assert!(places.into_iter().eq(expected.into_iter().flatten()));
    }

    #[test]
    fn erasing_paints_rectangles_of_the_share_asked_for() {
        let painted = |picture: &Vec<f32>| picture.iter().filter(|&&v| v == PAINT).count();
        let counts: Vec<usize> = drawn(Augmentation {
            random_erasing: 0.5,
            ..Augmentation::default()
        })
        .iter()
        .map(painted)
        .collect();
        let erased: Vec<usize> = counts.iter().copied().filter(|&count| count > 0).collect();
        assert!((10..30).contains(&erased.len()), "{} of 40", erased.len());
        // Sides are rounded to pixels.
        assert!(
            erased.iter().all(|count| (9..=345).contains(count)),
            "{erased:?}"
        );
    }
}
