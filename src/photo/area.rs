//! Resampling by area: every output pixel is the mean of what it covers.

use super::Crop;

/// One channel of a picture, values 0 to 255 row by row.
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
    fn zeros(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            values: vec![0.0; width * height],
        }
    }

    /// The values of the outermost ring of pixels.
    pub fn border(&self) -> impl Iterator<Item = f32> + '_ {
        let (width, height) = (self.width, self.height);
        let edge = move |index: usize| {
            let (x, y) = (index % width, index / width);
            x == 0 || y == 0 || x + 1 == width || y + 1 == height
        };
        self.values
            .iter()
            .enumerate()
            .filter(move |(index, _)| edge(*index))
            .map(|(_, &v)| v)
    }
}

/// The input pixels that one output pixel covers along one axis: from `first` on, with their
/// shares, which sum to 1.
struct Window {
    first: usize,
    shares: Vec<f32>,
}

/// Splits `length` input pixels from `start` into `outputs` equal windows.
fn windows(start: usize, length: usize, outputs: usize) -> Vec<Window> {
    let step = length as f64 / outputs as f64;
    let window = |index: usize| {
        let (from, to) = (index as f64 * step, (index + 1) as f64 * step);
        let first = (from.floor() as usize).min(length - 1);
        let last = (to.ceil() as usize).clamp(first + 1, length);
        let shares = (first..last)
            .map(|pixel| {
                let covered = to.min((pixel + 1) as f64) - from.max(pixel as f64);
                (covered / step) as f32
            })
            .collect();
        Window {
            first: start + first,
            shares,
        }
    };
    (0..outputs).map(window).collect()
}

/// Lays RGBA over white and reduces it by area to red, green and blue planes, whose sides
/// `target` gives for the photo's. Needs room for one row of the photo only.
pub(super) fn reduce_rgba(
    rgba: &[u8],
    [width, height]: [usize; 2],
    target: impl Fn(usize) -> usize,
) -> [Plane; 3] {
    let (out_width, out_height) = (target(width), target(height));
    let columns = windows(0, width, out_width);
    let mut planes = [(); 3].map(|()| Plane::zeros(out_width, out_height));
    for (y, rows) in windows(0, height, out_height).iter().enumerate() {
        for (row, &row_share) in rows.shares.iter().enumerate() {
            let start = (rows.first + row) * width * 4;
            let pixels = &rgba[start..start + width * 4];
            for (x, column) in columns.iter().enumerate() {
                let covered = &pixels[column.first * 4..][..column.shares.len() * 4];
                let mut sums = [0.0_f32; 3];
                for (pixel, &share) in covered.chunks_exact(4).zip(&column.shares) {
                    let opacity = f32::from(pixel[3]) / 255.0;
                    for (sum, &value) in sums.iter_mut().zip(pixel) {
                        *sum += share * (255.0 + opacity * (f32::from(value) - 255.0));
                    }
                }
                for (plane, sum) in planes.iter_mut().zip(sums) {
                    plane.values[y * out_width + x] += row_share * sum;
                }
            }
        }
    }
    planes
}

/// Luma after ITU-R BT.601, the weights of most image tools' grey.
pub(super) fn luma([red, green, blue]: &[Plane; 3]) -> Plane {
    let values = red.values.iter().zip(&green.values).zip(&blue.values);
    Plane {
        width: red.width,
        height: red.height,
        values: values.map(|((&r, &g), &b)| weigh([r, g, b])).collect(),
    }
}

/// Luma of one colour, channels 0 to 255.
pub(super) fn weigh([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

/// Cuts `crop` out and resamples it so that its longest side is `side`, its shape kept.
pub(super) fn cut_to_fit(plane: &Plane, crop: &Crop, side: usize) -> Plane {
    let (width, height) = (crop.width as usize, crop.height as usize);
    let longest = width.max(height) as f32;
    let fit =
        |length: usize| ((length as f32 * side as f32 / longest).round() as usize).clamp(1, side);
    let (out_width, out_height) = (fit(width), fit(height));
    let columns = windows(crop.x as usize, width, out_width);
    let rows = windows(crop.y as usize, height, out_height);
    let mut cut = Plane::zeros(out_width, out_height);
    for (output, row) in cut.values.chunks_exact_mut(out_width).zip(&rows) {
        for (offset, &row_share) in row.shares.iter().enumerate() {
            let line = &plane.values[(row.first + offset) * plane.width..][..plane.width];
            for (value, column) in output.iter_mut().zip(&columns) {
                let covered = &line[column.first..][..column.shares.len()];
                let sum: f32 = covered.iter().zip(&column.shares).map(|(v, s)| v * s).sum();
                *value += row_share * sum;
            }
        }
    }
    cut
}
