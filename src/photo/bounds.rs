//! Rectangles in pictures.

use super::Plane;

/// Of the garment's pixels, what may lie outside its box on each side: stray ones.
const STRAY: f32 = 0.002;

/// A rectangle in a photo, in its pixels.
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
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

/// A rectangle between a picture's pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
}

impl Bounds {
    /// All of a picture.
    pub(super) fn of_all(plane: &Plane) -> Self {
        Self {
            left: 0.0,
            top: 0.0,
            right: plane.width as f32,
            bottom: plane.height as f32,
        }
    }

    /// The box around the garment, in pixels of `garment`; `None` where there is none.
    pub(super) fn of_foreground(foreground: &Plane) -> Option<Self> {
        let mut columns = vec![0.0; foreground.width];
        let mut rows = vec![0.0; foreground.height];
        for (y, row) in foreground.values.chunks_exact(foreground.width).enumerate() {
            for (x, &share) in row.iter().enumerate() {
                if share >= 0.5 {
                    columns[x] += 1.0;
                    rows[y] += 1.0;
                }
            }
        }
        let (left, right) = span(&columns)?;
        let (top, bottom) = span(&rows)?;
        Some(Self {
            left,
            top,
            right,
            bottom,
        })
    }

    /// The same place in a picture that is `scale` times as large.
    pub(super) fn scaled(self, [across, down]: [f32; 2]) -> Self {
        Self {
            left: self.left * across,
            top: self.top * down,
            right: self.right * across,
            bottom: self.bottom * down,
        }
    }

    /// How far apart the pixels of a picture of this size are that shows what lies in here.
    pub(super) fn step(self, [width, height]: [usize; 2]) -> [f32; 2] {
        [
            (self.right - self.left) / width as f32,
            (self.bottom - self.top) / height as f32,
        ]
    }

    pub(super) fn longer_side(self) -> f32 {
        (self.right - self.left).max(self.bottom - self.top)
    }

    /// In whole pixels, rounded outwards, within a picture of this size.
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

/// From where to where the counts go, but for stray ones.
fn span(counts: &[f32]) -> Option<(f32, f32)> {
    let total: f32 = counts.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let first = passing(counts.iter().copied(), STRAY * total)?;
    let beyond = passing(counts.iter().rev().copied(), STRAY * total)?;
    Some((first as f32, (counts.len() - beyond) as f32))
}

/// The index of the first value with which the sum is above `limit`.
pub(super) fn passing(values: impl IntoIterator<Item = f32>, limit: f32) -> Option<usize> {
    let mut sum = 0.0;
    values.into_iter().position(|value| {
        sum += value;
        sum > limit
    })
}
