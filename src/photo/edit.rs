//! A person's corrections to a photo.

use super::RotatedBox;

/// Corrections to a photo. The default leaves everything to the pipeline.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PhotoEdit {
    /// Quarter turns of the photo, clockwise, before anything else, modulo 4.
    pub quarter_turns: u8,
    /// Where the garment is.
    pub region: Region,
    /// Whether dark becomes light; `None` for the pipeline's own choice.
    pub invert: Option<bool>,
}

/// Where on a photo the garment is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Region {
    /// Segmentation finds it.
    #[default]
    Auto,
    /// In a box, in pixels of the rotated photo: segmentation looks inside, and the rest is background.
    Box(RotatedBox),
    /// The whole photo.
    Whole,
}
