//! Rotated boxes in photos.

use serde::{Deserialize, Serialize};

use super::PhotoError;
use super::bounds::Bounds;

/// A box may be this many times as long as the photo's longer side.
const LARGEST: f32 = 4.0;

/// A rotated rectangle in a photo; its longer side becomes the side of the network's input.
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RotatedBox {
    /// The centre, in pixels from the photo's left edge.
    pub cx: f32,
    /// The centre, in pixels from the photo's top edge.
    pub cy: f32,
    /// Width in pixels of the photo.
    pub width: f32,
    /// Height in pixels of the photo.
    pub height: f32,
    /// Rotation in degrees, clockwise.
    pub angle: f32,
}

impl RotatedBox {
    /// The whole of a photo of `[width, height]` pixels.
    pub fn whole([width, height]: [usize; 2]) -> Self {
        Self {
            cx: width as f32 / 2.0,
            cy: height as f32 / 2.0,
            width: width as f32,
            height: height as f32,
            angle: 0.0,
        }
    }

    /// The upright box of these bounds.
    pub(super) fn of(bounds: Bounds) -> Self {
        Self {
            cx: (bounds.left + bounds.right) / 2.0,
            cy: (bounds.top + bounds.bottom) / 2.0,
            width: bounds.right - bounds.left,
            height: bounds.bottom - bounds.top,
            angle: 0.0,
        }
    }

    /// Checks the box against a photo of `size` pixels: its centre must lie on the photo, and its sides must be from
    /// 1 pixel to four times the photo's longer side.
    ///
    /// # Errors
    /// [`PhotoError::Box`] where it does not fit.
    pub(super) fn checked(self, size: [usize; 2]) -> Result<Self, PhotoError> {
        let [width, height] = size.map(|side| side as f32);
        let sides = 1.0..=LARGEST * width.max(height);
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

    pub(super) fn longer_side(&self) -> f32 {
        self.width.max(self.height)
    }

    /// Sine and cosine of its angle.
    fn sin_cos(&self) -> (f32, f32) {
        (self.angle % 360.0).to_radians().sin_cos()
    }

    /// Maps the photo's pixels to the box's own coordinates: from its centre along its width and its height.
    pub(super) fn inwards(&self) -> impl Fn([f32; 2]) -> [f32; 2] + use<> {
        let (sine, cosine) = self.sin_cos();
        let Self { cx, cy, .. } = *self;
        move |[x, y]| {
            let (x, y) = (x - cx, y - cy);
            [cosine * x + sine * y, cosine * y - sine * x]
        }
    }

    /// The inverse of [`RotatedBox::inwards`].
    pub(super) fn outwards(&self) -> impl Fn([f32; 2]) -> [f32; 2] + use<> {
        let (sine, cosine) = self.sin_cos();
        let Self { cx, cy, .. } = *self;
        move |[u, v]| [cx + cosine * u - sine * v, cy + sine * u + cosine * v]
    }

    /// The upright rectangle around it, in the photo's pixels, with `margin` more on each side.
    pub(super) fn bounds(&self, margin: f32) -> Bounds {
        let (sine, cosine) = self.sin_cos();
        let (sine, cosine) = (sine.abs(), cosine.abs());
        let across = (cosine * self.width + sine * self.height) / 2.0 + margin;
        let down = (sine * self.width + cosine * self.height) / 2.0 + margin;
        Bounds {
            left: self.cx - across,
            top: self.cy - down,
            right: self.cx + across,
            bottom: self.cy + down,
        }
    }
}
