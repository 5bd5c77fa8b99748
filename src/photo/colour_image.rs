//! Photos as the networks for photos sample them.

use std::sync::OnceLock;

use super::Plane;
use super::plane::LinearTap;

/// Most halvings of an image.
const MAX_HALVINGS: u32 = 3;

/// A colour image that is sampled at any point, also at lower resolutions.
#[derive(Clone, Debug)]
pub struct ColourImage {
    /// Width and height in pixels.
    size: [usize; 2],
    /// Red, green and blue of each pixel, row by row.
    rgb: Vec<u8>,
    /// The image at half the resolution, made when it is first needed.
    half: OnceLock<Box<Self>>,
}

impl ColourImage {
    /// Makes an image of `[width, height]` pixels from red, green and blue of each pixel, row by row: `3 * width * height`
    /// values.
    pub fn new(size: [usize; 2], rgb: Vec<u8>) -> Self {
        Self {
            size,
            rgb,
            half: OnceLock::new(),
        }
    }

    /// Rounds red, green and blue planes of one size, 0 to 255.
    pub fn of_planes([red, green, blue]: &[Plane; 3]) -> Self {
        let pixels = red.values.iter().zip(&green.values).zip(&blue.values);
        let mut rgb = Vec::with_capacity(3 * red.values.len());
        for ((red, green), blue) in pixels {
            rgb.extend_from_slice(&[red, green, blue].map(|value| (value + 0.5) as u8));
        }
        Self::new(red.size(), rgb)
    }

    /// Returns width and height in pixels.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// Returns red, green and blue of each pixel, row by row.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// Returns the same to change them.
    pub fn rgb_mut(&mut self) -> &mut [u8] {
        self.half.take();
        &mut self.rgb
    }

    /// Samples red, green and blue, 0 to 255, bilinearly at `[x, y]` in pixels; beyond the image its edge continues.
    pub fn sample(&self, [x, y]: [f32; 2]) -> [f32; 3] {
        let [width, height] = self.size;
        self.interpolate(LinearTap::at(x, width), LinearTap::at(y, height))
    }

    /// Samples likewise where the taps are known.
    pub(super) fn interpolate(&self, column: LinearTap, row: LinearTap) -> [f32; 3] {
        let [width, _] = self.size;
        let (pixels, _) = self.rgb.as_chunks::<3>();
        let along_row = |row: usize| {
            let [first, second] =
                [column.first, column.second].map(|column| pixels[row * width + column]);
            [0, 1, 2].map(|channel| {
                let first = f32::from(first[channel]);
                first + column.weight * (f32::from(second[channel]) - first)
            })
        };
        let [upper, lower] = [along_row(row.first), along_row(row.second)];
        [0, 1, 2].map(|channel| upper[channel] + row.weight * (lower[channel] - upper[channel]))
    }

    /// Returns the image at the resolution for samples that are `step` pixels apart, from 1 to under 2 of its pixels where
    /// that is possible, and the width of its pixels in pixels of this image.
    pub(super) fn for_step(&self, step: f32) -> (&Self, f32) {
        let (mut image, mut width) = (self, 1.0);
        for _ in 0..MAX_HALVINGS {
            if step < 2.0 * width || image.size.contains(&1) {
                break;
            }
            image = image.half.get_or_init(|| Box::new(image.halved()));
            width *= 2.0;
        }
        (image, width)
    }

    /// Averages 2x2 pixels; an odd last row or column is repeated.
    fn halved(&self) -> Self {
        let [width, height] = self.size;
        let size = self.size.map(|side| side.div_ceil(2));
        let (pixels, _) = self.rgb.as_chunks::<3>();
        let mut rgb = Vec::with_capacity(3 * size[0] * size[1]);
        for index in 0..size[0] * size[1] {
            let (x, y) = (2 * (index % size[0]), 2 * (index / size[0]));
            let (right, bottom) = ((x + 1).min(width - 1), (y + 1).min(height - 1));
            let corners = [(x, y), (right, y), (x, bottom), (right, bottom)];
            let corners = corners.map(|(x, y)| pixels[y * width + x]);
            rgb.extend_from_slice(&[0, 1, 2].map(|channel| {
                let sum: u16 = corners.iter().map(|pixel| u16::from(pixel[channel])).sum();
                ((sum + 2) / 4) as u8
            }));
        }
        Self::new(size, rgb)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_far_apart_are_taken_at_a_lower_resolution() {
        // Columns of 0 and 200 in turns, and an odd height.
        let rgb = (0..16 * 15).flat_map(|index| [if index % 2 == 0 { 0 } else { 200 }; 3]);
        let image = ColourImage::new([16, 15], rgb.collect());
        assert_eq!(image.for_step(1.9).1, 1.0);
        let (half, width) = image.for_step(2.0);
        assert_eq!((half.size(), width), ([8, 8], 2.0));
        assert!(half.rgb().iter().all(|value| *value == 100));
        let (quarter, width) = image.for_step(7.9);
        assert_eq!((quarter.size(), width), ([4, 4], 4.0));
    }

    #[test]
    fn changed_pixels_are_seen_at_every_resolution() {
        let mut image = ColourImage::new([4, 4], vec![10; 48]);
        assert_eq!(image.for_step(2.0).0.rgb()[0], 10);
        image.rgb_mut().fill(30);
        assert_eq!(image.for_step(2.0).0.rgb()[0], 30);
    }
}
