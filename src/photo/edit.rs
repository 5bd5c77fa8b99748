//! A user's corrections to how a photo is prepared.

use super::RotatedBox;

/// A user's corrections to how a photo is prepared. The default corrects nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PhotoEdit {
    /// Rotates the photo clockwise by this many quarter turns, modulo 4, before anything else.
    pub quarter_turns: u8,
    /// Restricts where the garment is.
    pub region: Region,
    /// Whether to invert the greys, so that dark garments become light; `None` inverts photos and leaves
    /// Fashion-MNIST images as they are.
    pub invert: Option<bool>,
}

/// The part of a photo that holds the garment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Region {
    /// Found by segmenting the whole photo.
    #[default]
    Auto,
    /// A box, in pixels of the rotated photo. Only its inside is segmented; everything outside is background.
    Box(RotatedBox),
    /// The whole photo, segmented as a box around all of it.
    Whole,
}
