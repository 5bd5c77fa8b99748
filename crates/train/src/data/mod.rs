//! Fashion-MNIST on disk and in memory.

mod edition;
mod folder;
mod folds;
mod idx;
mod photos;
mod split;

pub use edition::Edition;
pub use folder::{DataError, DataFolder};
pub use folds::{FOLDS, Folds, FoldsError};
pub use idx::{IdxError, read_images, read_labels};
pub use photos::{Photo, PhotoFolder, PhotoFolderError};
pub use split::{Split, VALIDATION_IMAGES, stratified_split, usual_split};

use thimble::network::INPUT_VALUES;

/// Grey 28x28 pictures and their labels, in one order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pictures {
    /// 784 bytes a picture, row by row, light garment on black.
    pub pixels: Vec<u8>,
    /// One label a picture, 0 to 9.
    pub labels: Vec<u8>,
}

impl Pictures {
    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The 784 bytes of picture `index`.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Self::len).
    pub fn picture(&self, index: usize) -> &[u8] {
        &self.pixels[index * INPUT_VALUES..(index + 1) * INPUT_VALUES]
    }

    /// The pictures at `indices`, in that order.
    ///
    /// # Panics
    /// If an index is not below [`len`](Self::len).
    pub fn select(&self, indices: &[usize]) -> Self {
        let mut chosen = Self {
            pixels: Vec::with_capacity(indices.len() * INPUT_VALUES),
            labels: Vec::with_capacity(indices.len()),
        };
        for &index in indices {
            chosen.pixels.extend_from_slice(self.picture(index));
            chosen.labels.push(self.labels[index]);
        }
        chosen
    }
}
