//! Where on a picture the garment is expected, before its colours are looked at.

use super::bounds::Bounds;
use super::{Plane, RotatedBox};

/// The border, as a share of the shorter side.
const BORDER: f32 = 0.05;
/// The middle's radius, as a share of half the sides.
const MIDDLE: f32 = 0.6;
/// Outside a box no colour makes up for this, in nats.
const OUTSIDE: f32 = -100.0;
/// In a box a person drew, its edges are as likely garment as a photo's are this near to them.
const NEARNESS: f32 = 0.8;

/// For each pixel of a picture, row by row, what its place says.
pub(super) struct Expectation {
    /// Where the background's colours are taken of: 1 there, else 0.
    pub(super) border: Vec<f32>,
    /// Where the garment's are.
    pub(super) middle: Vec<f32>,
    /// How likely it is garment, in nats.
    pub(super) prior: Vec<f32>,
    /// The square of its distance from the middle, 1 at the edges' middles.
    pub(super) off_middle: Vec<f32>,
    size: [usize; 2],
}

impl Expectation {
    /// In the middle of a picture of this size rather than at its edges.
    pub(super) fn of_all(size: [usize; 2]) -> Self {
        let off_middle = || pixels(size).map(|place| off_middle(place, size));
        let prior = |[x, y]: [f32; 2]| {
            let farther = x.max(y);
            1.0 - 3.0 * farther * farther * farther
        };
        Self {
            border: border(size),
            middle: off_middle().map(is_middle).collect(),
            prior: off_middle().map(prior).collect(),
            off_middle: off_middle().map(|[x, y]| x * x + y * y).collect(),
            size,
        }
    }

    /// In a box, on a picture of this size that shows the part `place` of the photo.
    pub(super) fn within(rotated_box: &RotatedBox, size: [usize; 2], place: Bounds) -> Self {
        let inwards = rotated_box.inwards();
        let step = place.step(size);
        let off_middle: Vec<[f32; 2]> = pixels(size)
            .map(|[x, y]| {
                let [u, v] = inwards([
                    place.left + (x as f32 + 0.5) * step[0],
                    place.top + (y as f32 + 0.5) * step[1],
                ]);
                [
                    (2.0 * u / rotated_box.width).abs(),
                    (2.0 * v / rotated_box.height).abs(),
                ]
            })
            .collect();
        let is_outside = |[x, y]: [f32; 2]| x.max(y) > 1.0;
        let outside: Vec<f32> = (off_middle.iter())
            .map(|&place| f32::from(u8::from(is_outside(place))))
            .collect();
        // Where next to nothing is outside, the edges are taken for background, as without a box.
        let edges = border(size);
        let is_enough = outside.iter().sum::<f32>() >= edges.iter().sum::<f32>();
        let prior = |place: [f32; 2]| {
            let farther = NEARNESS * place[0].max(place[1]);
            match is_outside(place) {
                true => OUTSIDE,
                false => 1.0 - 3.0 * farther * farther * farther,
            }
        };
        Self {
            border: if is_enough { outside } else { edges },
            middle: off_middle.iter().map(|&place| is_middle(place)).collect(),
            prior: off_middle.iter().map(|&place| prior(place)).collect(),
            off_middle: off_middle.iter().map(|[x, y]| x * x + y * y).collect(),
            size,
        }
    }

    /// The mask that has all in it that may be garment.
    pub(super) fn inside(&self) -> Plane {
        let [width, height] = self.size;
        let may_be = |&prior: &f32| f32::from(u8::from(prior > OUTSIDE));
        Plane {
            width,
            height,
            values: self.prior.iter().map(may_be).collect(),
        }
    }
}

fn pixels([width, height]: [usize; 2]) -> impl Iterator<Item = [usize; 2]> {
    (0..height).flat_map(move |y| (0..width).map(move |x| [x, y]))
}

/// Distances from the middle, 1 at the edges.
fn off_middle([x, y]: [usize; 2], [width, height]: [usize; 2]) -> [f32; 2] {
    let along = |place: usize, length: usize| ((2 * place + 1) as f32 / length as f32 - 1.0).abs();
    [along(x, width), along(y, height)]
}

fn is_middle([x, y]: [f32; 2]) -> f32 {
    f32::from(u8::from(x * x + y * y < MIDDLE * MIDDLE))
}

fn border(size: [usize; 2]) -> Vec<f32> {
    let [width, height] = size;
    let depth = (BORDER * width.min(height) as f32).ceil() as usize;
    let is_border = |[x, y]: [usize; 2]| {
        let nearest = x.min(y).min(width - 1 - x).min(height - 1 - y);
        f32::from(u8::from(nearest < depth))
    };
    pixels(size).map(is_border).collect()
}
