//! Image planes and bilinear sampling.

/// One channel of an image, row by row from the top left.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// The `width * height` values.
    pub values: Vec<f32>,
}

impl Plane {
    /// Creates a plane with every pixel set to `value`.
    pub fn filled(width: usize, height: usize, value: f32) -> Self {
        Self {
            width,
            height,
            values: vec![value; width * height],
        }
    }

    /// Returns the `[width, height]` in pixels.
    pub(crate) fn size(&self) -> [usize; 2] {
        [self.width, self.height]
    }

    /// Samples bilinearly at `(x, y)` in pixels, where (0, 0) is the top left corner of the first pixel.
    /// Coordinates beyond the plane take the nearest edge pixel.
    pub fn sample(&self, x: f32, y: f32) -> f32 {
        self.interpolate(LinearTap::at(x, self.width), LinearTap::at(y, self.height))
    }

    /// Interpolates bilinearly with precomputed taps, one for each axis.
    pub(super) fn interpolate(&self, column: LinearTap, row: LinearTap) -> f32 {
        let along_row = |start: usize| {
            let first = self.values[start + column.first];
            first + column.weight * (self.values[start + column.second] - first)
        };
        let (upper, lower) = (
            along_row(row.first * self.width),
            along_row(row.second * self.width),
        );
        upper + row.weight * (lower - upper)
    }

    /// Rotates the plane clockwise by a quarter turn.
    pub(super) fn rotated(&self) -> Self {
        let mut rotated = Self::filled(self.height, self.width, 0.0);
        for (y, row) in self.values.chunks_exact(self.width).enumerate() {
            for (x, &value) in row.iter().enumerate() {
                rotated.values[x * self.height + self.height - 1 - y] = value;
            }
        }
        rotated
    }

    /// Crops the rectangle of `[width, height]` pixels at `[x, y]`, which must lie within the plane.
    pub(super) fn cropped(&self, [x, y]: [usize; 2], [width, height]: [usize; 2]) -> Self {
        let rows = self.values.chunks_exact(self.width).skip(y).take(height);
        Self {
            width,
            height,
            values: rows.flat_map(|row| &row[x..x + width]).copied().collect(),
        }
    }

    /// Halves the resolution: each pixel becomes the mean of 2x2. An odd last row or column is repeated.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut half = Self::filled(width, height, 0.0);
        for y in 0..height {
            let rows = [2 * y, (2 * y + 1).min(self.height - 1)];
            for x in 0..width {
                let columns = [2 * x, (2 * x + 1).min(self.width - 1)];
                let sum: f32 = rows
                    .iter()
                    .flat_map(|row| columns.map(|column| self.values[row * self.width + column]))
                    .sum();
                half.values[y * width + x] = sum / 4.0;
            }
        }
        half
    }
}

/// Two neighbouring pixels along one axis, and the interpolation weight of the second, 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinearTap {
    pub(super) first: usize,
    pub(super) second: usize,
    pub(super) weight: f32,
}

impl LinearTap {
    /// Returns the tap at a coordinate in pixels, where 0 is the start of the first of `length` pixels.
    /// Coordinates out of range take the nearest edge pixel.
    pub(super) fn at(coordinate: f32, length: usize) -> Self {
        let position = (coordinate - 0.5).clamp(0.0, (length - 1) as f32);
        let first = position as usize;
        Self {
            first,
            second: (first + 1).min(length - 1),
            weight: position - first as f32,
        }
    }
}
