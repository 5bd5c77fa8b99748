//! The garment cut out of a photo, with some room around it, at a size of its own.

use super::bounds::{Bounds, passing};
use super::expectation::Expectation;
use super::plane::Between;
use super::{Plane, RotatedBox, components};
use crate::network::INPUT_SIDE;

/// Side of a cutout in pixels.
pub const CROP_SIDE: usize = 64;
/// How much of a cutout's side the garment's longer side takes.
pub(super) const FILL: f32 = 0.78;
/// The tone's ends are the grey values that this share of the garment lies beyond.
const BEYOND: f32 = 0.03;
/// The least distance of the tone's ends: a garment of one colour keeps its noise low.
const LEAST_RANGE: f32 = 50.0;

/// Greys of this and more are garment in the data set's pictures.
const DIM: f32 = 20.0;

/// A square of a photo around the garment, which is in its middle.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskedCrop {
    /// Grey values 0 to 255, [`CROP_SIDE`] pixels a side.
    pub grey: Plane,
    /// How likely each pixel is garment, 0 to 1.
    pub foreground: Plane,
    /// The grey values that the garment goes from and to, but for stray ones.
    pub tone: [f32; 2],
    /// The same of the whole square.
    pub whole_tone: [f32; 2],
}

impl MaskedCrop {
    /// Cuts a square around `bounds` out of a grey picture and the mask of its garment, of one size.
    /// Beyond the picture its edge goes on, and is no garment.
    pub(super) fn of(grey: &Plane, foreground: &Plane, bounds: Bounds) -> Self {
        let side = CROP_SIDE;
        let step = bounds.longer_side() / FILL / side as f32;
        let middle = [
            (bounds.left + bounds.right) / 2.0,
            (bounds.top + bounds.bottom) / 2.0,
        ];
        let mut crop = Self::empty();
        // As many samples a pixel as it covers of the picture's pixels.
        let samples = (step.ceil() as usize).clamp(1, 3);
        let places = |middle: f32, length: usize| -> Vec<(Between, f32)> {
            let sample = |index: usize| {
                let place = (index as f32 + 0.5) / samples as f32 - side as f32 / 2.0;
                let place = middle + place * step;
                let is_inside = place >= 0.0 && place < length as f32;
                (Between::of(place, length), f32::from(u8::from(is_inside)))
            };
            (0..side * samples).map(sample).collect()
        };
        let columns = places(middle[0], grey.width);
        let rows = places(middle[1], grey.height);
        let share = 1.0 / (samples * samples) as f32;
        let mut visible = vec![0.0; side * side];
        for (y, (row, row_inside)) in rows.iter().enumerate() {
            for (x, (column, column_inside)) in columns.iter().enumerate() {
                let index = y / samples * side + x / samples;
                let inside = share * row_inside * column_inside;
                crop.grey.values[index] += share * grey.between(*column, *row);
                crop.foreground.values[index] += inside * foreground.between(*column, *row);
                visible[index] += inside;
            }
        }
        crop.toned(&visible)
    }

    /// The same around a box of any angle, of planes that show the part `place` of the photo.
    pub(super) fn of_frame(
        grey: &Plane,
        foreground: &Plane,
        rotated_box: &RotatedBox,
        place: Bounds,
    ) -> Self {
        let side = CROP_SIDE;
        let step = rotated_box.longer_side() / FILL / side as f32;
        let [across, down] = place.step([grey.width, grey.height]);
        let samples = ((step / across.min(down)).ceil() as usize).clamp(1, 3);
        let share = 1.0 / (samples * samples) as f32;
        let outwards = rotated_box.outwards();
        let mut crop = Self::empty();
        let mut visible = vec![0.0; side * side];
        for y in 0..side * samples {
            for x in 0..side * samples {
                let along = |index: usize| {
                    ((index as f32 + 0.5) / samples as f32 - side as f32 / 2.0) * step
                };
                let [px, py] = outwards([along(x), along(y)]);
                let (px, py) = ((px - place.left) / across, (py - place.top) / down);
                let is_inside = (0.0..grey.width as f32).contains(&px)
                    && (0.0..grey.height as f32).contains(&py);
                let index = y / samples * side + x / samples;
                crop.grey.values[index] += share * grey.sample(px, py);
                if is_inside {
                    crop.foreground.values[index] += share * foreground.sample(px, py);
                    visible[index] += share;
                }
            }
        }
        crop.toned(&visible)
    }

    fn empty() -> Self {
        Self {
            grey: Plane::filled(CROP_SIDE, CROP_SIDE, 0.0),
            foreground: Plane::filled(CROP_SIDE, CROP_SIDE, 0.0),
            tone: [0.0, 255.0],
            whole_tone: [0.0, 255.0],
        }
    }

    /// With its tones, where each pixel shows so much of the photo.
    fn toned(mut self, visible: &[f32]) -> Self {
        self.tone = tone(&self.grey.values, &self.foreground.values);
        self.whole_tone = tone(&self.grey.values, visible);
        self
    }

    /// A picture of the data set's form (784 grey values, light on black) as if it had been cut out
    /// of a photo: dark on light again.
    pub fn of_picture(input: &[u8]) -> Self {
        let plane = |value: fn(u8) -> f32| Plane {
            width: INPUT_SIDE,
            height: INPUT_SIDE,
            values: input.iter().map(|&grey| value(grey)).collect(),
        };
        let grey = plane(|grey| 255.0 - f32::from(grey));
        let mut foreground = plane(|grey| (f32::from(grey) / DIM).min(1.0));
        components::tidy(
            &mut foreground,
            &Expectation::of_all([INPUT_SIDE, INPUT_SIDE]).off_middle,
        );
        Self::of(&grey, &foreground, Bounds::of_all(&grey))
    }
}

/// The grey values that all but a few of `values` lie between, by weight.
pub(super) fn tone(values: &[f32], weights: &[f32]) -> [f32; 2] {
    let mut counts = [0.0_f32; 256];
    for (value, weight) in values.iter().zip(weights) {
        counts[(*value as usize).min(255)] += weight;
    }
    let total: f32 = counts.iter().sum();
    let limit = BEYOND * total;
    let low = passing(counts, limit).unwrap_or(0) as f32;
    let high = 255.0 - passing(counts.into_iter().rev(), limit).unwrap_or(0) as f32;
    let missing = (LEAST_RANGE - (high - low)).max(0.0) / 2.0;
    [low - missing, high + missing]
}
