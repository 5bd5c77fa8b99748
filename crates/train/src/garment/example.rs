//! Garments in photos, and what the network sees of them.

use rand::Rng;

use super::GarmentRecipe;
use crate::data::{WornLabel, WornPhoto};
use crate::finetune::CroppedPhoto;
use crate::segmentation::{Example, Sources, UNKNOWN, change_colours};
use thimble::labels::CLASSES;
use thimble::network::{DeviceError, GarmentStages, Levels, Model};
use thimble::parts::{PARTS, Part};
use thimble::photo::PartWindow;
use thimble::prediction::softmax;

/// Side of the input in pixels.
const SIDE: usize = GarmentStages::SIDES[0];
/// Least size of a worn garment's mask for training, as a share of the photo.
const MIN_TRAINING_SHARE: f64 = 0.002;

/// A garment in a photo.
#[derive(Clone, Debug)]
pub struct BoxedGarment {
    /// Index of the photo's example.
    pub example: usize,
    /// The garment's bounds `[left, top, right, bottom]`, in pixels of the example.
    pub bounds: [f32; 4],
    /// Its class, 0 to 9; `None` for none of the ten.
    pub target: Option<u8>,
    /// Pixels of its mask in the photo's own size; 0 where there is none.
    pub mask_pixels: usize,
}

/// How a garment is looked at.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Margin around the garment's bounds that belongs to its box, as a share of their longer side.
    pub margin: f32,
    /// Side of the window, as a multiple of the box's longer side.
    pub zoom: f32,
    /// Shift of the window, as a share of its side.
    pub shift: [f32; 2],
    /// Rotation in radians, clockwise.
    pub angle: f32,
    /// Horizontal stretch.
    pub stretch: f32,
    /// Whether left and right are swapped.
    pub mirror: bool,
}

impl Default for View {
    fn default() -> Self {
        Self {
            margin: 0.15,
            zoom: 1.1,
            shift: [0.0; 2],
            angle: 0.0,
            stretch: 1.0,
            mirror: false,
        }
    }
}

impl View {
    /// Draws a view; `jitter` scales the ranges.
    pub fn draw(jitter: f64, generator: &mut impl Rng) -> Self {
        let jitter = jitter as f32;
        let mut around = |reach: f32| jitter * generator.random_range(-reach..=reach);
        let plain = Self::default();
        Self {
            margin: (plain.margin + around(0.15)).max(0.0),
            zoom: plain.zoom * around(0.15).exp(),
            shift: [around(0.08), around(0.08)],
            angle: around(0.15) + around(0.15),
            stretch: around(0.15).exp(),
            mirror: generator.random(),
        }
    }

    /// Returns the window around bounds, and the box within it: its edges left, top, right and bottom, where the
    /// window's run from 0 to 1.
    fn window(&self, [left, top, right, bottom]: [f32; 4]) -> (PartWindow, [f32; 4]) {
        let margin = self.margin * (right - left).max(bottom - top);
        let (width, height) = (right - left + margin, bottom - top + margin);
        let side = self.zoom * width.max(height);
        let window = PartWindow {
            centre: [
                (left + right) / 2.0 + self.shift[0] * side,
                (top + bottom) / 2.0 + self.shift[1] * side,
            ],
            size: [side / self.stretch, side * self.stretch],
            sin_cos: [self.angle.sin(), self.angle.cos()],
            mirror: self.mirror,
        };
        let middle = window.from_photo([(left + right) / 2.0, (top + bottom) / 2.0]);
        let half = [width / window.size[0] / 2.0, height / window.size[1] / 2.0];
        let edges = [
            middle[0] - half[0],
            middle[1] - half[1],
            middle[0] + half[0],
            middle[1] + half[1],
        ];
        (window, edges)
    }
}

/// The network that finds the parts.
pub struct Segmenter<'a> {
    /// The network.
    pub model: &'a (dyn Model + Send + Sync),
    /// Its levels.
    pub levels: Levels,
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

/// Renders what the network sees of a garment, `[64, 64, 16]`.
///
/// # Errors
/// [`DeviceError`] where the segmentation network returns no result.
pub fn render(
    example: &Example,
    bounds: [f32; 4],
    view: &View,
    segmenter: &Segmenter<'_>,
    recipe: &GarmentRecipe,
    change: impl FnOnce(&mut [f32]),
) -> Result<Vec<f32>, DeviceError> {
    let (window, [left, top, right, bottom]) = view.window(bounds);
    let fine = segmenter.levels.side;
    let mut pixels = window.render(fine, |point| example.colour(point));
    change(&mut pixels);
    let logits = segmenter.model.run(&pixels).wait()?;
    let (logits, _) = logits.as_chunks::<PARTS>();
    let (pixels, _) = pixels.as_chunks::<3>();
    let coarse = segmenter.levels.output_side();
    let factor = fine / coarse;
    let mut input = Vec::with_capacity(SIDE * SIDE * GarmentStages::CHANNELS);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let (row, column) = (y * coarse / SIDE, x * coarse / SIDE);
            let mut colour = [0.0; 3];
            for pixel in 0..factor * factor {
                let place =
                    (row * factor + pixel / factor) * fine + column * factor + pixel % factor;
                for (sum, value) in colour.iter_mut().zip(pixels[place]) {
                    *sum += value / (factor * factor) as f32;
                }
            }
            if !recipe.colour {
                colour = [0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]; 3];
            }
            input.extend(colour);
            let parts = softmax(&logits[row * coarse + column]);
            input.extend(parts.map(|share| if recipe.parts { share } else { 0.0 }));
            let [u, v] = [x, y].map(|place| (place as f32 + 0.5) / SIDE as f32);
            let is_inside = (left..right).contains(&u) && (top..bottom).contains(&v);
            let [photo_x, photo_y] = window.to_photo([u, v]);
            let is_on_photo = (0.0..example.size[0] as f32).contains(&photo_x)
                && (0.0..example.size[1] as f32).contains(&photo_y);
            input.extend([is_inside, is_on_photo, false].map(|flag| f32::from(u8::from(flag))));
        }
    }
    Ok(input)
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
            let scale = [
                example.size[0] as f32 / width as f32,
                example.size[1] as f32 / height as f32,
            ];
            garments.push(BoxedGarment {
                example: index,
                bounds: scaled(bounds, scale),
                target: label.target,
                mask_pixels: count,
            });
        }
    }
    garments
}

/// Finds the garments of photos of single garments, by their masks by colour; the whole photo where there is none.
pub fn flat_garments(photos: &[CroppedPhoto], examples: &[Example]) -> Vec<BoxedGarment> {
    let garment = |(index, (photo, example)): (usize, (&CroppedPhoto, &Example))| {
        let foreground = &photo.segmentation.foreground;
        let size = [foreground.width, foreground.height];
        let inside = |place: &usize| foreground.values[*place] >= 0.5;
        let (bounds, _) = bounds(size, inside).unwrap_or(([0, 0, size[0], size[1]], 0));
        let scale = [
            example.size[0] as f32 / size[0] as f32,
            example.size[1] as f32 / size[1] as f32,
        ];
        BoxedGarment {
            example: index,
            bounds: scaled(bounds, scale),
            target: photo.label.target,
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

fn scaled(bounds: [usize; 4], [across, down]: [f32; 2]) -> [f32; 4] {
    let [left, top, right, bottom] = bounds.map(|place| place as f32);
    [left * across, top * down, right * across, bottom * down]
}

/// Returns the bounds and the number of the pixels that are `inside`; `None` where there are none.
fn bounds(
    [width, height]: [usize; 2],
    inside: impl Fn(&usize) -> bool,
) -> Option<([usize; 4], usize)> {
    let mut bounds = [width, height, 0, 0];
    let mut count = 0;
    for place in (0..width * height).filter(inside) {
        let (x, y) = (place % width, place / width);
        bounds = [
            bounds[0].min(x),
            bounds[1].min(y),
            bounds[2].max(x + 1),
            bounds[3].max(y + 1),
        ];
        count += 1;
    }
    (count > 0).then_some((bounds, count))
}

/// An input of one step, with its target probabilities.
pub(super) type Drawn = (Vec<f32>, [f32; CLASSES]);

/// Draws a random view of a garment.
///
/// # Errors
/// [`DeviceError`] where the segmentation network returns no result.
pub(super) fn draw(
    example: &Example,
    garment: &BoxedGarment,
    segmenter: &Segmenter<'_>,
    recipe: &GarmentRecipe,
    generator: &mut impl Rng,
) -> Result<Drawn, DeviceError> {
    let view = View::draw(recipe.jitter, generator);
    let mut input = render(
        example,
        garment.bounds,
        &view,
        segmenter,
        recipe,
        |pixels| {
            change_colours(pixels, recipe.jitter as f32, generator);
        },
    )?;
    if recipe.random_erasing > 0.0 && generator.random_bool(recipe.random_erasing) {
        erase(&mut input, generator);
    }
    Ok((input, target(garment.target)))
}

/// Draws a made-up example and its target.
///
/// # Errors
/// [`DeviceError`] where the segmentation network returns no result.
pub(super) fn draw_synthetic(
    sources: &Sources<'_>,
    segmenter: &Segmenter<'_>,
    recipe: &GarmentRecipe,
    generator: &mut impl Rng,
) -> Result<Drawn, DeviceError> {
    let (example, class) = sources.single(generator);
    let background = Part::Background.index() as u8;
    let inside = |place: &usize| ![UNKNOWN, background].contains(&example.map[*place]);
    let found = bounds(example.map_size, inside);
    let [width, height] = example.size;
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
        bounds: scaled(bounds, [1.0, 1.0]),
        target: class,
        mask_pixels: 0,
    };
    draw(&example, &garment, segmenter, recipe, generator)
}

/// Returns the target probabilities of a class; uniform for none of the ten.
fn target(class: Option<u8>) -> [f32; CLASSES] {
    match class {
        Some(class) => {
            core::array::from_fn(|other| f32::from(u8::from(other == usize::from(class))))
        }
        None => [1.0 / CLASSES as f32; CLASSES],
    }
}

/// Covers a rectangle of the colours with grey, and of the parts with background.
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
        }
    }
}
