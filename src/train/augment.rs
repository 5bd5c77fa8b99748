//! Changes to training pictures.

use rand::Rng;

use super::Augmentation;
use crate::network::{PIXELS, SIDE};

/// Writes `picture`, changed as `generator` draws it, into `out` as values 0 to 1.
pub(super) fn augment(
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
    out.extend((0..PIXELS).map(|index| {
        let x = (index % SIDE) as i32 - dx;
        let y = (index / SIDE) as i32 - dy;
        let inside = 0..SIDE as i32;
        if !inside.contains(&x) || !inside.contains(&y) {
            return 0.0;
        }
        let x = if flip {
            SIDE - 1 - x as usize
        } else {
            x as usize
        };
        f32::from(picture[y as usize * SIDE + x]) / 255.0
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::order::picture_generator;

    fn drawn(augmentation: Augmentation) -> Vec<Vec<f32>> {
        let mut picture = [0; PIXELS];
        picture[10 * SIDE + 3] = 255;
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
            assert_eq!(picture.iter().position(|&v| v == 1.0), Some(10 * SIDE + 3));
            assert_eq!(picture.iter().sum::<f32>(), 1.0);
        }
    }

    #[test]
    fn flips_and_shifts_reach_every_place_and_no_other() {
        let places: std::collections::BTreeSet<usize> = drawn(Augmentation {
            flip: true,
            shift: 1,
        })
        .iter()
        .filter_map(|picture| picture.iter().position(|&v| v == 1.0))
        .collect();
        let near = |x: usize, place: &usize| {
            (place % SIDE).abs_diff(x) <= 1 && (place / SIDE).abs_diff(10) <= 1
        };
        assert!(
            places.iter().all(|place| near(3, place) || near(24, place)),
            "{places:?}"
        );
        assert!(places.len() > 9, "{places:?}");
    }
}
