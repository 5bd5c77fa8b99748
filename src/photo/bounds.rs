//! Upright rectangles in photos and masks.

use super::Plane;

/// Share of the foreground's pixels that its bounds may leave out on each side, so that specks do not widen
/// them.
const TRIMMED_SHARE: f32 = 0.002;

/// An upright rectangle of whole pixels in a photo.
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Crop {
    /// Left edge, in pixels.
    pub x: u32,
    /// Top edge, in pixels.
    pub y: u32,
    /// Width in pixels, at least 1.
    pub width: u32,
    /// Height in pixels, at least 1.
    pub height: u32,
}

/// An upright rectangle with fractional pixel coordinates; (0, 0) is the top left corner of the first pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
}

impl Bounds {
    /// Covers a whole plane, in its pixels.
    pub(super) fn of_plane(plane: &Plane) -> Self {
        Self {
            left: 0.0,
            top: 0.0,
            right: plane.width as f32,
            bottom: plane.height as f32,
        }
    }

    /// Bounds the pixels whose foreground probability is at least 0.5, in pixels of the mask; `None` where
    /// there are none.
    pub(super) fn of_foreground(foreground: &Plane) -> Option<Self> {
        let mut columns = vec![0.0; foreground.width];
        let mut rows = vec![0.0; foreground.height];
        for (y, row) in foreground.values.chunks_exact(foreground.width).enumerate() {
            for (x, &probability) in row.iter().enumerate() {
                if probability >= 0.5 {
                    columns[x] += 1.0;
                    rows[y] += 1.0;
                }
            }
        }
        let (left, right) = trimmed_span(&columns)?;
        let (top, bottom) = trimmed_span(&rows)?;
        Some(Self {
            left,
            top,
            right,
            bottom,
        })
    }

    /// Multiplies the horizontal and the vertical coordinates by `[horizontal, vertical]`.
    pub(super) fn scaled(self, [horizontal, vertical]: [f32; 2]) -> Self {
        Self {
            left: self.left * horizontal,
            top: self.top * vertical,
            right: self.right * horizontal,
            bottom: self.bottom * vertical,
        }
    }

    /// Grows by a margin on each side.
    pub(super) fn expanded(self, margin: f32) -> Self {
        Self {
            left: self.left - margin,
            top: self.top - margin,
            right: self.right + margin,
            bottom: self.bottom + margin,
        }
    }

    /// Moves by the top left corner of `origin`.
    pub(super) fn shifted(self, origin: Self) -> Self {
        Self {
            left: self.left + origin.left,
            top: self.top + origin.top,
            right: self.right + origin.left,
            bottom: self.bottom + origin.top,
        }
    }

    /// Returns the `[width, height]` of one pixel of a plane of `[width, height]` pixels that covers these
    /// bounds.
    pub(super) fn pixel_size(self, [width, height]: [usize; 2]) -> [f32; 2] {
        [
            (self.right - self.left) / width as f32,
            (self.bottom - self.top) / height as f32,
        ]
    }

    /// Returns the longer of width and height.
    pub(super) fn longer_side(self) -> f32 {
        (self.right - self.left).max(self.bottom - self.top)
    }

    /// Rounds outwards to whole pixels and clips to an image of `[width, height]` pixels.
    pub(super) fn crop(self, [width, height]: [usize; 2]) -> Crop {
        let x = (self.left.floor().max(0.0) as usize).min(width - 1);
        let y = (self.top.floor().max(0.0) as usize).min(height - 1);
        let right = (self.right.ceil() as usize).clamp(x + 1, width);
        let bottom = (self.bottom.ceil() as usize).clamp(y + 1, height);
        Crop {
            x: x as u32,
            y: y as u32,
            width: (right - x) as u32,
            height: (bottom - y) as u32,
        }
    }
}

/// Returns the start and the end of the non-zero counts, less [`TRIMMED_SHARE`] of their sum at each end;
/// `None` where all are 0.
fn trimmed_span(counts: &[f32]) -> Option<(f32, f32)> {
    let total: f32 = counts.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let start = index_of_cumulative_sum(counts.iter().copied(), TRIMMED_SHARE * total)?;
    let from_end = index_of_cumulative_sum(counts.iter().rev().copied(), TRIMMED_SHARE * total)?;
    Some((start as f32, (counts.len() - from_end) as f32))
}

/// Returns the index of the first value at which the cumulative sum exceeds `limit`.
pub(super) fn index_of_cumulative_sum(
    values: impl IntoIterator<Item = f32>,
    limit: f32,
) -> Option<usize> {
    let mut sum = 0.0;
    values.into_iter().position(|value| {
        sum += value;
        sum > limit
    })
}
