//! Finding the garment: what differs from the colour of the photo's border.

use super::Plane;
use super::area::weigh;

/// A rectangle in a photo, in its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Crop {
    /// Left edge.
    pub x: u32,
    /// Top edge.
    pub y: u32,
    /// Width, at least 1.
    pub width: u32,
    /// Height, at least 1.
    pub height: u32,
}

impl Crop {
    /// The rectangle in a picture of `to` pixels that covers this one in a picture of `from`.
    pub(super) fn scaled_up(&self, from: [usize; 2], to: [usize; 2]) -> Self {
        let span = |start: u32, length: u32, from: usize, to: usize| {
            let scale = to as f64 / from as f64;
            let first = (f64::from(start) * scale).floor() as u32;
            let last = (f64::from(start + length) * scale).ceil().min(to as f64) as u32;
            (first, (last - first).max(1))
        };
        let (x, width) = span(self.x, self.width, from[0], to[0]);
        let (y, height) = span(self.y, self.height, from[1], to[1]);
        Self {
            x,
            y,
            width,
            height,
        }
    }
}

/// The least difference from the border's colour that counts as garment, of 255: the data set's
/// own conversion trims within 5 %.
const TOLERANCE: f32 = 0.05 * 255.0;
/// Where the border itself varies, this many median deviations of it are background too.
const DEVIATIONS: f32 = 4.0;
/// A row or column holds garment if this share of its pixels does.
const SHARE: f32 = 0.02;

/// The colour of a photo's border, and how far from it is still background.
pub(super) struct Background {
    colour: [f32; 3],
    tolerance: f32,
}

impl Background {
    /// The medians of the outermost ring of pixels.
    pub(super) fn of_border(planes: &[Plane; 3]) -> Self {
        let mut spread = 0.0_f32;
        let colour = [0, 1, 2].map(|channel: usize| {
            let mut values: Vec<f32> = planes[channel].border().collect();
            let centre = median(&mut values);
            let mut deviations: Vec<f32> = values.iter().map(|v| (v - centre).abs()).collect();
            spread = spread.max(median(&mut deviations));
            centre
        });
        Self {
            colour,
            tolerance: TOLERANCE.max(DEVIATIONS * spread),
        }
    }

    /// The grey value of the border's colour, 0 to 255.
    pub(super) fn luma(&self) -> f32 {
        weigh(self.colour)
    }

    fn is_foreground(&self, planes: &[Plane; 3], index: usize) -> bool {
        planes
            .iter()
            .zip(self.colour)
            .any(|(plane, colour)| (plane.values[index] - colour).abs() > self.tolerance)
    }
}

/// The box around what is not background; the whole picture where everything is.
pub(super) fn bounds(planes: &[Plane; 3], background: &Background) -> Crop {
    let (width, height) = (planes[0].width, planes[0].height);
    let mut columns = vec![0_usize; width];
    let mut rows = vec![0_usize; height];
    for index in 0..width * height {
        if background.is_foreground(planes, index) {
            columns[index % width] += 1;
            rows[index / width] += 1;
        }
    }
    let (x, cut_width) = span(&columns, height).unwrap_or((0, width));
    let (y, cut_height) = span(&rows, width).unwrap_or((0, height));
    Crop {
        x: x as u32,
        y: y as u32,
        width: cut_width as u32,
        height: cut_height as u32,
    }
}

/// First index and length of the lines that hold garment, each of `across` pixels.
fn span(counts: &[usize], across: usize) -> Option<(usize, usize)> {
    let enough = (SHARE * across as f32).max(1.0);
    let holds = |&count: &usize| count as f32 >= enough;
    let first = counts.iter().position(holds)?;
    let last = counts.iter().rposition(holds)?;
    Some((first, last + 1 - first))
}

/// The mean of `grey` over the garment's pixels; `None` where there are none.
pub(super) fn mean_where_foreground(
    planes: &[Plane; 3],
    background: &Background,
    grey: &Plane,
) -> Option<f32> {
    let (sum, count) = grey
        .values
        .iter()
        .enumerate()
        .filter(|(index, _)| background.is_foreground(planes, *index))
        .fold((0.0_f64, 0_usize), |(sum, count), (_, &v)| {
            (sum + f64::from(v), count + 1)
        });
    (count > 0).then(|| (sum / count as f64) as f32)
}

/// The middle value (the upper one of two); 0 for no values.
pub(super) fn median(values: &mut [f32]) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}
