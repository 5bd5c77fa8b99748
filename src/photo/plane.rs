//! One channel of a picture, and how it is sampled.

/// One channel of a picture, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// `width * height` values.
    pub values: Vec<f32>,
}

impl Plane {
    /// A plane of one value.
    pub fn filled(width: usize, height: usize, value: f32) -> Self {
        Self {
            width,
            height,
            values: vec![value; width * height],
        }
    }

    /// The value at a place between pixels, bilinear: (0, 0) is the top left corner of the first
    /// pixel, and beyond the picture its outermost pixels go on.
    pub fn sample(&self, x: f32, y: f32) -> f32 {
        self.between(Between::of(x, self.width), Between::of(y, self.height))
    }

    /// The same of a place known for each axis.
    pub(super) fn between(&self, column: Between, row: Between) -> f32 {
        let along = |start: usize| {
            let first = self.values[start + column.first];
            first + column.share * (self.values[start + column.second] - first)
        };
        let (upper, lower) = (
            along(row.first * self.width),
            along(row.second * self.width),
        );
        upper + row.share * (lower - upper)
    }

    /// Turned clockwise by a quarter.
    pub(super) fn turned(&self) -> Self {
        let mut turned = Self::filled(self.height, self.width, 0.0);
        for (y, row) in self.values.chunks_exact(self.width).enumerate() {
            for (x, &value) in row.iter().enumerate() {
                turned.values[x * self.height + self.height - 1 - y] = value;
            }
        }
        turned
    }

    /// The rectangle of this size at `[x, y]`, which lies within the plane.
    pub(super) fn cut(&self, [x, y]: [usize; 2], [width, height]: [usize; 2]) -> Self {
        let rows = self.values.chunks_exact(self.width).skip(y).take(height);
        Self {
            width,
            height,
            values: rows.flat_map(|row| &row[x..x + width]).copied().collect(),
        }
    }

    /// Half as many pixels each way (the odd one left over counts alone), each the mean of four.
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

/// The two pixels around a place along one axis, and how far it is from the first to the second.
#[derive(Clone, Copy, Debug)]
pub(super) struct Between {
    first: usize,
    second: usize,
    share: f32,
}

impl Between {
    /// Place 0 is the start of the first of `length` pixels; beyond them the outermost go on.
    pub(super) fn of(place: f32, length: usize) -> Self {
        let place = (place - 0.5).clamp(0.0, (length - 1) as f32);
        let first = place as usize;
        Self {
            first,
            second: (first + 1).min(length - 1),
            share: place - first as f32,
        }
    }
}
