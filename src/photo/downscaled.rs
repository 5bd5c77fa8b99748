//! A photo at its working size, from which it can be segmented again and again.

use super::bounds::Bounds;
use super::downscaler::{WORKING_SIDE, pixels};
use super::{Downscaler, PhotoError, Plane};

/// A photo downscaled to at most 256 pixels a side.
#[derive(Clone, Debug, PartialEq)]
pub struct Downscaled {
    /// Red, green and blue, 0 to 255.
    pub(super) planes: [Plane; 3],
    /// Width and height of the photo itself, in pixels.
    pub(super) size: [usize; 2],
}

impl Downscaled {
    /// Downscales a photo of straight (not premultiplied) RGBA bytes, row by row from the top left.
    ///
    /// # Errors
    /// [`PhotoError`] where the size is 0, a side is under [`MIN_SIDE`](super::MIN_SIDE), the photo has more than
    /// [`MAX_PIXELS`](super::MAX_PIXELS), the size does not match the bytes, or no pixel is opaque at all.
    pub fn of_rgba(rgba: &[u8], width: usize, height: usize) -> Result<Self, PhotoError> {
        let expected = pixels(width, height)? * 4;
        if rgba.len() != expected {
            return Err(PhotoError::Length {
                found: rgba.len(),
                expected,
                width,
                height,
            });
        }
        let mut downscaler = Downscaler::new(width, height)?;
        downscaler.push(rgba)?;
        downscaler.finish()
    }

    /// Builds a downscaled photo from plain numbers: `values` are the red, green and blue planes, each of
    /// `[columns, rows]` values row by row, clamped to 0 to 255. `size` is the photo's own, in pixels.
    ///
    /// # Errors
    /// [`PhotoError::Empty`], [`PhotoError::TooLarge`], and [`PhotoError::Downscaled`] where the
    /// number of values does not match, or one is NaN.
    pub fn from_values(
        size: [usize; 2],
        [columns, rows]: [usize; 2],
        values: &[f32],
    ) -> Result<Self, PhotoError> {
        pixels(size[0], size[1])?;
        let sides = 1..=WORKING_SIDE;
        let fits = sides.contains(&columns)
            && sides.contains(&rows)
            && values.len() == 3 * columns * rows
            && values.iter().all(|value| !value.is_nan());
        if !fits {
            return Err(PhotoError::Downscaled {
                found: values.len(),
                columns,
                rows,
            });
        }
        let plane = |channel: usize| Plane {
            width: columns,
            height: rows,
            values: values[channel * columns * rows..][..columns * rows]
                .iter()
                .map(|value| value.clamp(0.0, 255.0))
                .collect(),
        };
        Ok(Self {
            planes: [0, 1, 2].map(plane),
            size,
        })
    }

    /// Width and height of the photo itself, in pixels.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// Red, green and blue, 0 to 255.
    pub fn planes(&self) -> &[Plane; 3] {
        &self.planes
    }

    /// Rotates it clockwise by quarter turns.
    pub(super) fn turned(&self, quarters: u8) -> Self {
        let mut turned = self.clone();
        for _ in 0..quarters % 4 {
            turned.planes = turned.planes.map(|plane| plane.turned());
            turned.size.reverse();
        }
        turned
    }

    /// The bounds of the whole photo, in its pixels.
    pub(super) fn bounds(&self) -> Bounds {
        Bounds {
            left: 0.0,
            top: 0.0,
            right: self.size[0] as f32,
            bottom: self.size[1] as f32,
        }
    }

    /// Pixels of the photo for one pixel of the planes.
    pub(super) fn scale(&self) -> [f32; 2] {
        let [red, ..] = &self.planes;
        [
            self.size[0] as f32 / red.width as f32,
            self.size[1] as f32 / red.height as f32,
        ]
    }

    /// The part of the planes that overlaps `bounds` (in the photo's pixels), and its bounds in the photo.
    pub(super) fn window(&self, bounds: Bounds) -> ([Plane; 3], Bounds) {
        let [red, ..] = &self.planes;
        let [across, down] = self.scale();
        let crop = bounds
            .scaled([1.0 / across, 1.0 / down])
            .crop([red.width, red.height]);
        let [x, y, width, height] =
            [crop.x, crop.y, crop.width, crop.height].map(|side| side as usize);
        let window = Bounds {
            left: x as f32 * across,
            top: y as f32 * down,
            // Rounding may put them beyond the photo.
            right: ((x + width) as f32 * across).min(self.size[0] as f32),
            bottom: ((y + height) as f32 * down).min(self.size[1] as f32),
        };
        let cut = |plane: &Plane| plane.cut([x, y], [width, height]);
        (self.planes.each_ref().map(cut), window)
    }
}
