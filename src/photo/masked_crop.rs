//! Square crops of the garment with its mask.

use super::bounds::{Bounds, index_of_cumulative_sum};
use super::plane::LinearTap;
use super::spatial_prior::SpatialPrior;
use super::{Plane, RotatedBox, components};
use crate::network::INPUT_SIDE;

/// Side of a crop in pixels.
pub const CROP_SIDE: usize = 64;
/// The garment's longer side, as a share of the crop's side.
pub(super) const GARMENT_SHARE: f32 = 0.78;
/// Tones run from this percentile of the grey values to the opposite one, as a share.
const TONE_PERCENTILE: f32 = 0.03;
/// Smallest range of a tone in grey levels, so that the noise of a plain garment is not amplified.
const MIN_TONE_RANGE: f32 = 50.0;

/// Grey level from which a pixel of a Fashion-MNIST image is foreground with probability 1.
const FOREGROUND_GREY: f32 = 20.0;

/// A square crop of a photo with the garment at its centre, and the garment's mask. Pixels beyond the photo
/// repeat its edge and are background.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskedCrop {
    /// Grey values, 0 to 255, `[CROP_SIDE, CROP_SIDE]` pixels.
    pub grey: Plane,
    /// Probability that each pixel is foreground, 0 to 1, `[CROP_SIDE, CROP_SIDE]` pixels.
    pub foreground: Plane,
    /// The garment's black and white points: the 3rd and the 97th percentile of its grey values, spread to at
    /// least 50 levels.
    pub tone: [f32; 2],
    /// The same of all pixels that lie on the photo.
    pub whole_tone: [f32; 2],
}

impl MaskedCrop {
    /// Crops a square around `bounds` from a grey plane and a mask of the same size; `bounds` are in their
    /// pixels.
    pub(super) fn around_bounds(grey: &Plane, foreground: &Plane, bounds: Bounds) -> Self {
        let side = CROP_SIDE;
        let step = bounds.longer_side() / GARMENT_SHARE / side as f32;
        let centre = [
            (bounds.left + bounds.right) / 2.0,
            (bounds.top + bounds.bottom) / 2.0,
        ];
        let mut crop = Self::empty();
        // Samples along each side of a pixel: about one for each source pixel that it covers.
        let samples = (step.ceil() as usize).clamp(1, 3);
        let taps = |centre: f32, length: usize| -> Vec<(LinearTap, f32)> {
            let tap = |index: usize| {
                let offset = (index as f32 + 0.5) / samples as f32 - side as f32 / 2.0;
                let source = centre + offset * step;
                let is_inside = source >= 0.0 && source < length as f32;
                (
                    LinearTap::at(source, length),
                    f32::from(u8::from(is_inside)),
                )
            };
            (0..side * samples).map(tap).collect()
        };
        let columns = taps(centre[0], grey.width);
        let rows = taps(centre[1], grey.height);
        let weight = 1.0 / (samples * samples) as f32;
        let mut coverage = vec![0.0; side * side];
        for (y, (row, row_inside)) in rows.iter().enumerate() {
            for (x, (column, column_inside)) in columns.iter().enumerate() {
                let index = y / samples * side + x / samples;
                let inside = weight * row_inside * column_inside;
                crop.grey.values[index] += weight * grey.interpolate(*column, *row);
                crop.foreground.values[index] += inside * foreground.interpolate(*column, *row);
                coverage[index] += inside;
            }
        }
        crop.with_tones(&coverage)
    }

    /// Crops a square around a rotated box, and rotates it upright, from a grey plane and a mask that cover
    /// `window`. The box and `window` are in pixels of the photo.
    pub(super) fn around_box(
        grey: &Plane,
        foreground: &Plane,
        rotated_box: &RotatedBox,
        window: Bounds,
    ) -> Self {
        let side = CROP_SIDE;
        let step = rotated_box.longer_side() / GARMENT_SHARE / side as f32;
        let [pixel_width, pixel_height] = window.pixel_size([grey.width, grey.height]);
        let samples = ((step / pixel_width.min(pixel_height)).ceil() as usize).clamp(1, 3);
        let weight = 1.0 / (samples * samples) as f32;
        let box_to_photo = rotated_box.box_to_photo();
        let mut crop = Self::empty();
        let mut coverage = vec![0.0; side * side];
        for y in 0..side * samples {
            for x in 0..side * samples {
                let offset = |index: usize| {
                    ((index as f32 + 0.5) / samples as f32 - side as f32 / 2.0) * step
                };
                let [photo_x, photo_y] = box_to_photo([offset(x), offset(y)]);
                let source_x = (photo_x - window.left) / pixel_width;
                let source_y = (photo_y - window.top) / pixel_height;
                let is_inside = (0.0..grey.width as f32).contains(&source_x)
                    && (0.0..grey.height as f32).contains(&source_y);
                let index = y / samples * side + x / samples;
                crop.grey.values[index] += weight * grey.sample(source_x, source_y);
                if is_inside {
                    crop.foreground.values[index] += weight * foreground.sample(source_x, source_y);
                    coverage[index] += weight;
                }
            }
        }
        crop.with_tones(&coverage)
    }

    /// Creates a black crop without a foreground.
    fn empty() -> Self {
        Self {
            grey: Plane::filled(CROP_SIDE, CROP_SIDE, 0.0),
            foreground: Plane::filled(CROP_SIDE, CROP_SIDE, 0.0),
            tone: [0.0, 255.0],
            whole_tone: [0.0, 255.0],
        }
    }

    /// Computes the tones; `coverage` is the share of each pixel that lies on the photo.
    fn with_tones(mut self, coverage: &[f32]) -> Self {
        self.tone = tone_percentiles(&self.grey.values, &self.foreground.values);
        self.whole_tone = tone_percentiles(&self.grey.values, coverage);
        self
    }

    /// Converts a Fashion-MNIST image (784 grey values, light on black) to the crop of a photo: inverts it
    /// back to dark on light and derives the mask from its greys.
    pub fn from_fashion_mnist(input: &[u8]) -> Self {
        let plane = |value: fn(u8) -> f32| Plane {
            width: INPUT_SIDE,
            height: INPUT_SIDE,
            values: input.iter().map(|&grey| value(grey)).collect(),
        };
        let grey = plane(|grey| 255.0 - f32::from(grey));
        let mut foreground = plane(|grey| (f32::from(grey) / FOREGROUND_GREY).min(1.0));
        components::clean_mask(
            &mut foreground,
            &SpatialPrior::centred([INPUT_SIDE, INPUT_SIDE]).squared_distances,
        );
        Self::around_bounds(&grey, &foreground, Bounds::of_plane(&grey))
    }
}

/// Returns the weighted [`TONE_PERCENTILE`] of grey values and its opposite, spread to at least
/// [`MIN_TONE_RANGE`].
fn tone_percentiles(values: &[f32], weights: &[f32]) -> [f32; 2] {
    let mut counts = [0.0_f32; 256];
    for (value, weight) in values.iter().zip(weights) {
        counts[(*value as usize).min(255)] += weight;
    }
    let total: f32 = counts.iter().sum();
    let limit = TONE_PERCENTILE * total;
    let low = index_of_cumulative_sum(counts, limit).unwrap_or(0) as f32;
    let high = 255.0 - index_of_cumulative_sum(counts.into_iter().rev(), limit).unwrap_or(0) as f32;
    let missing = (MIN_TONE_RANGE - (high - low)).max(0.0) / 2.0;
    [low - missing, high + missing]
}
