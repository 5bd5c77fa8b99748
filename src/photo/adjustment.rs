//! What a person says of a photo that the pipeline would have found out by itself.

use super::Frame;

/// How a photo is looked at. The default leaves everything to the pipeline.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Adjustment {
    /// Quarter turns of the photo, clockwise, before anything else; those beyond three go round.
    pub turns: u8,
    /// Where the garment is.
    pub region: Region,
    /// Whether dark becomes light; `None` for what the pipeline does by itself.
    pub negate: Option<bool>,
}

/// Where on a photo the garment is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Region {
    /// Wherever it is found.
    #[default]
    Found,
    /// In a box, in pixels of the turned photo: it is looked for in there alone, and all the rest
    /// is background.
    Framed(Frame),
    /// All over the photo.
    Whole,
}
