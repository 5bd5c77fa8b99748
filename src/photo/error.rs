//! Errors of preparing a photo.

use super::{MAX_PIXELS, MIN_SIDE, RotatedBox};

/// Why a photo cannot be prepared.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PhotoError {
    /// A side has 0 pixels.
    #[error("the photo has no pixels ({width} x {height}): choose another one")]
    Empty {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// The photo has more than [`MAX_PIXELS`].
    #[error(
        "the photo must have at most {} megapixels, got {width} x {height} pixels: make it smaller",
        MAX_PIXELS / 1_000_000
    )]
    TooLarge {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// A side has fewer than [`MIN_SIDE`] pixels.
    #[error(
        "both sides of the photo must have at least {MIN_SIDE} pixels, got {width} x {height}: choose a larger \
         photo"
    )]
    TooSmall {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// The number of bytes is not `width * height * 4`.
    #[error("{width} x {height} RGBA pixels must have {expected} bytes, got {found}")]
    Length {
        /// Bytes given.
        found: usize,
        /// Bytes expected.
        expected: usize,
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// Every pixel is fully transparent.
    #[error("the photo is fully transparent: choose another one")]
    Transparent,
    /// The values do not form a downscaled photo.
    #[error(
        "a downscaled photo must have three planes of 1 to 256 pixels a side without NaN, got {found} values \
         for {columns} x {rows} pixels"
    )]
    Downscaled {
        /// Values given.
        found: usize,
        /// Width in pixels.
        columns: usize,
        /// Height in pixels.
        rows: usize,
    },
    /// The box does not fit the photo.
    #[error(
        "the centre of a box must lie on the photo, and its sides must be from 1 pixel to four times the photo's \
         longer side, got {} x {} pixels around ({}, {}), rotated by {} degrees, on a photo of \
         {width} x {height}",
        rotated_box.width, rotated_box.height, rotated_box.cx, rotated_box.cy, rotated_box.angle
    )]
    Box {
        /// The box.
        rotated_box: RotatedBox,
        /// The photo's width in pixels.
        width: usize,
        /// The photo's height in pixels.
        height: usize,
    },
}

impl PhotoError {
    /// Returns a stable identifier for programs to match on.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } | Self::TooLarge { .. } | Self::Length { .. } => "photo-size",
            Self::TooSmall { .. } => "photo-too-small",
            Self::Transparent => "photo-transparent",
            Self::Downscaled { .. } => "photo-downscaled",
            Self::Box { .. } => "photo-box",
        }
    }
}
