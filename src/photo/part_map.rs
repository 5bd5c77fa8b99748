//! The parts of a photo, and the garments among them.

use super::bounds::Bounds;
use super::components::connected_components;
use super::{PartWindow, Plane};
use crate::parts::{PARTS, Part};
use crate::prediction::softmax;

/// Side of the grid on which garments are found, in pixels.
const GRID: usize = 128;
/// Least size of a garment, as a share of the photo.
const MIN_GARMENT: f32 = 0.015;
/// Least size of a piece of a garment, as a share of its largest piece.
const MIN_PIECE: f32 = 0.125;

/// The probabilities of the parts in a window of a photo.
#[derive(Clone, Debug, PartialEq)]
pub struct PartMap {
    window: PartWindow,
    /// The probability of each part, 0 to 1.
    planes: [Plane; PARTS],
}

/// A garment that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundGarment {
    /// What kind of garment it is.
    pub part: Part,
    /// 1 where the garment is, else 0: 128x128 pixels, stretched over the photo.
    pub mask: Plane,
    /// Left, top, right and bottom, in pixels of the photo that was sampled.
    pub bounds: [f32; 4],
    /// Size as a share of the photo, 0 to 1.
    pub area: f32,
}

impl PartMap {
    /// Converts the logits `[side, side, 10]` of a window; `None` if there are more or fewer.
    pub fn from_logits(logits: &[f32], window: PartWindow) -> Option<Self> {
        let (pixels, rest) = logits.as_chunks::<PARTS>();
        let side = pixels.len().isqrt();
        if side * side != pixels.len() || pixels.is_empty() || !rest.is_empty() {
            return None;
        }
        let mut planes = core::array::from_fn(|_| Plane::filled(side, side, 0.0));
        for (index, logits) in pixels.iter().enumerate() {
            for (plane, probability) in planes.iter_mut().zip(softmax(logits)) {
                plane.values[index] = probability;
            }
        }
        Some(Self { window, planes })
    }

    /// Returns the probabilities of the parts at a point of the photo, in the order of [`Part::ALL`].
    pub fn probabilities(&self, point: [f32; 2]) -> [f32; PARTS] {
        let [u, v] = self.window.from_photo(point);
        self.planes
            .each_ref()
            .map(|plane| plane.sample(u * plane.width as f32, v * plane.height as f32))
    }

    /// Returns the most likely part of each pixel of a grid of 128x128 pixels, which is stretched over a photo of
    /// `[width, height]` pixels.
    pub fn most_likely(&self, [width, height]: [usize; 2]) -> Vec<Part> {
        let place =
            |place: usize, length: usize| (place as f32 + 0.5) / GRID as f32 * length as f32;
        let part = |index: usize| {
            let point = [place(index % GRID, width), place(index / GRID, height)];
            let probabilities = self.probabilities(point);
            let best = (1..PARTS).fold(0, |best, part| {
                if probabilities[part] > probabilities[best] {
                    part
                } else {
                    best
                }
            });
            Part::ALL[best]
        };
        (0..GRID * GRID).map(part).collect()
    }

    /// Finds the garments on a photo of `[width, height]` pixels, at most one of each kind, the largest first. Pieces
    /// of one kind, such as two shoes, are one garment.
    pub fn garments(&self, size: [usize; 2]) -> Vec<FoundGarment> {
        let parts = self.most_likely(size);
        let mut garments: Vec<FoundGarment> = Part::GARMENTS
            .iter()
            .filter_map(|&part| garment(&parts, part, size))
            .collect();
        garments.sort_by(|a, b| b.area.total_cmp(&a.area));
        garments
    }
}

/// Returns the garment of a kind; `None` if it is too small.
fn garment(parts: &[Part], part: Part, size: [usize; 2]) -> Option<FoundGarment> {
    let pieces = connected_components([GRID; 2], |index| parts[index] == part);
    let largest = pieces.iter().map(|piece| piece.pixels.len()).max()?;
    let mut mask = Plane::filled(GRID, GRID, 0.0);
    let mut count = 0;
    for piece in &pieces {
        if piece.pixels.len() as f32 >= MIN_PIECE * largest as f32 {
            count += piece.pixels.len();
            for &index in &piece.pixels {
                mask.values[index] = 1.0;
            }
        }
    }
    let area = count as f32 / (GRID * GRID) as f32;
    if area < MIN_GARMENT {
        return None;
    }
    let Bounds {
        left,
        top,
        right,
        bottom,
    } = Bounds::of_foreground(&mask)?.scaled(size.map(|side| side as f32 / GRID as f32));
    Some(FoundGarment {
        part,
        mask,
        bounds: [left, top, right, bottom],
        area,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Logits of 32x32 pixels: a bag in the middle, and a shoe that is too small.
    fn logits() -> Vec<f32> {
        let pixel = |index: usize| {
            let part = match (index % 32, index / 32) {
                (8..24, 12..20) => Part::Bag,
                (0..2, 0..2) => Part::Shoes,
                _ => Part::Background,
            };
            Part::ALL.map(|other| if other == part { 5.0 } else { 0.0 })
        };
        (0..32 * 32).flat_map(pixel).collect()
    }

    #[test]
    fn garments_are_found_with_their_bounds() {
        let size = [200, 200];
        let map = PartMap::from_logits(&logits(), PartWindow::whole(size)).unwrap();
        let garments = map.garments(size);
        assert_eq!(garments.len(), 1);
        let FoundGarment {
            part, bounds, area, ..
        } = &garments[0];
        assert_eq!(*part, Part::Bag);
        for (found, expected) in bounds.iter().zip([50.0, 75.0, 150.0, 125.0]) {
            assert!((found - expected).abs() < 4.0, "{bounds:?}");
        }
        assert!((area - 0.125).abs() < 0.02, "{area}");
    }

    #[test]
    fn logits_must_be_a_square() {
        let window = PartWindow::whole([10, 10]);
        for length in [0, 7, 20, 41] {
            assert_eq!(PartMap::from_logits(&vec![0.0; length], window), None);
        }
    }
}
