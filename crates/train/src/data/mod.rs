//! Fashion-MNIST and labelled photos, on disk and in memory.

mod edition;
mod flat;
mod folder;
mod folds;
mod idx;
mod photos;
mod split;
mod worn;

pub use edition::Edition;
pub use flat::FlatPhoto;
pub use folder::{DataError, DataFolder};
pub use folds::{FOLDS, Folds, FoldsError};
pub use idx::{IdxError, read_images, read_labels};
pub use photos::{PhotoFolder, PhotoFolderError, PhotoLabel};
pub use split::{Split, VALIDATION_IMAGES, standard_split, stratified_split};

pub use worn::{WornFolder, WornFolderError, WornLabel, WornPhoto};

use thimble::network::INPUT_VALUES;

/// Grey 28x28 images and their labels, in the same order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dataset {
    /// 784 bytes per image, row by row; light clothes on black.
    pub pixels: Vec<u8>,
    /// A label per image, 0 to 9.
    pub labels: Vec<u8>,
}

impl Dataset {
    /// The number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The 784 bytes of image `index`.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Self::len).
    pub fn image(&self, index: usize) -> &[u8] {
        &self.pixels[index * INPUT_VALUES..(index + 1) * INPUT_VALUES]
    }

    /// The images at `indices`, in that order.
    ///
    /// # Panics
    /// If an index is not below [`len`](Self::len).
    pub fn select(&self, indices: &[usize]) -> Self {
        let mut chosen = Self {
            pixels: Vec::with_capacity(indices.len() * INPUT_VALUES),
            labels: Vec::with_capacity(indices.len()),
        };
        for &index in indices {
            chosen.pixels.extend_from_slice(self.image(index));
            chosen.labels.push(self.labels[index]);
        }
        chosen
    }
}
