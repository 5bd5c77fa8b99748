//! What the segmentation network sees of a photo.

use super::plane::LinearTap;
use super::{ColourImage, RotatedBox};

/// Longest side of a window, as a multiple of the other: a photo is stretched to a square by at most this much.
const MAX_STRETCH: f32 = 1.6;
/// Side of the window around a garment, as a multiple of the garment's longer side.
const GARMENT_ZOOM: f32 = 1.4;
/// Largest side of a window around a garment, as a share of the longer side of the whole photo's window.
const MAX_GARMENT_SHARE: f32 = 0.7;
/// Most samples along each side of an input pixel.
const MAX_SAMPLES: usize = 2;

/// A rectangle in a photo, which is stretched to the square input of the segmentation network. Lengths are in pixels
/// of the photo that is sampled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartWindow {
    /// Centre, `[x, y]`.
    pub centre: [f32; 2],
    /// Width and height.
    pub size: [f32; 2],
    /// Sine and cosine of the rotation, clockwise.
    pub sin_cos: [f32; 2],
    /// Whether left and right are swapped.
    pub mirror: bool,
}

impl PartWindow {
    /// Returns an upright window around a rectangle given by its centre and its width and height; the shorter side
    /// grows where the longer one is more than 1.6 times as long.
    pub fn upright(centre: [f32; 2], [width, height]: [f32; 2]) -> Self {
        Self {
            centre,
            size: [
                width.max(height / MAX_STRETCH),
                height.max(width / MAX_STRETCH),
            ],
            sin_cos: [0.0, 1.0],
            mirror: false,
        }
    }

    /// Returns the window of a whole photo of `[width, height]` pixels.
    pub fn whole([width, height]: [usize; 2]) -> Self {
        let [width, height] = [width as f32, height as f32];
        Self::upright([width / 2.0, height / 2.0], [width, height])
    }

    /// Returns the window that shows a garment and its surroundings at a higher resolution than the window of a whole
    /// photo of `[width, height]` pixels; `None` where that would not be so.
    pub fn around_garment(garment: &RotatedBox, size: [usize; 2]) -> Option<Self> {
        let side = GARMENT_ZOOM * garment.longer_side();
        let whole = Self::whole(size);
        let pays = side <= MAX_GARMENT_SHARE * whole.size[0].max(whole.size[1]);
        let (sine, cosine) = garment.angle.to_radians().sin_cos();
        pays.then(|| Self {
            sin_cos: [sine, cosine],
            ..Self::upright([garment.cx, garment.cy], [side; 2])
        })
    }

    /// Returns the point of the photo at a place of the window, from (0, 0) at its top left corner to (1, 1).
    pub fn to_photo(&self, [u, v]: [f32; 2]) -> [f32; 2] {
        let u = if self.mirror { 0.5 - u } else { u - 0.5 };
        let (x, y) = (u * self.size[0], (v - 0.5) * self.size[1]);
        let [sine, cosine] = self.sin_cos;
        [
            self.centre[0] + cosine * x - sine * y,
            self.centre[1] + sine * x + cosine * y,
        ]
    }

    /// Returns the place in the window of a point of the photo: the inverse of [`Self::to_photo`].
    pub fn from_photo(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let (x, y) = (x - self.centre[0], y - self.centre[1]);
        let [sine, cosine] = self.sin_cos;
        let u = (cosine * x + sine * y) / self.size[0];
        let v = (cosine * y - sine * x) / self.size[1];
        [if self.mirror { 0.5 - u } else { 0.5 + u }, 0.5 + v]
    }

    /// Renders the input `[side, side, 3]`, 0 to 1; beyond the photo its edge continues.
    pub fn render(&self, side: usize, photo: &ColourImage) -> Vec<f32> {
        let [width, height] = photo.size().map(|side| side as f32);
        self.render_within(side, photo, [0.0, 0.0, width, height])
    }

    /// Renders the input of a photo that has only what is within `[left, top, right, bottom]`; beyond them its edge
    /// continues.
    pub fn render_within(
        &self,
        side: usize,
        photo: &ColourImage,
        [left, top, right, bottom]: [f32; 4],
    ) -> Vec<f32> {
        let step = self.size[0].max(self.size[1]) / side as f32;
        let (photo, pixel) = photo.for_step(step);
        let samples = ((step / pixel).round() as usize).clamp(1, MAX_SAMPLES);
        let [width, height] = photo.size();
        let column = |x: f32| LinearTap::at(x.clamp(left, right) / pixel, width);
        let row = |y: f32| LinearTap::at(y.clamp(top, bottom) / pixel, height);
        let along = |index: usize| (index as f32 + 0.5) / (side * samples) as f32;
        let is_upright = self.sin_cos[0] == 0.0;
        // In an upright window all samples of a column, and all of a row, share a tap.
        let taps = |tap: &dyn Fn(f32) -> LinearTap| -> Vec<LinearTap> {
            match is_upright {
                true => (0..side * samples).map(|index| tap(along(index))).collect(),
                false => Vec::new(),
            }
        };
        let columns = taps(&|u| column(self.to_photo([u, 0.5])[0]));
        let rows = taps(&|v| row(self.to_photo([0.5, v])[1]));
        let sample = |x: usize, y: usize| {
            if is_upright {
                return photo.interpolate(columns[x], rows[y]);
            }
            let point = self.to_photo([along(x), along(y)]);
            photo.interpolate(column(point[0]), row(point[1]))
        };
        let scale = 1.0 / (255 * samples * samples) as f32;
        let mut input = Vec::with_capacity(side * side * 3);
        for index in 0..side * side {
            let (x, y) = (index % side * samples, index / side * samples);
            let mut sum = [0.0; 3];
            for part in 0..samples * samples {
                let colour = sample(x + part % samples, y + part / samples);
                for (sum, value) in sum.iter_mut().zip(colour) {
                    *sum += value;
                }
            }
            input.extend(sum.map(|sum| sum * scale));
        }
        input
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_points_are_inverse() {
        let window = PartWindow {
            sin_cos: [0.6, 0.8],
            mirror: true,
            ..PartWindow::upright([30.0, 50.0], [40.0, 20.0])
        };
        assert_eq!(window.size, [40.0, 25.0]);
        for place in [[0.0, 0.0], [0.25, 0.75], [1.0, 0.5]] {
            let [u, v] = window.from_photo(window.to_photo(place));
            assert!((u - place[0]).abs() < 1e-5 && (v - place[1]).abs() < 1e-5);
        }
    }

    #[test]
    fn an_input_shows_the_window() {
        let rgb = (0..64 * 64).flat_map(|index| [(index % 64) as u8, (index / 64) as u8, 255]);
        let photo = ColourImage::new([64, 64], rgb.collect());
        let input = PartWindow::whole([64, 64]).render(32, &photo);
        assert_eq!(input.len(), 32 * 32 * 3);
        let last = &input[(32 * 32 - 1) * 3..];
        // The mean of 62 and 63, rounded up.
        assert!((last[0] * 255.0 - 63.0).abs() < 1e-3, "{last:?}");
        assert_eq!(last[0], last[1]);
        assert!((last[2] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn an_upright_window_is_sampled_like_a_rotated_one() {
        let rgb = (0..50 * 40 * 3).map(|index| (index * 31 % 251) as u8);
        let photo = ColourImage::new([50, 40], rgb.collect());
        for mirror in [false, true] {
            let upright = PartWindow {
                mirror,
                ..PartWindow::upright([28.0, 15.0], [40.0, 44.0])
            };
            let rotated = PartWindow {
                sin_cos: [1e-9, 1.0],
                ..upright
            };
            let render =
                |window: PartWindow| window.render_within(24, &photo, [3.0, 2.0, 45.0, 33.0]);
            let pairs = render(upright).into_iter().zip(render(rotated));
            assert!(
                pairs
                    .map(|(one, other)| (one - other).abs())
                    .all(|gap| gap < 1e-4)
            );
        }
    }
}
