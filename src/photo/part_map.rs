//! The parts of a photo.

use super::PartWindow;
use super::plane::LinearTap;
use crate::parts::{PARTS, Part};
use crate::prediction::softmax;

/// The probabilities of the parts in a window of a photo.
#[derive(Clone, Debug, PartialEq)]
pub struct PartMap {
    window: PartWindow,
    /// Pixels along each side.
    side: usize,
    /// The probabilities of the parts at each pixel, row by row, each 0 to 1.
    pixels: Vec<[f32; PARTS]>,
}

impl PartMap {
    /// Converts the logits `[side, side, 10]` of a window; `None` if there are more or fewer.
    pub fn from_logits(logits: &[f32], window: PartWindow) -> Option<Self> {
        let (pixels, rest) = logits.as_chunks::<PARTS>();
        let side = pixels.len().isqrt();
        if side * side != pixels.len() || pixels.is_empty() || !rest.is_empty() {
            return None;
        }
        Some(Self {
            window,
            side,
            pixels: pixels.iter().map(softmax).collect(),
        })
    }

    /// Makes a map of known probabilities, `[side, side, 10]`; `None` if they are not a square.
    pub fn from_probabilities(pixels: Vec<[f32; PARTS]>, window: PartWindow) -> Option<Self> {
        let side = pixels.len().isqrt();
        (side * side == pixels.len() && side > 0).then_some(Self {
            window,
            side,
            pixels,
        })
    }

    /// Returns the share of the window that shows skin or hair more likely than anything else, 0 to 1.
    pub fn person(&self) -> f32 {
        let shown = self
            .pixels
            .iter()
            .filter(|pixel| pixel[Part::Skin.index()] + pixel[Part::Hair.index()] >= 0.5);
        shown.count() as f32 / self.pixels.len() as f32
    }

    /// Interpolates the probabilities of the parts at a point of the photo, in the order of [`Part::ALL`]. Beyond the
    /// window its edge continues.
    pub fn probabilities(&self, point: [f32; 2]) -> [f32; PARTS] {
        let side = self.side as f32;
        let [column, row] =
            (self.window.from_photo(point)).map(|place| LinearTap::at(place * side, self.side));
        let along_row = |row: usize| {
            let pixels = &self.pixels[row * self.side..];
            let [first, second] = [&pixels[column.first], &pixels[column.second]];
            core::array::from_fn::<f32, PARTS, _>(|part| {
                first[part] + column.weight * (second[part] - first[part])
            })
        };
        let [upper, lower] = [along_row(row.first), along_row(row.second)];
        core::array::from_fn(|part| upper[part] + row.weight * (lower[part] - upper[part]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logits_must_be_a_square() {
        let window = PartWindow::whole([10, 10]);
        for length in [0, 7, 20, 41] {
            assert_eq!(PartMap::from_logits(&vec![0.0; length], window), None);
        }
    }
}
