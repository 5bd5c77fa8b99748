//! Reducing a photo by area while its rows arrive: room for one row of sums is all that it takes.

use super::{MAX_PIXELS, MIN_SIDE, PhotoError, Plane};

/// A photo is reduced to this longest side before it is looked at.
pub(super) const WORKING_SIDE: usize = 256;
/// Shares of a row or column are counted in this many parts.
const PARTS: u64 = 256;

/// Takes a photo's rows from the top, in strips of any height, and reduces them to a picture of at
/// most 256 pixels a side. Every pixel of it is the mean of what it covers, in whole numbers, so
/// that every machine has the same.
#[derive(Clone, Debug)]
pub struct Reducer {
    size: [usize; 2],
    reduced: [usize; 2],
    columns: Vec<Window>,
    /// Sums over the rows of the reduced row that is being filled: red, green, blue, and one that
    /// is not used, of each of the photo's columns.
    sums: Vec<u32>,
    /// A row laid over white.
    row: Vec<u8>,
    /// Rows taken so far.
    taken: usize,
    is_opaque_anywhere: bool,
    planes: [Plane; 3],
}

/// The pixels of the photo that one reduced pixel covers along one axis: all from `first` to `last`,
/// but these two only in part.
#[derive(Clone, Copy, Debug)]
struct Window {
    first: usize,
    last: usize,
    first_parts: u32,
    last_parts: u32,
}

impl Window {
    /// Window `index` of `outputs` equal ones over `length` pixels.
    fn of(index: usize, length: usize, outputs: usize) -> Self {
        let edge = |index: usize| (index as u64 * length as u64 * PARTS) / outputs as u64;
        let (from, to) = (edge(index), edge(index + 1));
        let (first, last) = (from / PARTS, (to - 1) / PARTS);
        let first_end = ((first + 1) * PARTS).min(to);
        Self {
            first: first as usize,
            last: last as usize,
            first_parts: (first_end - from) as u32,
            last_parts: (to - (last * PARTS).max(from)) as u32,
        }
    }

    fn parts_of(&self, pixel: usize) -> u32 {
        match pixel {
            _ if pixel == self.first => self.first_parts,
            _ if pixel == self.last => self.last_parts,
            _ => PARTS as u32,
        }
    }

    fn parts(&self) -> u32 {
        (self.first..=self.last)
            .map(|pixel| self.parts_of(pixel))
            .sum()
    }
}

impl Reducer {
    /// For a photo of `width` by `height` pixels.
    ///
    /// # Errors
    /// [`PhotoError`] where a side is 0 or under [`MIN_SIDE`], or the whole over [`MAX_PIXELS`].
    pub fn new(width: usize, height: usize) -> Result<Self, PhotoError> {
        if width == 0 || height == 0 {
            return Err(PhotoError::Empty { width, height });
        }
        let pixels = width.checked_mul(height);
        if pixels.is_none_or(|pixels| pixels > MAX_PIXELS) {
            return Err(PhotoError::TooLarge { width, height });
        }
        if width.min(height) < MIN_SIDE {
            return Err(PhotoError::TooSmall { width, height });
        }
        let longest = width.max(height);
        let reduced = [width, height].map(|side| match longest > WORKING_SIDE {
            true => ((side * WORKING_SIDE + longest / 2) / longest).max(1),
            false => side,
        });
        let [columns, rows] = reduced;
        Ok(Self {
            size: [width, height],
            reduced,
            columns: (0..columns)
                .map(|x| Window::of(x, width, columns))
                .collect(),
            sums: vec![0; width * 4],
            row: Vec::new(),
            taken: 0,
            is_opaque_anywhere: false,
            planes: [(); 3].map(|()| Plane::filled(columns, rows, 0.0)),
        })
    }

    /// Takes whole rows of straight (not premultiplied) RGBA, which is laid over white.
    ///
    /// # Errors
    /// [`PhotoError::Length`] where the bytes are no whole rows, or more than are missing.
    pub fn push(&mut self, rgba: &[u8]) -> Result<(), PhotoError> {
        let [width, height] = self.size;
        let missing = (height - self.taken) * width * 4;
        if !rgba.len().is_multiple_of(width * 4) || rgba.len() > missing {
            return Err(self.wrong_length(rgba.len()));
        }
        for row in rgba.chunks_exact(width * 4) {
            self.take(row);
        }
        Ok(())
    }

    /// The reduced photo's red, green and blue, 0 to 255.
    ///
    /// # Errors
    /// [`PhotoError::Length`] where rows are missing, [`PhotoError::Transparent`] where no pixel
    /// is opaque at all.
    pub fn finish(self) -> Result<[Plane; 3], PhotoError> {
        if self.taken < self.size[1] {
            return Err(self.wrong_length(0));
        }
        if !self.is_opaque_anywhere {
            return Err(PhotoError::Transparent);
        }
        Ok(self.planes)
    }

    fn wrong_length(&self, more: usize) -> PhotoError {
        let [width, height] = self.size;
        PhotoError::Length {
            found: self.taken * width * 4 + more,
            expected: width * height * 4,
            width,
            height,
        }
    }

    fn take(&mut self, row: &[u8]) {
        let opacity = row.chunks_exact(4).fold([255, 0], |[least, most], pixel| {
            [pixel[3].min(least), pixel[3].max(most)]
        });
        self.is_opaque_anywhere |= opacity[1] > 0;
        let mut over_white = std::mem::take(&mut self.row);
        let row = if opacity[0] == 255 {
            row
        } else {
            over_white.clear();
            over_white.extend(row.chunks_exact(4).flat_map(lay_over_white));
            &over_white
        };
        let [_, height] = self.size;
        let [_, rows] = self.reduced;
        // A row that lies across the edge of two reduced rows counts for both.
        let mut y = self.taken * rows / height;
        while y < rows {
            let window = Window::of(y, height, rows);
            if window.first > self.taken {
                break;
            }
            if window.last >= self.taken {
                let parts = window.parts_of(self.taken);
                for (sum, &value) in self.sums.iter_mut().zip(row) {
                    *sum += u32::from(value) * parts;
                }
                if window.last == self.taken {
                    self.finish_row(y, window.parts());
                }
            }
            y += 1;
        }
        self.row = over_white;
        self.taken += 1;
    }

    /// Reduces the sums across, and starts anew.
    fn finish_row(&mut self, y: usize, row_parts: u32) {
        let width = self.reduced[0];
        for (x, window) in self.columns.iter().enumerate() {
            let mut totals = [0_u64; 3];
            for pixel in window.first..=window.last {
                let parts = u64::from(window.parts_of(pixel));
                for (total, &sum) in totals.iter_mut().zip(&self.sums[pixel * 4..]) {
                    *total += u64::from(sum) * parts;
                }
            }
            let parts = f64::from(row_parts) * f64::from(window.parts());
            for (plane, total) in self.planes.iter_mut().zip(totals) {
                plane.values[y * width + x] = (total as f64 / parts) as f32;
            }
        }
        self.sums.fill(0);
    }
}

/// A straight RGBA pixel as it looks on white, rounded.
fn lay_over_white(pixel: &[u8]) -> [u8; 4] {
    let opacity = u32::from(pixel[3]);
    let over = |value: u8| ((u32::from(value) * opacity + 255 * (255 - opacity) + 127) / 255) as u8;
    [over(pixel[0]), over(pixel[1]), over(pixel[2]), 255]
}
