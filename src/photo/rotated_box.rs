//! Rotated boxes in photos.

use serde::{Deserialize, Serialize};

use super::PhotoError;
use super::bounds::Bounds;

/// Largest side of a box, as a multiple of the photo's longer side.
const MAX_SIDE_RATIO: f32 = 4.0;

/// A rotated rectangle in a photo; its longer side becomes the side of the network's input.
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RotatedBox {
    /// Horizontal centre, in pixels from the photo's left edge.
    pub cx: f32,
    /// Vertical centre, in pixels from the photo's top edge.
    pub cy: f32,
    /// Width in pixels of the photo.
    pub width: f32,
    /// Height in pixels of the photo.
    pub height: f32,
    /// Rotation in degrees, clockwise.
    pub angle: f32,
}

impl RotatedBox {
    /// Covers a whole photo of `[width, height]` pixels.
    pub fn whole([width, height]: [usize; 2]) -> Self {
        Self {
            cx: width as f32 / 2.0,
            cy: height as f32 / 2.0,
            width: width as f32,
            height: height as f32,
            angle: 0.0,
        }
    }

    /// Returns the upright box with these bounds, in pixels of the photo.
    pub(super) fn from_bounds(bounds: Bounds) -> Self {
        Self {
            cx: (bounds.left + bounds.right) / 2.0,
            cy: (bounds.top + bounds.bottom) / 2.0,
            width: bounds.right - bounds.left,
            height: bounds.bottom - bounds.top,
            angle: 0.0,
        }
    }

    /// Checks the box against a photo of `[width, height]` pixels: its centre must lie on the photo, and its
    /// sides must be from 1 pixel to four times the photo's longer side.
    ///
    /// # Errors
    /// [`PhotoError::Box`] if it does not fit.
    pub(crate) fn checked(self, size: [usize; 2]) -> Result<Self, PhotoError> {
        let [width, height] = size.map(|side| side as f32);
        let sides = 1.0..=MAX_SIDE_RATIO * width.max(height);
        let fits = (0.0..=width).contains(&self.cx)
            && (0.0..=height).contains(&self.cy)
            && sides.contains(&self.width)
            && sides.contains(&self.height)
            && self.angle.is_finite();
        match fits {
            true => Ok(self),
            false => Err(PhotoError::Box {
                rotated_box: self,
                width: size[0],
                height: size[1],
            }),
        }
    }

    /// Converts the box to an image that is this many times as wide and as high, as closely as a rectangle can.
    pub(crate) fn scaled(self, [horizontal, vertical]: [f32; 2]) -> Self {
        let (sine, cosine) = self.sin_cos();
        let along = |across: f32, down: f32| (across * horizontal).hypot(down * vertical);
        Self {
            cx: self.cx * horizontal,
            cy: self.cy * vertical,
            width: self.width * along(cosine, sine),
            height: self.height * along(sine, cosine),
            angle: self.angle,
        }
    }

    /// Returns the longer side, in pixels of the photo.
    pub(super) fn longer_side(&self) -> f32 {
        self.width.max(self.height)
    }

    /// Returns the sine and the cosine of the angle.
    fn sin_cos(&self) -> (f32, f32) {
        (self.angle % 360.0).to_radians().sin_cos()
    }

    /// Returns a function from photo coordinates to box coordinates, both in pixels of the photo. Box
    /// coordinates start at the box's centre and run along its width and its height.
    pub(crate) fn photo_to_box(&self) -> impl Fn([f32; 2]) -> [f32; 2] + use<> {
        let (sine, cosine) = self.sin_cos();
        let Self { cx, cy, .. } = *self;
        move |[x, y]| {
            let (x, y) = (x - cx, y - cy);
            [cosine * x + sine * y, cosine * y - sine * x]
        }
    }

    /// Returns the inverse of [`RotatedBox::photo_to_box`].
    pub(crate) fn box_to_photo(&self) -> impl Fn([f32; 2]) -> [f32; 2] + use<> {
        let (sine, cosine) = self.sin_cos();
        let Self { cx, cy, .. } = *self;
        move |[u, v]| [cx + cosine * u - sine * v, cy + sine * u + cosine * v]
    }

    /// Returns the upright rectangle around the box, extended by `margin` on each side, in pixels of the
    /// photo.
    pub(super) fn bounds(&self, margin: f32) -> Bounds {
        let (sine, cosine) = self.sin_cos();
        let (sine, cosine) = (sine.abs(), cosine.abs());
        let half_width = (cosine * self.width + sine * self.height) / 2.0 + margin;
        let half_height = (sine * self.width + cosine * self.height) / 2.0 + margin;
        Bounds {
            left: self.cx - half_width,
            top: self.cy - half_height,
            right: self.cx + half_width,
            bottom: self.cy + half_height,
        }
    }
}
