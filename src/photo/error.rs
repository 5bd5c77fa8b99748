//! What can be wrong with a photo's pixels.

use super::{Frame, MAX_PIXELS, MIN_SIDE};

/// Why a photo cannot be prepared.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PhotoError {
    /// A side of 0 pixels.
    #[error("the photo has no pixels ({width} x {height}): choose another picture")]
    Empty {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// More than [`MAX_PIXELS`].
    #[error(
        "the photo is {width} x {height} pixels, and at most {} megapixels are read: make it smaller",
        MAX_PIXELS / 1_000_000
    )]
    TooLarge {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// A side of fewer than [`MIN_SIDE`] pixels.
    #[error(
        "the photo is {width} x {height} pixels, too small to hold a garment: both sides have to \
         have {MIN_SIDE} pixels at least"
    )]
    TooSmall {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// The bytes are not `width * height * 4`.
    #[error("{found} bytes were given for {width} x {height} RGBA pixels, which take {expected}")]
    Length {
        /// Bytes given.
        found: usize,
        /// Bytes that the size asks for.
        expected: usize,
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// No pixel has any opacity.
    #[error("the photo is fully transparent, so there is nothing to see: choose another picture")]
    Transparent,
    /// The numbers are not those of a photo that was reduced.
    #[error(
        "{found} values were given for {columns} x {rows} pixels of a reduced photo: expected red, \
         green and blue of 1 to 256 pixels a side, all of them numbers"
    )]
    Reduced {
        /// Values given.
        found: usize,
        /// Pixels in a row.
        columns: usize,
        /// Rows.
        rows: usize,
    },
    /// The box cannot be one of the photo.
    #[error(
        "the box of {} x {} pixels around ({}, {}), turned by {} degrees, is none on a photo of \
         {width} x {height}: its middle has to lie on the photo, and its sides from 1 pixel to four \
         times the photo's longer side",
        frame.width, frame.height, frame.cx, frame.cy, frame.angle
    )]
    Frame {
        /// The box.
        frame: Frame,
        /// The photo's width in pixels.
        width: usize,
        /// The photo's height in pixels.
        height: usize,
    },
}

impl PhotoError {
    /// A short name that does not change, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } | Self::TooLarge { .. } | Self::Length { .. } => "photo-size",
            Self::TooSmall { .. } => "photo-too-small",
            Self::Transparent => "photo-transparent",
            Self::Reduced { .. } => "photo-reduced",
            Self::Frame { .. } => "photo-frame",
        }
    }
}
