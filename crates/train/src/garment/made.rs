//! Made-up garments, and pictures without one, as the network sees them in training.

use rand::Rng;

use super::boxed::box_of;
use super::subject::{Drawn, Subject};
use super::training_set::Segmenter;
use super::{BoxedGarment, GarmentRecipe, Outcome};
use crate::segmentation::{Example, Sources, UNKNOWN, bounds};
use thimble::network::DeviceError;
use thimble::parts::{PARTS, Part};
use thimble::photo::{PartMap, PartWindow, RotatedBox};

/// Side of the map of true parts in pixels.
const TRUE_PARTS_SIDE: usize = 64;
/// Probability that the parts of an example without a garment take some of it for one.
const MISTAKEN: f64 = 0.5;
/// Colours whose channels differ by less than this, of 255, are taken for one garment.
const ALIKE: f32 = 40.0;

/// Draws a made-up example and its target. Its parts are those that the network finds, or without one the true ones.
///
/// # Errors
/// [`DeviceError`] where the segmentation network returns no result.
pub(super) fn draw_synthetic(
    sources: &Sources<'_>,
    segmenter: Option<&Segmenter<'_>>,
    recipe: &GarmentRecipe,
    generator: &mut impl Rng,
) -> Result<Drawn, DeviceError> {
    let (example, class) = sources.single(generator);
    draw_made(
        &example,
        Outcome::of_class(class),
        segmenter,
        recipe,
        generator,
    )
}

/// Draws a view of a made-up example and its target.
///
/// # Errors
/// [`DeviceError`] where the segmentation network returns no result.
pub(super) fn draw_made(
    example: &Example,
    outcome: Outcome,
    segmenter: Option<&Segmenter<'_>>,
    recipe: &GarmentRecipe,
    generator: &mut impl Rng,
) -> Result<Drawn, DeviceError> {
    let background = Part::Background.index() as u8;
    let inside = |place: &usize| ![UNKNOWN, background].contains(&example.map[*place]);
    let found = bounds(example.map_size, inside);
    let [width, height] = example.image.size();
    // Without a garment the box is anywhere.
    let (bounds, _) = found.unwrap_or_else(|| {
        let mut edge = |length: usize| generator.random_range(0..length / 3);
        let bounds = [
            edge(width),
            edge(height),
            width - edge(width),
            height - edge(height),
        ];
        (bounds, 0)
    });
    let garment = BoxedGarment {
        example: 0,
        rotated_box: box_of(bounds, [1.0, 1.0]),
        outcome,
        mask_pixels: 0,
    };
    let window = PartWindow::around_garment(&garment.rotated_box, example.image.size())
        .unwrap_or_else(|| PartWindow::whole(example.image.size()));
    let mistaken = (found.is_none() && generator.random_bool(MISTAKEN)).then(|| Mistaken {
        example,
        garment: garment.rotated_box,
        colour: (example.image).sample([garment.rotated_box.cx, garment.rotated_box.cy]),
    });
    let parts = match (&mistaken, segmenter) {
        (Some(mistaken), _) => mistaken.parts(window, generator)?,
        (None, Some(segmenter)) => segmenter.parts(example, window)?,
        (None, None) => true_parts(example, window, generator)?,
    };
    let is_garment = |point| match &mistaken {
        Some(mistaken) => mistaken.contains(point),
        None => ![UNKNOWN, background].contains(&example.part(point)),
    };
    let subject = Subject {
        example,
        garment: &garment,
        parts: [&parts; 2],
        mask: |point| f32::from(u8::from(is_garment(point))),
    };
    Ok(subject.draw(recipe, generator))
}

/// Returns the parts of a made-up example, less certain than they are, or for some examples nothing but background.
fn true_parts(
    example: &Example,
    window: PartWindow,
    generator: &mut impl Rng,
) -> Result<PartMap, DeviceError> {
    let certainty = generator.random_range(0.5..1.0_f32);
    let is_found = generator.random_bool(0.7);
    let pixel = |shares: [f32; PARTS]| {
        let rest = (1.0 - certainty) / PARTS as f32;
        let mut pixel = shares.map(|share| if is_found { certainty * share } else { 0.0 } + rest);
        pixel[Part::Background.index()] += 1.0 - pixel.iter().sum::<f32>();
        pixel
    };
    let shares = crate::segmentation::target(example, &window, TRUE_PARTS_SIDE);
    PartMap::from_probabilities(shares.into_iter().map(pixel).collect(), window)
        .ok_or_else(no_parts)
}

/// A part of a picture without clothes that is taken for a garment, as a segmentation network may do: what is coloured like
/// the middle of a box.
struct Mistaken<'a> {
    example: &'a Example,
    garment: RotatedBox,
    /// Red, green and blue, 0 to 255.
    colour: [f32; 3],
}

impl Mistaken<'_> {
    /// Whether a point of the example is taken for the garment.
    fn contains(&self, [x, y]: [f32; 2]) -> bool {
        let colour = self.example.image.sample([x, y]);
        (x - self.garment.cx).abs() < self.garment.width / 2.0
            && (y - self.garment.cy).abs() < self.garment.height / 2.0
            && (colour.iter().zip(self.colour)).all(|(a, b)| (a - b).abs() < ALIKE)
    }

    /// Makes the parts of a window, of a random kind of garment.
    fn parts(&self, window: PartWindow, generator: &mut impl Rng) -> Result<PartMap, DeviceError> {
        let part = Part::GARMENTS[generator.random_range(0..Part::GARMENTS.len())];
        let certainty = generator.random_range(0.4..1.0_f32);
        let pixel = |index: usize| {
            let place = [index % TRUE_PARTS_SIDE, index / TRUE_PARTS_SIDE];
            let point =
                window.to_photo(place.map(|place| (place as f32 + 0.5) / TRUE_PARTS_SIDE as f32));
            let mut shares = [(1.0 - certainty) / PARTS as f32; PARTS];
            let part = if self.contains(point) {
                part
            } else {
                Part::Background
            };
            shares[part.index()] += certainty;
            shares
        };
        let pixels = (0..TRUE_PARTS_SIDE * TRUE_PARTS_SIDE).map(pixel);
        PartMap::from_probabilities(pixels.collect(), window).ok_or_else(no_parts)
    }
}

fn no_parts() -> DeviceError {
    DeviceError("there are no parts".to_owned())
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;
    use thimble::photo::ColourImage;

    #[test]
    fn mistaken_parts_follow_the_colours_in_the_box() {
        // The left half is red, the right half blue.
        let rgb = (0..80 * 80).flat_map(|index| match index % 80 < 40 {
            true => [200, 0, 0],
            false => [0, 0, 200],
        });
        let example = Example {
            name: String::new(),
            image: ColourImage::new([80; 2], rgb.collect()),
            map_size: [80; 2],
            map: vec![Part::Background.index() as u8; 80 * 80],
        };
        let garment = RotatedBox {
            cx: 30.0,
            cy: 40.0,
            width: 40.0,
            height: 40.0,
            angle: 0.0,
        };
        let mut generator = ChaCha8Rng::seed_from_u64(3);
        let mistaken = Mistaken {
            example: &example,
            garment,
            colour: [200.0, 0.0, 0.0],
        };
        let window = PartWindow::whole([80; 2]);
        let parts = mistaken.parts(window, &mut generator).unwrap();
        let background = |point| parts.probabilities(point)[Part::Background.index()];
        assert!(background([30.0, 40.0]) < 0.1);
        assert!(background([45.0, 40.0]) > 0.4, "another colour");
        assert!(background([5.0, 40.0]) > 0.4, "outside of the box");
    }
}
