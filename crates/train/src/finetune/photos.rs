//! Photos, cut out once.

use rayon::prelude::*;

use crate::data::{Photo, PhotoFolder};
use thimble::photo::{PreparedPhoto, Segmentation};

/// A labelled photo and what was found on it.
#[derive(Clone, Debug)]
pub struct CroppedPhoto {
    /// Its labels.
    pub photo: Photo,
    /// What was found.
    pub segmentation: Segmentation,
}

/// Looks at all photos of a folder with `read`, which prepares the photo in a file.
///
/// # Errors
/// The first error of `read`; one where a photo is in the data set's own form.
pub fn cut_photos<Error: From<TinyPhoto> + Send>(
    folder: &PhotoFolder,
    read: impl Fn(&std::path::Path) -> Result<PreparedPhoto, Error> + Sync,
) -> Result<Vec<CroppedPhoto>, Error> {
    let cut = |photo: &Photo| {
        let prepared = read(&folder.file(photo))?;
        let segmentation = prepared
            .segmentation
            .ok_or_else(|| TinyPhoto(photo.image.clone()))?;
        Ok(CroppedPhoto {
            photo: photo.clone(),
            segmentation,
        })
    };
    folder.photos.par_iter().map(cut).collect()
}

/// A photo that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is a picture of the data set's own form and no photo")]
pub struct TinyPhoto(String);
