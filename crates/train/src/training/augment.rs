//! Augmentation of training images.

use rand::Rng;
use serde::{Deserialize, Serialize};

use thimble::network::{INPUT_SIDE, INPUT_VALUES};

/// Random changes to training images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Mirrors left to right with probability one half.
    pub flip: bool,
    /// Shifts by up to this many pixels each way, 0 to 27, and fills with black.
    pub shift: usize,
    /// Random erasing (Zhong et al., 2017): the probability, 0 to 1, that a grey rectangle covers 2 to 40 % of the
    /// image, its sides' ratio from 0.3 to 1 / 0.3.
    #[serde(default, alias = "erase")]
    pub random_erasing: f64,
}

/// The share of the image that is erased.
const ERASED: std::ops::Range<f64> = 0.02..0.4;
/// The least ratio of an erased rectangle's sides; the greatest is its inverse.
const RATIO: f64 = 0.3;
/// The grey of erased rectangles, from the paper on random erasing: 0.4914 in images of mean 0.1307 and deviation
/// 0.3081.
const ERASED_VALUE: f32 = 0.1307 + 0.4914 * 0.3081;

/// Appends `image`, augmented as `generator` draws it, to `out`, as values 0 to 1.
pub(crate) fn augment(
    augmentation: &Augmentation,
    image: &[u8],
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
    let value = |index: usize| f32::from(image[index]) / 255.0;
    append_shifted(value, flip, [dx, dy], out);
    if augmentation.random_erasing > 0.0 && generator.random_bool(augmentation.random_erasing) {
        erase_rectangle(&mut out[start..], generator);
    }
}

/// How far a teacher's view is shifted, in pixels each way.
const VIEW_SHIFT: i32 = 1;

/// Appends a view of `image`, 784 values, to `out`: mirrored or not and shifted by up to a pixel, as `generator`
/// draws it.
pub(super) fn shifted_view(image: &[f32], generator: &mut impl Rng, out: &mut Vec<f32>) {
    let flip = generator.random();
    let by = [(); 2].map(|()| generator.random_range(-VIEW_SHIFT..=VIEW_SHIFT));
    append_shifted(|index| image[index], flip, by, out);
}

/// Appends the image with these values, mirrored or not and then shifted by `dx` to the right and `dy` down, black
/// where it leaves the frame.
fn append_shifted(
    value: impl Fn(usize) -> f32,
    flip: bool,
    [dx, dy]: [i32; 2],
    out: &mut Vec<f32>,
) {
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

/// Erases a random rectangle of an image, 784 values.
pub(crate) fn erase_rectangle(image: &mut [f32], generator: &mut impl Rng) {
    // Few draws do not fit into the image; after a hundred the image stays as it is.
    for _ in 0..100 {
        let area = generator.random_range(ERASED) * INPUT_VALUES as f64;
        let ratio = generator.random_range(RATIO..1.0 / RATIO);
        let height = (area * ratio).sqrt().round() as usize;
        let width = (area / ratio).sqrt().round() as usize;
        if height < INPUT_SIDE && width < INPUT_SIDE {
            let top = generator.random_range(0..=INPUT_SIDE - height);
            let left = generator.random_range(0..=INPUT_SIDE - width);
            for row in image.chunks_exact_mut(INPUT_SIDE).skip(top).take(height) {
                row[left..left + width].fill(ERASED_VALUE);
            }
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::random::image_generator;

    fn augmented(augmentation: Augmentation) -> Vec<Vec<f32>> {
        let mut image = [0; INPUT_VALUES];
        image[10 * INPUT_SIDE + 3] = 255;
        (0..40)
            .map(|index| {
                let mut out = Vec::new();
                augment(
                    &augmentation,
                    &image,
                    &mut image_generator(5, 0, index),
                    &mut out,
                );
                out
            })
            .collect()
    }

    #[test]
    fn default_augmentation_only_scales_values() {
        for image in augmented(Augmentation::default()) {
            assert_eq!(
                image.iter().position(|&v| v == 1.0),
                Some(10 * INPUT_SIDE + 3)
            );
            assert_eq!(image.iter().sum::<f32>(), 1.0);
        }
    }

    #[test]
    fn flips_and_shifts_reach_all_positions_and_no_others() {
        let positions: std::collections::BTreeSet<usize> = augmented(Augmentation {
            flip: true,
            shift: 1,
            ..Augmentation::default()
        })
        .iter()
        .filter_map(|image| image.iter().position(|&v| v == 1.0))
        .collect();
        let near = |x: usize, position: &usize| {
            (position % INPUT_SIDE).abs_diff(x) <= 1 && (position / INPUT_SIDE).abs_diff(10) <= 1
        };
        assert!(
            positions
                .iter()
                .all(|position| near(3, position) || near(24, position)),
            "{positions:?}"
        );
        assert!(positions.len() > 9, "{positions:?}");
    }

    #[test]
    fn views_shift_by_up_to_a_pixel_and_mirror() {
        let mut image = [0.0; INPUT_VALUES];
        image[10 * INPUT_SIDE + 3] = 1.0;
        let positions: std::collections::BTreeSet<usize> = (0..200)
            .filter_map(|index| {
                let mut view = Vec::new();
                shifted_view(&image, &mut image_generator(1, 0, index), &mut view);
                view.iter().position(|&value| value == 1.0)
            })
            .collect();
        let expected = [9, 10, 11].map(|y| [2, 3, 4, 23, 24, 25].map(|x| y * INPUT_SIDE + x));
        assert!(positions.into_iter().eq(expected.into_iter().flatten()));
    }

    #[test]
    fn random_erasing_has_its_probability_and_area() {
        let erased_pixels = |image: &Vec<f32>| image.iter().filter(|&&v| v == ERASED_VALUE).count();
        let counts: Vec<usize> = augmented(Augmentation {
            random_erasing: 0.5,
            ..Augmentation::default()
        })
        .iter()
        .map(erased_pixels)
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
