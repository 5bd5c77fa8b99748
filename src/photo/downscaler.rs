//! Downscales a photo by area averaging while its rows arrive, holding only one row of sums.
//!
//! Sums are integers, so every machine computes the same pixels. A row or column that lies across the border
//! of two output pixels counts for both, weighted by the covered share in units of 1/256.

use super::{Downscaled, MAX_PIXELS, MIN_SIDE, PhotoError, Plane};

/// Longest side of a downscaled photo, in pixels.
pub(super) const WORKING_SIDE: usize = 256;
/// Weight of a row or column that lies completely in one output pixel.
const FULL_WEIGHT: u16 = 256;

/// Rows that are averaged for one output row, about: in large photos, rows between them are skipped.
const SAMPLED_ROWS: usize = 5;

/// Most rows whose bytes can be summed in 16 bits.
const MAX_ROWS_IN_U16: usize = 257;
/// Bytes of each row that are summed at a time.
const BLOCK_BYTES: usize = 64;

/// Downscales a photo to at most 256 pixels a side, from strips of any height pushed from the top. Each
/// output pixel is the mean of the pixels that it covers; in large photos, of those in every second, third,
/// ... row.
#[derive(Clone, Debug)]
pub struct Downscaler {
    /// `[width, height]` of the photo, in pixels.
    size: [usize; 2],
    /// `[width, height]` of the output, in pixels.
    output_size: [usize; 2],
    /// The photo's columns that each output column covers.
    columns: Vec<Window>,
    /// Weighted sums over the rows of the current output row: four channels for each of the photo's columns,
    /// of which alpha is not used.
    sums: Vec<u32>,
    /// Total weight of the rows in `sums`.
    row_weight: u32,
    /// One row out of this many is sampled.
    row_stride: usize,
    /// Buffer for a row composited over white.
    composited: Vec<u8>,
    /// Buffer for the sums over several rows.
    strip_sums: Vec<u16>,
    /// Rows pushed so far.
    rows_pushed: usize,
    /// Whether any pixel so far is not fully transparent.
    has_visible_pixel: bool,
    /// Red, green and blue of the output, 0 to 255.
    planes: [Plane; 3],
}

/// The photo's pixels that one output pixel covers along one axis: `first` to `last`, these two possibly in
/// part.
#[derive(Clone, Copy, Debug)]
struct Window {
    first: usize,
    last: usize,
    first_weight: u16,
    last_weight: u16,
}

impl Window {
    /// Returns window `index` of `outputs` equal windows over `length` pixels.
    fn new(index: usize, length: usize, outputs: usize) -> Self {
        let unit = u64::from(FULL_WEIGHT);
        let boundary = |index: usize| (index as u64 * length as u64 * unit) / outputs as u64;
        let (start, end) = (boundary(index), boundary(index + 1));
        let (first, last) = (start / unit, (end - 1) / unit);
        let first_end = ((first + 1) * unit).min(end);
        Self {
            first: first as usize,
            last: last as usize,
            first_weight: (first_end - start) as u16,
            last_weight: (end - (last * unit).max(start)) as u16,
        }
    }

    /// Returns the weight of one of the window's pixels, up to [`FULL_WEIGHT`].
    fn weight_of(&self, pixel: usize) -> u16 {
        match pixel {
            _ if pixel == self.first => self.first_weight,
            _ if pixel == self.last => self.last_weight,
            _ => FULL_WEIGHT,
        }
    }

    /// Returns the sum of the weights.
    fn total_weight(&self) -> u32 {
        (self.first..=self.last)
            .map(|pixel| u32::from(self.weight_of(pixel)))
            .sum()
    }
}

impl Downscaler {
    /// Starts a photo of `width` by `height` pixels.
    ///
    /// # Errors
    /// [`PhotoError`] if a side is 0 or under [`MIN_SIDE`], or the photo has more than [`MAX_PIXELS`].
    pub fn new(width: usize, height: usize) -> Result<Self, PhotoError> {
        pixel_count(width, height)?;
        if width.min(height) < MIN_SIDE {
            return Err(PhotoError::TooSmall { width, height });
        }
        let longer_side = width.max(height);
        let output_size = [width, height].map(|side| match longer_side > WORKING_SIDE {
            true => ((side * WORKING_SIDE + longer_side / 2) / longer_side).max(1),
            false => side,
        });
        let [columns, rows] = output_size;
        Ok(Self {
            size: [width, height],
            output_size,
            columns: (0..columns)
                .map(|x| Window::new(x, width, columns))
                .collect(),
            sums: vec![0; width * 4],
            row_weight: 0,
            row_stride: (height / rows / SAMPLED_ROWS).max(1),
            composited: Vec::new(),
            strip_sums: Vec::new(),
            rows_pushed: 0,
            has_visible_pixel: false,
            planes: [(); 3].map(|()| Plane::filled(columns, rows, 0.0)),
        })
    }

    /// Adds the next rows: whole rows of straight (not premultiplied) RGBA bytes, composited over white.
    ///
    /// # Errors
    /// [`PhotoError::Length`] if the bytes are not whole rows, or more rows than the photo still lacks.
    pub fn push(&mut self, rgba: &[u8]) -> Result<(), PhotoError> {
        let [width, height] = self.size;
        let missing = (height - self.rows_pushed) * width * 4;
        if !rgba.len().is_multiple_of(width * 4) || rgba.len() > missing {
            return Err(self.wrong_length(rgba.len()));
        }
        let mut rest = rgba;
        while !rest.is_empty() {
            let count = self.inner_rows(rest.len() / (width * 4));
            let (rows, remaining) = rest.split_at(count.max(1) * width * 4);
            if count < 2 || !self.push_inner_rows(rows) {
                for row in rows.chunks_exact(width * 4) {
                    self.push_row(row);
                }
            }
            rest = remaining;
        }
        Ok(())
    }

    /// Returns the downscaled photo.
    ///
    /// # Errors
    /// [`PhotoError::Length`] if rows are missing, [`PhotoError::Transparent`] if every pixel is fully
    /// transparent.
    pub fn finish(self) -> Result<Downscaled, PhotoError> {
        if self.rows_pushed < self.size[1] {
            return Err(self.wrong_length(0));
        }
        if !self.has_visible_pixel {
            return Err(PhotoError::Transparent);
        }
        Ok(Downscaled {
            planes: self.planes,
            size: self.size,
        })
    }

    /// Returns the error of a photo that would have `more` bytes than were pushed.
    fn wrong_length(&self, more: usize) -> PhotoError {
        let [width, height] = self.size;
        PhotoError::Length {
            found: self.rows_pushed * width * 4 + more,
            expected: width * height * 4,
            width,
            height,
        }
    }

    /// Returns how many of the next `available` rows lie inside the current output row, which excludes its
    /// first and its last row.
    fn inner_rows(&self, available: usize) -> usize {
        let [_, height] = self.size;
        let [_, rows] = self.output_size;
        let window = Window::new(self.rows_pushed * rows / height, height, rows);
        match self.rows_pushed > window.first {
            true => window.last.saturating_sub(self.rows_pushed).min(available),
            false => 0,
        }
    }

    /// Adds several inner rows at once, which is faster than one by one. Returns false, without adding any,
    /// if there are too many of them or a pixel is not opaque.
    fn push_inner_rows(&mut self, rows: &[u8]) -> bool {
        let bytes = self.size[0] * 4;
        let indexed = rows.chunks_exact(bytes).zip(self.rows_pushed..);
        let sampled: Vec<&[u8]> = indexed
            .filter(|(_, index)| index.is_multiple_of(self.row_stride))
            .map(|(row, _)| row)
            .collect();
        let count = sampled.len();
        if count > MAX_ROWS_IN_U16 {
            return false;
        }
        self.strip_sums.clear();
        self.strip_sums.resize(bytes, 0);
        for (index, sums) in self.strip_sums.chunks_mut(BLOCK_BYTES).enumerate() {
            let start = index * BLOCK_BYTES;
            // The constant length lets the compiler keep the sums in registers.
            if let Ok(sums) = <&mut [u16; BLOCK_BYTES]>::try_from(&mut *sums) {
                let mut block = [0_u16; BLOCK_BYTES];
                for row in &sampled {
                    for (sum, &value) in block.iter_mut().zip(&row[start..start + BLOCK_BYTES]) {
                        *sum += u16::from(value);
                    }
                }
                *sums = block;
            } else {
                for row in &sampled {
                    for (sum, &value) in sums.iter_mut().zip(&row[start..]) {
                        *sum += u16::from(value);
                    }
                }
            }
        }
        let opaque = 255 * count as u16;
        let (pixels, _) = self.strip_sums.as_chunks::<4>();
        if pixels.iter().any(|pixel| pixel[3] != opaque) {
            return false;
        }
        for (sum, &strip_sum) in self.sums.iter_mut().zip(&self.strip_sums) {
            *sum += u32::from(strip_sum) * u32::from(FULL_WEIGHT);
        }
        self.row_weight += count as u32 * u32::from(FULL_WEIGHT);
        self.has_visible_pixel |= count > 0;
        self.rows_pushed += rows.len() / bytes;
        true
    }

    /// Adds one row.
    fn push_row(&mut self, row: &[u8]) {
        let is_sampled = self.rows_pushed.is_multiple_of(self.row_stride);
        let mut composited = std::mem::take(&mut self.composited);
        let row = match is_sampled {
            true => self.composite(row, &mut composited),
            false => row,
        };
        let [_, height] = self.size;
        let [_, rows] = self.output_size;
        // A row that lies across the border of two output rows counts for both.
        for y in self.rows_pushed * rows / height..rows {
            let window = Window::new(y, height, rows);
            if window.first > self.rows_pushed {
                break;
            }
            if window.last < self.rows_pushed {
                continue;
            }
            if is_sampled {
                let weight = window.weight_of(self.rows_pushed);
                // The product is at most 255 * 256, and 16-bit multiplication is faster.
                for (sum, &value) in self.sums.iter_mut().zip(row) {
                    *sum += u32::from(u16::from(value) * weight);
                }
                self.row_weight += u32::from(weight);
            }
            if window.last == self.rows_pushed {
                self.finish_row(y);
            }
        }
        self.composited = composited;
        self.rows_pushed += 1;
    }

    /// Returns the row itself if all of it is opaque, else composites it over white into `composited`.
    fn composite<'a>(&mut self, row: &'a [u8], composited: &'a mut Vec<u8>) -> &'a [u8] {
        // The highest byte of a little-endian pixel is alpha.
        let (mut all, mut any) = (u32::MAX, 0);
        for pixel in row.as_chunks::<4>().0 {
            let pixel = u32::from_le_bytes(*pixel);
            all &= pixel;
            any |= pixel;
        }
        self.has_visible_pixel |= any >> 24 > 0;
        if all >> 24 == 255 {
            return row;
        }
        composited.clear();
        composited.extend(row.chunks_exact(4).flat_map(composite_over_white));
        composited
    }

    /// Averages the sums over each output column into output row `y`, and resets them.
    fn finish_row(&mut self, y: usize) {
        let width = self.output_size[0];
        for (x, window) in self.columns.iter().enumerate() {
            let mut totals = [0_u64; 3];
            for pixel in window.first..=window.last {
                let weight = u64::from(window.weight_of(pixel));
                for (total, &sum) in totals.iter_mut().zip(&self.sums[pixel * 4..]) {
                    *total += u64::from(sum) * weight;
                }
            }
            let weight = f64::from(self.row_weight.max(1)) * f64::from(window.total_weight());
            for (plane, total) in self.planes.iter_mut().zip(totals) {
                plane.values[y * width + x] = (total as f64 / weight) as f32;
            }
        }
        self.sums.fill(0);
        self.row_weight = 0;
    }
}

/// Returns the number of pixels of a photo.
///
/// # Errors
/// [`PhotoError::Empty`] if there are none, [`PhotoError::TooLarge`] if there are more than [`MAX_PIXELS`].
pub(super) fn pixel_count(width: usize, height: usize) -> Result<usize, PhotoError> {
    if width == 0 || height == 0 {
        return Err(PhotoError::Empty { width, height });
    }
    let pixels = width.checked_mul(height);
    pixels
        .filter(|&pixels| pixels <= MAX_PIXELS)
        .ok_or(PhotoError::TooLarge { width, height })
}

/// Composites a straight RGBA pixel over white, rounded to whole levels.
fn composite_over_white(pixel: &[u8]) -> [u8; 4] {
    let alpha = u32::from(pixel[3]);
    let composite =
        |value: u8| ((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
    [
        composite(pixel[0]),
        composite(pixel[1]),
        composite(pixel[2]),
        255,
    ]
}
