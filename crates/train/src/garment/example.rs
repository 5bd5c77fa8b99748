//! What the network sees of garments in training.

use std::sync::Arc;

use rand::Rng;
use rayon::prelude::*;

use super::boxed::box_of;
use super::{BoxedGarment, GarmentExamples, GarmentRecipe, OUTCOMES, Outcome};
use crate::segmentation::{Example, Sources, UNKNOWN, bounds, change_colours};
use thimble::garments::segment_boxed;
use thimble::network::{DeviceError, GarmentStages, Levels, Model};
use thimble::parts::{PARTS, Part};
use thimble::photo::{GarmentPlace, GarmentView, PartMap, PartWindow, RotatedBox, Segmentation};

/// Side of the input in pixels.
const SIDE: usize = GarmentStages::SIDES[0];
/// Side of the map of true parts in pixels.
const TRUE_PARTS_SIDE: usize = 64;
/// Probability that the photo of a view ends close to the garment, as that of a cropped photo.
const CROPPED: f64 = 0.3;
/// Probability that the parts of an example without a garment take some of it for one.
const MISTAKEN: f64 = 0.5;
/// Probability that the mask of a view is empty, as where nothing stands out.
const MASKLESS: f64 = 0.1;
/// The channel of the input that has the mask.
const MASK: usize = GarmentStages::CHANNELS - 1;
/// Colours whose channels differ by less than this, of 255, are taken for one garment.
const ALIKE: f32 = 40.0;
/// Margin of a cropped photo around its garment, as a share of the garment's longer side.
const CROP_MARGIN: f32 = 0.15;

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

/// The network that finds the parts.
pub struct Segmenter<'a> {
    /// The network.
    pub model: &'a (dyn Model + Send + Sync),
    /// Its levels.
    pub levels: Levels,
    /// The fold whose photos it did not see.
    pub fold: usize,
}

impl Segmenter<'_> {
    /// Finds the parts in a window of an example.
    ///
    /// # Errors
    /// [`DeviceError`] where the network returns no result.
    fn parts(&self, example: &Example, window: PartWindow) -> Result<PartMap, DeviceError> {
        self.parts_within(example, window, extent(example))
    }

    /// Finds the parts in a window of an example that ends at `[left, top, right, bottom]`.
    ///
    /// # Errors
    /// [`DeviceError`] where the network returns no result.
    fn parts_within(
        &self,
        example: &Example,
        window: PartWindow,
        photo: [f32; 4],
    ) -> Result<PartMap, DeviceError> {
        let input = window.render_within(self.levels.side, &example.image, photo);
        let logits = self.model.run(&input).wait()?;
        PartMap::from_logits(&logits, window)
            .ok_or_else(|| DeviceError("it returned too few logits".to_owned()))
    }
}

/// Garments with the parts around them, of which views are drawn.
pub struct TrainingSet<'a> {
    /// The garments.
    pub set: &'a GarmentExamples,
    /// The parts at each garment.
    parts: Vec<GarmentParts>,
}

/// What the segmentations say of a garment.
struct GarmentParts {
    /// The parts on its photo.
    around: Arc<PartMap>,
    /// The parts on its photo cropped to it, for garments that someone wears.
    cropped: Option<PartMap>,
    /// The mask that follows from its colours and the parts, in pixels of the example.
    mask: Segmentation,
}

/// A garment of which views are drawn.
struct Subject<'a, M> {
    example: &'a Example,
    garment: &'a BoxedGarment,
    /// The parts on its photo, and on its photo cropped to it.
    parts: [&'a PartMap; 2],
    /// Returns the probability that a point of the example shows the garment.
    mask: M,
}

impl<'a> TrainingSet<'a> {
    /// Finds the parts at garments by the segmentation network of their photo's fold, which did not see it, and their
    /// masks; where there is no network of this fold, by another.
    ///
    /// # Errors
    /// [`DeviceError`] where a network returns no result.
    pub fn new(
        set: &'a GarmentExamples,
        segmenters: &[Segmenter<'_>],
    ) -> Result<Self, DeviceError> {
        let GarmentExamples {
            examples,
            folds,
            garments,
        } = set;
        let segmenter = |index: usize| {
            let of_fold = segmenters
                .iter()
                .find(|segmenter| segmenter.fold == folds[index]);
            of_fold.unwrap_or(&segmenters[folds[index] % segmenters.len()])
        };
        let indexed = examples.par_iter().enumerate();
        let whole: Vec<Arc<PartMap>> = indexed
            .map(|(index, example)| {
                let window = PartWindow::whole(example.image.size());
                Ok(Arc::new(segmenter(index).parts(example, window)?))
            })
            .collect::<Result<_, DeviceError>>()?;
        let parts = garments.par_iter().map(|garment| {
            let index = garment.example;
            let example = &examples[index];
            let rotated_box = &garment.rotated_box;
            let around = match PartWindow::around_garment(rotated_box, example.image.size()) {
                Some(window) => Arc::new(segmenter(index).parts(example, window)?),
                None => whole[index].clone(),
            };
            let cropped = match garment.mask_pixels {
                0 => None,
                _ => {
                    let photo = cropped(rotated_box, extent(example), || CROP_MARGIN);
                    let window = window_of(photo);
                    Some(segmenter(index).parts_within(example, window, photo)?)
                }
            };
            let mask = segment_boxed(&example.image, *rotated_box, &around);
            Ok(GarmentParts {
                around,
                cropped,
                mask,
            })
        });
        let parts = parts.collect::<Result<_, DeviceError>>()?;
        Ok(Self { set, parts })
    }

    /// Renders what the network sees of a garment, `[64, 64, 16]`.
    pub fn input(&self, index: usize, view: &GarmentView, recipe: &GarmentRecipe) -> Vec<f32> {
        let subject = self.subject(index);
        let photo = extent(subject.example);
        subject.render(photo, subject.parts[0], view, recipe, |_| {})
    }

    fn subject(&self, index: usize) -> Subject<'_, impl Fn([f32; 2]) -> f32> {
        let garment = &self.set.garments[index];
        let GarmentParts {
            around,
            cropped,
            mask,
        } = &self.parts[index];
        Subject {
            example: &self.set.examples[garment.example],
            garment,
            parts: [around.as_ref(), cropped.as_ref().unwrap_or(around)],
            mask: |point| mask.foreground_at(point),
        }
    }

    /// Draws a random view of a garment, for a share of them cut out and pasted on another background.
    ///
    /// # Errors
    /// [`DeviceError`] where there are no parts.
    pub(super) fn draw(
        &self,
        index: usize,
        sources: &Sources<'_>,
        recipe: &GarmentRecipe,
        generator: &mut impl Rng,
    ) -> Result<Drawn, DeviceError> {
        let subject = self.subject(index);
        let Subject {
            example, garment, ..
        } = subject;
        // Without a mask of its own there is nothing but the garment to cut out.
        let is_single = garment.mask_pixels == 0 && example.is_labelled();
        if is_single && generator.random_bool(recipe.pasted) {
            let pasted = sources.pasted(example, generator);
            return draw_made(&pasted, garment.outcome, None, recipe, generator);
        }
        Ok(subject.draw(recipe, generator))
    }
}

/// Returns the edges of a photo in its pixels: left, top, right and bottom.
fn extent(example: &Example) -> [f32; 4] {
    [
        0.0,
        0.0,
        example.image.size()[0] as f32,
        example.image.size()[1] as f32,
    ]
}

/// An input of one step, with its target probabilities.
pub(super) type Drawn = (Vec<f32>, [f32; OUTCOMES]);

impl<M: Fn([f32; 2]) -> f32> Subject<'_, M> {
    /// Draws a random view, some of them on a photo that ends close to the garment.
    fn draw(&self, recipe: &GarmentRecipe, generator: &mut impl Rng) -> Drawn {
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
    fn render(
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

/// Returns the edges of a photo that is cut off around a garment, at distances that are shares of its longer side.
fn cropped(
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

/// Returns the window of a photo with these edges.
fn window_of([left, top, right, bottom]: [f32; 4]) -> PartWindow {
    let centre = [(left + right) / 2.0, (top + bottom) / 2.0];
    PartWindow::upright(centre, [right - left, bottom - top])
}

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
fn draw_made(
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
