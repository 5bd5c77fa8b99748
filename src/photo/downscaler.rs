//! Reducing a photo by area while its rows arrive: room for one row of sums is all that it takes.

use super::{Downscaled, MAX_PIXELS, MIN_SIDE, PhotoError, Plane};

/// A photo is reduced to this longest side before it is looked at.
pub(super) const WORKING_SIDE: usize = 256;
/// Shares of a row or column are counted in this many parts.
const PARTS: u16 = 256;

/// Of the rows that one reduced row covers, about this many are looked at where there are more.
const ROWS: usize = 8;

/// So many rows of bytes can be summed in 16 bits.
const MOST_TOGETHER: usize = 257;
/// Bytes of several rows that are summed at a time.
const BLOCK: usize = 64;

/// Takes a photo's rows from the top, in strips of any height, and reduces them to a picture of at
/// most 256 pixels a side. Every pixel of it is the mean of what it covers (of a large photo, in
/// every second, third... row), in whole numbers, so that every machine has the same.
#[derive(Clone, Debug)]
pub struct Downscaler {
    size: [usize; 2],
    downscaled: [usize; 2],
    columns: Vec<Window>,
    /// Sums over the rows of the reduced row that is being filled: red, green, blue, and one that
    /// is not used, of each of the photo's columns.
    sums: Vec<u32>,
    /// The parts of rows in the sums.
    parts: u32,
    /// One row out of so many is looked at.
    stride: usize,
    /// A row laid over white.
    row: Vec<u8>,
    /// Sums over rows that are taken together.
    together: Vec<u16>,
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
    first_parts: u16,
    last_parts: u16,
}

impl Window {
    /// Window `index` of `outputs` equal ones over `length` pixels.
    fn of(index: usize, length: usize, outputs: usize) -> Self {
        let whole = u64::from(PARTS);
        let edge = |index: usize| (index as u64 * length as u64 * whole) / outputs as u64;
        let (from, to) = (edge(index), edge(index + 1));
        let (first, last) = (from / whole, (to - 1) / whole);
        let first_end = ((first + 1) * whole).min(to);
        Self {
            first: first as usize,
            last: last as usize,
            first_parts: (first_end - from) as u16,
            last_parts: (to - (last * whole).max(from)) as u16,
        }
    }

    fn parts_of(&self, pixel: usize) -> u16 {
        match pixel {
            _ if pixel == self.first => self.first_parts,
            _ if pixel == self.last => self.last_parts,
            _ => PARTS,
        }
    }

    fn parts(&self) -> u32 {
        (self.first..=self.last)
            .map(|pixel| u32::from(self.parts_of(pixel)))
            .sum()
    }
}

impl Downscaler {
    /// For a photo of `width` by `height` pixels.
    ///
    /// # Errors
    /// [`PhotoError`] where a side is 0 or under [`MIN_SIDE`], or the whole over [`MAX_PIXELS`].
    pub fn new(width: usize, height: usize) -> Result<Self, PhotoError> {
        pixels(width, height)?;
        if width.min(height) < MIN_SIDE {
            return Err(PhotoError::TooSmall { width, height });
        }
        let longest = width.max(height);
        let downscaled = [width, height].map(|side| match longest > WORKING_SIDE {
            true => ((side * WORKING_SIDE + longest / 2) / longest).max(1),
            false => side,
        });
        let [columns, rows] = downscaled;
        Ok(Self {
            size: [width, height],
            downscaled,
            columns: (0..columns)
                .map(|x| Window::of(x, width, columns))
                .collect(),
            sums: vec![0; width * 4],
            parts: 0,
            stride: (height / rows / ROWS).max(1),
            row: Vec::new(),
            together: Vec::new(),
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
        let mut rest = rgba;
        while !rest.is_empty() {
            let count = self.inner_rows(rest.len() / (width * 4));
            let (rows, others) = rest.split_at(count.max(1) * width * 4);
            if count < 2 || !self.take_inner(rows) {
                for row in rows.chunks_exact(width * 4) {
                    self.take(row);
                }
            }
            rest = others;
        }
        Ok(())
    }

    /// The reduced photo.
    ///
    /// # Errors
    /// [`PhotoError::Length`] where rows are missing, [`PhotoError::Transparent`] where no pixel
    /// is opaque at all.
    pub fn finish(self) -> Result<Downscaled, PhotoError> {
        if self.taken < self.size[1] {
            return Err(self.wrong_length(0));
        }
        if !self.is_opaque_anywhere {
            return Err(PhotoError::Transparent);
        }
        Ok(Downscaled {
            planes: self.planes,
            size: self.size,
        })
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

    /// How many of the next rows, of which there are `most`, one reduced row covers whole, none of
    /// them being its first or last.
    fn inner_rows(&self, most: usize) -> usize {
        let [_, height] = self.size;
        let [_, rows] = self.downscaled;
        let window = Window::of(self.taken * rows / height, height, rows);
        match self.taken > window.first {
            true => window.last.saturating_sub(self.taken).min(most),
            false => 0,
        }
    }

    /// Takes such rows together, which is faster, and gives whether it has: not where one of them is
    /// not opaque.
    fn take_inner(&mut self, rows: &[u8]) -> bool {
        let bytes = self.size[0] * 4;
        let all = rows.chunks_exact(bytes).zip(self.taken..);
        let looked_at: Vec<&[u8]> = all
            .filter(|(_, index)| index.is_multiple_of(self.stride))
            .map(|(row, _)| row)
            .collect();
        let count = looked_at.len();
        if count > MOST_TOGETHER {
            return false;
        }
        self.together.clear();
        self.together.resize(bytes, 0);
        for (index, sums) in self.together.chunks_mut(BLOCK).enumerate() {
            let from = index * BLOCK;
            // Of a width that is known, so that it stays in registers.
            if let Ok(sums) = <&mut [u16; BLOCK]>::try_from(&mut *sums) {
                let mut block = [0_u16; BLOCK];
                for row in &looked_at {
                    for (sum, &value) in block.iter_mut().zip(&row[from..from + BLOCK]) {
                        *sum += u16::from(value);
                    }
                }
                *sums = block;
            } else {
                for row in &looked_at {
                    for (sum, &value) in sums.iter_mut().zip(&row[from..]) {
                        *sum += u16::from(value);
                    }
                }
            }
        }
        let opaque = 255 * count as u16;
        let (pixels, _) = self.together.as_chunks::<4>();
        if pixels.iter().any(|pixel| pixel[3] != opaque) {
            return false;
        }
        for (sum, &together) in self.sums.iter_mut().zip(&self.together) {
            *sum += u32::from(together) * u32::from(PARTS);
        }
        self.parts += count as u32 * u32::from(PARTS);
        self.is_opaque_anywhere |= count > 0;
        self.taken += rows.len() / bytes;
        true
    }

    fn take(&mut self, row: &[u8]) {
        let is_looked_at = self.taken.is_multiple_of(self.stride);
        let mut over_white = std::mem::take(&mut self.row);
        let row = match is_looked_at {
            true => self.opaque(row, &mut over_white),
            false => row,
        };
        let [_, height] = self.size;
        let [_, rows] = self.downscaled;
        // A row that lies across the edge of two reduced rows counts for both.
        for y in self.taken * rows / height..rows {
            let window = Window::of(y, height, rows);
            if window.first > self.taken {
                break;
            }
            if window.last < self.taken {
                continue;
            }
            if is_looked_at {
                let parts = window.parts_of(self.taken);
                // At most 255 * 256: as 16 bits it is multiplied faster.
                for (sum, &value) in self.sums.iter_mut().zip(row) {
                    *sum += u32::from(u16::from(value) * parts);
                }
                self.parts += u32::from(parts);
            }
            if window.last == self.taken {
                self.finish_row(y);
            }
        }
        self.row = over_white;
        self.taken += 1;
    }

    /// The row as it is where all of it is opaque, and else laid over white in `over_white`.
    fn opaque<'a>(&mut self, row: &'a [u8], over_white: &'a mut Vec<u8>) -> &'a [u8] {
        // The highest byte of a pixel is its opacity.
        let (mut all, mut any) = (u32::MAX, 0);
        for pixel in row.as_chunks::<4>().0 {
            let pixel = u32::from_le_bytes(*pixel);
            all &= pixel;
            any |= pixel;
        }
        self.is_opaque_anywhere |= any >> 24 > 0;
        if all >> 24 == 255 {
            return row;
        }
        over_white.clear();
        over_white.extend(row.chunks_exact(4).flat_map(lay_over_white));
        over_white
    }

    /// Reduces the sums across, and starts anew.
    fn finish_row(&mut self, y: usize) {
        let width = self.downscaled[0];
        for (x, window) in self.columns.iter().enumerate() {
            let mut totals = [0_u64; 3];
            for pixel in window.first..=window.last {
                let parts = u64::from(window.parts_of(pixel));
                for (total, &sum) in totals.iter_mut().zip(&self.sums[pixel * 4..]) {
                    *total += u64::from(sum) * parts;
                }
            }
            let parts = f64::from(self.parts.max(1)) * f64::from(window.parts());
            for (plane, total) in self.planes.iter_mut().zip(totals) {
                plane.values[y * width + x] = (total as f64 / parts) as f32;
            }
        }
        self.sums.fill(0);
        self.parts = 0;
    }
}

/// How many pixels a photo of this size has.
///
/// # Errors
/// [`PhotoError::Empty`] and [`PhotoError::TooLarge`].
pub(super) fn pixels(width: usize, height: usize) -> Result<usize, PhotoError> {
    if width == 0 || height == 0 {
        return Err(PhotoError::Empty { width, height });
    }
    let pixels = width.checked_mul(height);
    pixels
        .filter(|&pixels| pixels <= MAX_PIXELS)
        .ok_or(PhotoError::TooLarge { width, height })
}

/// A straight RGBA pixel as it looks on white, rounded.
fn lay_over_white(pixel: &[u8]) -> [u8; 4] {
    let opacity = u32::from(pixel[3]);
    let over = |value: u8| ((u32::from(value) * opacity + 255 * (255 - opacity) + 127) / 255) as u8;
    [over(pixel[0]), over(pixel[1]), over(pixel[2]), 255]
}
