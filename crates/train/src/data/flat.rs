//! Photos of single garments, laid flat or hung up, segmented by their colours.

use super::PhotoLabel;
use thimble::photo::{Downscaled, PhotoEdit, PhotoError, Segmentation, prepare_downscaled};

/// A photo of a single garment, segmented by its colours.
#[derive(Clone, Debug, PartialEq)]
pub struct FlatPhoto {
    /// Its row of `labels.csv`.
    pub label: PhotoLabel,
    /// Its segmentation.
    pub segmentation: Segmentation,
}

impl FlatPhoto {
    /// Segments a photo; `None` if it is an image in Fashion-MNIST's format.
    ///
    /// # Errors
    /// Those of [`prepare_downscaled`].
    pub fn new(label: &PhotoLabel, photo: &Downscaled) -> Result<Option<Self>, PhotoError> {
        let prepared = prepare_downscaled(photo, &PhotoEdit::default())?;
        Ok(prepared.segmentation.map(|segmentation| Self {
            label: label.clone(),
            segmentation,
        }))
    }
}
