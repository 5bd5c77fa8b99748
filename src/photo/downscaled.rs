//! A photo at its working size, kept so that edits can segment it again.

use super::bounds::Bounds;
use super::downscaler::{WORKING_SIDE, pixel_count};
use super::{ColourImage, Downscaler, PhotoEdit, PhotoError, Plane, Region, fashion_mnist_image};
use crate::network::INPUT_VALUES;

/// A photo downscaled to at most 256 pixels a side.
#[derive(Clone, Debug, PartialEq)]
pub struct Downscaled {
    /// Red, green and blue, 0 to 255.
    pub(super) planes: [Plane; 3],
    /// `[width, height]` of the original photo, in pixels.
    pub(super) size: [usize; 2],
}

impl Downscaled {
    /// Downscales a photo of straight (not premultiplied) RGBA bytes, row by row from the top left.
    ///
    /// # Errors
    /// [`PhotoError`] if a side is 0 or under [`MIN_SIDE`](super::MIN_SIDE), the photo has more than
    /// [`MAX_PIXELS`](super::MAX_PIXELS), the size does not match the bytes, or every pixel is fully
    /// transparent.
    pub fn of_rgba(rgba: &[u8], width: usize, height: usize) -> Result<Self, PhotoError> {
        let expected = pixel_count(width, height)? * 4;
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

    /// Builds a downscaled photo from plain values: the red, green and blue planes one after another, each
    /// `[columns, rows]` values row by row, clamped to 0 to 255. `size` is the `[width, height]` of the
    /// original photo, in pixels.
    ///
    /// # Errors
    /// [`PhotoError::Empty`] and [`PhotoError::TooLarge`] for the original size, and
    /// [`PhotoError::Downscaled`] if the number of values does not match or one is NaN.
    pub fn from_values(
        size: [usize; 2],
        [columns, rows]: [usize; 2],
        values: &[f32],
    ) -> Result<Self, PhotoError> {
        pixel_count(size[0], size[1])?;
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

    /// Returns the pixels of an image in Fashion-MNIST's format, which is the input of a network for such images;
    /// `None` for photos. The format is 28x28 pixels, grey, with at least two black corners, as all 70,000 images of
    /// Fashion-MNIST have.
    pub fn fashion_mnist_image(&self) -> Option<[u8; INPUT_VALUES]> {
        fashion_mnist_image(&self.planes)
    }

    /// Makes a photo of an image of at most 256 pixels a side.
    pub(crate) fn of_image(image: &ColourImage) -> Self {
        let size = image.size();
        let plane = |channel: usize| Plane {
            width: size[0],
            height: size[1],
            values: (image.rgb().iter().skip(channel).step_by(3))
                .map(|&value| f32::from(value))
                .collect(),
        };
        Self {
            planes: [0, 1, 2].map(plane),
            size,
        }
    }

    /// Whether a photo with this edit is taken as an image in Fashion-MNIST's format: not where the user has drawn a box.
    pub fn is_fashion_mnist_image(&self, edit: &PhotoEdit) -> bool {
        matches!(edit.region, Region::Auto) && self.fashion_mnist_image().is_some()
    }

    /// Returns the `[width, height]` of the original photo, in pixels.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// Returns the `[width, height]` of the original photo, rotated by this many quarter turns, in pixels.
    pub fn rotated_size(&self, quarter_turns: u8) -> [usize; 2] {
        let [width, height] = self.size;
        match quarter_turns.is_multiple_of(2) {
            true => [width, height],
            false => [height, width],
        }
    }

    /// Returns the red, green and blue planes, 0 to 255.
    pub fn planes(&self) -> &[Plane; 3] {
        &self.planes
    }

    /// Rotates the photo clockwise by this many quarter turns, modulo 4.
    pub(crate) fn rotated(&self, quarter_turns: u8) -> Self {
        let mut rotated = self.clone();
        for _ in 0..quarter_turns % 4 {
            rotated.planes = rotated.planes.map(|plane| plane.rotated());
            rotated.size.reverse();
        }
        rotated
    }

    /// Returns the bounds of the original photo, in its pixels.
    pub(super) fn bounds(&self) -> Bounds {
        Bounds {
            left: 0.0,
            top: 0.0,
            right: self.size[0] as f32,
            bottom: self.size[1] as f32,
        }
    }

    /// Returns the `[width, height]` of one pixel of the planes, in pixels of the original photo.
    pub(crate) fn scale(&self) -> [f32; 2] {
        let [red, ..] = &self.planes;
        [
            self.size[0] as f32 / red.width as f32,
            self.size[1] as f32 / red.height as f32,
        ]
    }

    /// Crops the planes to the pixels that overlap `bounds`. Returns them with the bounds that they cover;
    /// both bounds are in pixels of the original photo.
    pub(super) fn window(&self, bounds: Bounds) -> ([Plane; 3], Bounds) {
        let [red, ..] = &self.planes;
        let [scale_x, scale_y] = self.scale();
        let crop = bounds
            .scaled([1.0 / scale_x, 1.0 / scale_y])
            .crop([red.width, red.height]);
        let [x, y, width, height] =
            [crop.x, crop.y, crop.width, crop.height].map(|side| side as usize);
        let window = Bounds {
            left: x as f32 * scale_x,
            top: y as f32 * scale_y,
            // Rounding may exceed the photo.
            right: ((x + width) as f32 * scale_x).min(self.size[0] as f32),
            bottom: ((y + height) as f32 * scale_y).min(self.size[1] as f32),
        };
        let cropped = |plane: &Plane| plane.cropped([x, y], [width, height]);
        (self.planes.each_ref().map(cropped), window)
    }
}
