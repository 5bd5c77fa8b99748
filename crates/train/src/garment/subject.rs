//! Views of a garment, as the network sees them in training.

use rand::Rng;

use super::{BoxedGarment, GarmentRecipe, OUTCOMES};
use crate::segmentation::{Example, change_colours};
use thimble::network::GarmentStages;
use thimble::parts::{PARTS, Part};
use thimble::photo::{GarmentPlace, GarmentView, PartMap, RotatedBox};

/// Side of the input in pixels.
const SIDE: usize = GarmentStages::SIDES[0];
/// The channel of the input that has the mask.
const MASK: usize = GarmentStages::CHANNELS - 1;
/// Probability that the photo of a view ends close to the garment, as that of a cropped photo.
const CROPPED: f64 = 0.3;
/// Margin of a cropped photo around its garment, as a share of the garment's longer side.
pub(super) const CROP_MARGIN: f32 = 0.15;
/// Probability that the mask of a view is empty, as where nothing stands out.
const MASKLESS: f64 = 0.1;

/// An input of one step, with its target probabilities.
pub(super) type Drawn = (Vec<f32>, [f32; OUTCOMES]);

/// A garment of which views are drawn.
pub(super) struct Subject<'a, M> {
    pub(super) example: &'a Example,
    pub(super) garment: &'a BoxedGarment,
    /// The parts on its photo, and on its photo cropped to it.
    pub(super) parts: [&'a PartMap; 2],
    /// Returns the probability that a point of the example shows the garment.
    pub(super) mask: M,
}

impl<M: Fn([f32; 2]) -> f32> Subject<'_, M> {
    /// Draws a random view, some of them on a photo that ends close to the garment.
    pub(super) fn draw(&self, recipe: &GarmentRecipe, generator: &mut impl Rng) -> Drawn {
        let view = draw_view(recipe.jitter, generator);
        let whole = extent(self.example);
        let is_cropped = generator.random_bool(CROPPED);
        let (photo, parts) = match is_cropped {
            true => {
                let margin = || generator.random_range(0.0..2.0 * CROP_MARGIN);
                let photo = cropped(&self.garment.rotated_box, whole, margin);
                (photo, self.parts[1])
            }
            false => (whole, self.parts[0]),
        };
        let mut input = self.render(photo, parts, &view, recipe, |pixels| {
            change_colours(pixels, recipe.jitter as f32, generator);
        });
        if generator.random_bool(MASKLESS) {
            for pixel in input.as_chunks_mut::<{ GarmentStages::CHANNELS }>().0 {
                pixel[MASK] = 0.0;
            }
        }
        if recipe.random_erasing > 0.0 && generator.random_bool(recipe.random_erasing) {
            erase(&mut input, generator);
        }
        (input, self.garment.outcome.target())
    }

    /// Renders what the network sees by this recipe, `[64, 64, 16]`, of a photo with these edges and parts.
    pub(super) fn render(
        &self,
        photo: [f32; 4],
        parts: &PartMap,
        view: &GarmentView,
        recipe: &GarmentRecipe,
        change: impl FnOnce(&mut [f32]),
    ) -> Vec<f32> {
        let place = GarmentPlace {
            garment: self.garment.rotated_box,
            photo,
        };
        let image = &self.example.image;
        let mut input = view.render(&place, parts, image, &self.mask, change);
        if recipe.colour && recipe.parts && recipe.mask {
            return input;
        }
        for pixel in input.as_chunks_mut::<{ GarmentStages::CHANNELS }>().0 {
            if !recipe.colour {
                let luma = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
                pixel[..3].fill(luma);
            }
            if !recipe.parts {
                pixel[3..3 + PARTS].fill(0.0);
            }
            if !recipe.mask {
                pixel[MASK] = 0.0;
            }
        }
        input
    }
}

/// Draws a random view; `jitter` scales the ranges.
fn draw_view(jitter: f64, generator: &mut impl Rng) -> GarmentView {
    let jitter = jitter as f32;
    let mut around = |reach: f32| jitter * generator.random_range(-reach..=reach);
    let plain = GarmentView::default();
    GarmentView {
        margin: (plain.margin + around(0.2)).max(0.0),
        zoom: plain.zoom * around(0.15).exp(),
        shift: [around(0.08), around(0.08)],
        angle: around(0.15) + around(0.15),
        stretch: around(0.15).exp(),
        mirror: generator.random(),
    }
}

/// Returns the edges of a photo in its pixels: left, top, right and bottom.
pub(super) fn extent(example: &Example) -> [f32; 4] {
    [
        0.0,
        0.0,
        example.image.size()[0] as f32,
        example.image.size()[1] as f32,
    ]
}

/// Returns the edges of a photo that is cut off around a garment, at distances that are shares of its longer side.
pub(super) fn cropped(
    garment: &RotatedBox,
    [left, top, right, bottom]: [f32; 4],
    mut margin: impl FnMut() -> f32,
) -> [f32; 4] {
    let RotatedBox {
        cx,
        cy,
        width,
        height,
        ..
    } = *garment;
    let mut margin = || margin() * width.max(height);
    [
        (cx - width / 2.0 - margin()).max(left),
        (cy - height / 2.0 - margin()).max(top),
        (cx + width / 2.0 + margin()).min(right),
        (cy + height / 2.0 + margin()).min(bottom),
    ]
}

/// Covers a rectangle of the colours with grey, of the parts with background and of the mask.
fn erase(input: &mut [f32], generator: &mut impl Rng) {
    let mut side = || generator.random_range(SIDE / 10..SIDE / 2);
    let (width, height) = (side(), side());
    let left = generator.random_range(0..SIDE - width);
    let top = generator.random_range(0..SIDE - height);
    let (pixels, _) = input.as_chunks_mut::<{ GarmentStages::CHANNELS }>();
    for row in pixels.chunks_exact_mut(SIDE).skip(top).take(height) {
        for pixel in &mut row[left..left + width] {
            pixel[..3].fill(0.5);
            pixel[3..3 + PARTS].fill(0.0);
            pixel[3 + Part::Background.index()] = 1.0;
            pixel[MASK] = 0.0;
        }
    }
}
