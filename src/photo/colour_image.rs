//! Photos as the networks for photos sample them.

use super::Plane;
use super::plane::LinearTap;

/// A colour image that is sampled at any point.
#[derive(Clone, Debug, PartialEq)]
pub struct ColourImage {
    /// Width and height in pixels.
    pub size: [usize; 2],
    /// Red, green and blue of each pixel, row by row: `3 * width * height` values.
    pub rgb: Vec<u8>,
}

impl ColourImage {
    /// Rounds red, green and blue planes of one size, 0 to 255.
    pub fn of_planes([red, green, blue]: &[Plane; 3]) -> Self {
        let pixels = red.values.iter().zip(&green.values).zip(&blue.values);
        Self {
            size: [red.width, red.height],
            rgb: pixels
                .flat_map(|((red, green), blue)| {
                    [red, green, blue].map(|value| value.round() as u8)
                })
                .collect(),
        }
    }

    /// Samples red, green and blue, 0 to 255, bilinearly at `[x, y]` in pixels; beyond the image its edge continues.
    pub fn sample(&self, [x, y]: [f32; 2]) -> [f32; 3] {
        let [width, height] = self.size;
        let (column, row) = (LinearTap::at(x, width), LinearTap::at(y, height));
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
}
