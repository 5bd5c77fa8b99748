//! Made-up examples: garments on other backgrounds, and backgrounds alone.

use rand::Rng;

use super::texture::texture;
use super::{Example, UNKNOWN, bounds};
use crate::data::Dataset;
use thimble::parts::Part;
use thimble::photo::{CROP_SIDE, ColourImage, MaskedCrop};

/// Side of a made-up example in pixels.
pub(super) const SIDE: usize = 192;
/// Least foreground probability of a pasted pixel.
const MIN_FOREGROUND: f32 = 0.5;

/// What examples are made of.
#[derive(Clone, Debug)]
pub struct Sources<'a> {
    /// Photos of single garments, to cut out.
    pub garments: Vec<&'a Example>,
    /// Photos whose background is used where none of it shows a garment or a person.
    pub scenes: Vec<&'a Example>,
    /// Fashion-MNIST's training images.
    pub fashion_mnist: &'a Dataset,
}

impl Sources<'_> {
    /// Draws an example: in one of four a background without a garment, else with one or two garments.
    pub fn example(&self, generator: &mut impl Rng) -> Example {
        let mut example = self.background(generator);
        if generator.random_bool(0.25) {
            return example;
        }
        let count = if generator.random_bool(0.3) { 2 } else { 1 };
        for place in 0..count {
            let spread = 0.12 + 0.2 * place as f32;
            let mut around = || generator.random_range(-spread..=spread);
            let centre = [0.5 + around(), 0.5 + around()];
            if generator.random_bool(0.5) && !self.garments.is_empty() {
                let garment = self.garments[generator.random_range(0..self.garments.len())];
                paste_photo(&mut example, garment, centre, generator);
            } else {
                let index = generator.random_range(0..self.fashion_mnist.len());
                let class = usize::from(self.fashion_mnist.labels[index]);
                if let Some(part) = Part::of_class(class) {
                    let image = self.fashion_mnist.image(index);
                    paste_image(&mut example, image, part, centre, generator);
                }
            }
        }
        example
    }

    /// Draws an example of one image of Fashion-MNIST, and its class, or in one of two a background and `None`.
    pub fn single(&self, generator: &mut impl Rng) -> (Example, Option<u8>) {
        if generator.random_bool(0.5) {
            return (self.background(generator), None);
        }
        let (example, class) = self.composite(generator);
        (example, Some(class))
    }

    /// Cuts the garment out of an example and pastes it on another background.
    pub fn pasted(&self, garment: &Example, generator: &mut impl Rng) -> Example {
        let mut example = self.background(generator);
        paste_photo(&mut example, garment, [0.5; 2], generator);
        example
    }

    /// Draws an example of one image of Fashion-MNIST, and its class.
    pub fn composite(&self, generator: &mut impl Rng) -> (Example, u8) {
        let mut example = self.background(generator);
        let index = generator.random_range(0..self.fashion_mnist.len());
        let class = self.fashion_mnist.labels[index];
        if let Some(part) = Part::of_class(usize::from(class)) {
            let image = self.fashion_mnist.image(index);
            paste_image(&mut example, image, part, [0.5; 2], generator);
        }
        (example, class)
    }

    /// Draws a texture, or a piece of a photo without garments and people.
    fn background(&self, generator: &mut impl Rng) -> Example {
        if generator.random_bool(0.6) && !self.scenes.is_empty() {
            for _ in 0..8 {
                let photo = self.scenes[generator.random_range(0..self.scenes.len())];
                if let Some(scene) = scene(photo, generator) {
                    return scene;
                }
            }
        }
        texture(generator)
    }
}

pub(super) fn background_example(rgb: Vec<u8>) -> Example {
    Example {
        name: String::new(),
        image: ColourImage::new([SIDE; 2], rgb),
        map_size: [SIDE; 2],
        map: vec![Part::Background.index() as u8; SIDE * SIDE],
    }
}

/// Tries a random square of a photo; `None` where it shows anything but background.
pub fn scene(photo: &Example, generator: &mut impl Rng) -> Option<Example> {
    let [width, height] = photo.image.size().map(|side| side as f32);
    let side = width.min(height) * generator.random_range(0.25..0.8);
    let left = generator.random_range(0.0..=width - side);
    let top = generator.random_range(0.0..=height - side);
    let point = |index: usize, count: usize| {
        let place = |place: usize| (place as f32 + 0.5) / count as f32 * side;
        [left + place(index % count), top + place(index / count)]
    };
    const PROBES: usize = 24;
    let is_background = |index| photo.part(point(index, PROBES)) == Part::Background.index() as u8;
    if !(0..PROBES * PROBES).all(is_background) {
        return None;
    }
    let rgb = (0..SIDE * SIDE)
        .flat_map(|index| photo.image.sample(point(index, SIDE)))
        .map(|value| value.round() as u8);
    Some(background_example(rgb.collect()))
}

/// Where and how a garment is pasted.
struct Placement {
    centre: [f32; 2],
    sin_cos: [f32; 2],
    /// Pixels of the garment's own image in a pixel of the example.
    scale: f32,
    mirror: bool,
}

impl Placement {
    /// Draws a placement of a garment whose own image is `longer` pixels long.
    fn draw(centre: [f32; 2], longer: f32, generator: &mut impl Rng) -> Self {
        let share = generator.random_range(0.3..0.95_f32);
        let angle: f32 = generator.random_range(-0.35..0.35);
        let (sine, cosine) = angle.sin_cos();
        Self {
            centre,
            sin_cos: [sine, cosine],
            scale: longer / (share * SIDE as f32),
            mirror: generator.random(),
        }
    }

    /// Returns the offset from the garment's centre, in pixels of its own image.
    fn offset(&self, index: usize) -> [f32; 2] {
        let x = (index % SIDE) as f32 + 0.5 - self.centre[0] * SIDE as f32;
        let y = (index / SIDE) as f32 + 0.5 - self.centre[1] * SIDE as f32;
        let [sine, cosine] = self.sin_cos;
        let across = (cosine * x + sine * y) * self.scale;
        [
            if self.mirror { -across } else { across },
            (cosine * y - sine * x) * self.scale,
        ]
    }
}

/// Pastes the garment of a photo.
fn paste_photo(
    example: &mut Example,
    garment: &Example,
    centre: [f32; 2],
    generator: &mut impl Rng,
) {
    let is_garment = |part: u8| part != UNKNOWN && part != Part::Background.index() as u8;
    let inside = |place: &usize| is_garment(garment.map[*place]);
    let Some((bounds, _)) = bounds(garment.map_size, inside) else {
        return;
    };
    let scale = garment.image.size()[0] as f32 / garment.map_size[0] as f32;
    let [left, top, right, bottom] = bounds.map(|place| place as f32 * scale);
    let placement = Placement::draw(centre, (right - left).max(bottom - top), generator);
    for index in 0..SIDE * SIDE {
        let [x, y] = placement.offset(index);
        let point = [x + (left + right) / 2.0, y + (top + bottom) / 2.0];
        let part = garment.part(point);
        if is_garment(part) {
            let colour = garment.image.sample(point).map(|value| value.round() as u8);
            example.image.rgb_mut()[3 * index..3 * index + 3].copy_from_slice(&colour);
            example.map[index] = part;
        }
    }
}

/// Pastes an image of Fashion-MNIST in a random colour.
fn paste_image(
    example: &mut Example,
    image: &[u8],
    part: Part,
    centre: [f32; 2],
    generator: &mut impl Rng,
) {
    let MaskedCrop {
        grey, foreground, ..
    } = MaskedCrop::from_fashion_mnist(image);
    let placement = Placement::draw(centre, CROP_SIDE as f32, generator);
    let colour: [f32; 3] = core::array::from_fn(|_| generator.random_range(0.0..1.0));
    // Dark on light or light on dark, and shades of the colour or of grey.
    let is_inverted = generator.random_bool(0.4);
    let share = if generator.random_bool(0.3) {
        0.0
    } else {
        generator.random_range(0.3..1.0_f32)
    };
    for index in 0..SIDE * SIDE {
        let middle = CROP_SIDE as f32 / 2.0;
        let [x, y] = placement.offset(index).map(|offset| offset + middle);
        let inside = 0.0..CROP_SIDE as f32;
        if !inside.contains(&x) || !inside.contains(&y) {
            continue;
        }
        let alpha = foreground.sample(x, y);
        if alpha < 0.05 {
            continue;
        }
        let luma = grey.sample(x, y);
        let luma = if is_inverted { 255.0 - luma } else { luma };
        for (value, tint) in example.image.rgb_mut()[3 * index..].iter_mut().zip(colour) {
            let tinted = luma * (1.0 - share) + luma * 1.4 * tint * share;
            *value = (alpha * tinted.min(255.0) + (1.0 - alpha) * f32::from(*value)).round() as u8;
        }
        if alpha >= MIN_FOREGROUND {
            example.map[index] = part.index() as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;
    use thimble::network::INPUT_SIDE;

    #[test]
    fn a_composite_shows_all_of_an_image() {
        // A block in the middle of the image must be in the middle of the composite.
        let is_block = |index: usize| {
            (9..19).contains(&(index % INPUT_SIDE)) && (9..19).contains(&(index / INPUT_SIDE))
        };
        let fashion_mnist = Dataset {
            pixels: (0..INPUT_SIDE * INPUT_SIDE)
                .map(|index| if is_block(index) { 200 } else { 0 })
                .collect(),
            labels: vec![8],
        };
        let sources = Sources {
            garments: Vec::new(),
            scenes: Vec::new(),
            fashion_mnist: &fashion_mnist,
        };
        for seed in 0..10 {
            let (example, _) = sources.composite(&mut ChaCha8Rng::seed_from_u64(seed));
            let bag = Part::Bag.index() as u8;
            let pixels = (0..SIDE * SIDE).filter(|&index| example.map[index] == bag);
            let (mut sums, mut count) = ([0.0; 2], 0.0);
            for index in pixels {
                sums[0] += (index % SIDE) as f32 + 0.5;
                sums[1] += (index / SIDE) as f32 + 0.5;
                count += 1.0;
            }
            for sum in sums {
                let place = sum / count / SIDE as f32;
                assert!((place - 0.5).abs() < 0.02, "seed {seed}: {place}");
            }
        }
    }

    #[test]
    fn examples_show_garments_and_nothing() {
        let fashion_mnist = Dataset {
            pixels: vec![200; INPUT_SIDE * INPUT_SIDE],
            labels: vec![8],
        };
        let sources = Sources {
            garments: Vec::new(),
            scenes: Vec::new(),
            fashion_mnist: &fashion_mnist,
        };
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        let examples: Vec<Example> = (0..40).map(|_| sources.example(&mut generator)).collect();
        let with_bag = examples
            .iter()
            .filter(|example| example.map.contains(&(Part::Bag.index() as u8)))
            .count();
        assert!((20..39).contains(&with_bag), "{with_bag}");
        assert!(
            examples
                .iter()
                .all(|example| example.image.rgb().len() == 3 * example.map.len())
        );
    }
}
