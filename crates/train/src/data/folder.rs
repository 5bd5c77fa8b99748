//! Finds and reads the folder of the data set.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::{Dataset, Edition, IdxError, read_images, read_labels};
use thimble::network::INPUT_VALUES;

/// Environment variable with the path of the folder.
pub const VARIABLE: &str = "THIMBLE_DATA";
/// The folder of Debian's package `dataset-fashion-mnist`.
pub const DEBIAN: &str = "/usr/share/datasets/fashion-mnist";

/// A folder with the four IDX files, gzipped or not.
#[derive(Clone, Debug)]
pub struct DataFolder {
    path: PathBuf,
}

/// Why the data set could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// There is no such folder.
    #[error(
        "Fashion-MNIST was not found in {}: do one of\n  \
         - install Debian's package: apt-get install dataset-fashion-mnist\n  \
         - give a folder with the four IDX files: --data DIR, or {VARIABLE}=DIR\n  \
         - download them from https://github.com/zalandoresearch/fashion-mnist into such a folder",
        looked_in.display()
    )]
    Missing {
        /// The folder that was looked in.
        looked_in: PathBuf,
    },
    /// The folder lacks a file.
    #[error(
        "{} has neither {name} nor {name}.gz: the folder (--data DIR, or {VARIABLE}=DIR) must have the four IDX \
         files of Fashion-MNIST, from Debian's package dataset-fashion-mnist or \
         https://github.com/zalandoresearch/fashion-mnist",
        folder.display()
    )]
    File {
        /// The folder.
        folder: PathBuf,
        /// Name of the file without `.gz`.
        name: String,
    },
    /// A file cannot be read or decompressed.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A file is damaged.
    #[error("{}", path.display())]
    Idx {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: IdxError,
    },
    /// The numbers of images and labels differ.
    #[error(
        "{part}: the files must have as many labels as images, got {images} images and {labels} labels"
    )]
    Counts {
        /// "train" or "t10k".
        part: &'static str,
        /// Number of images.
        images: usize,
        /// Number of labels.
        labels: usize,
    },
    /// A part has no images.
    #[error("{part}: the number of images must be at least 1, got 0")]
    Empty {
        /// "train" or "t10k".
        part: &'static str,
    },
}

impl DataFolder {
    /// Finds the folder: `option`, otherwise the environment variable `THIMBLE_DATA`, otherwise Debian's.
    ///
    /// # Errors
    /// [`DataError::Missing`] where it does not exist.
    pub fn find(option: Option<&Path>) -> Result<Self, DataError> {
        let named = option.map(Path::to_path_buf).or_else(|| {
            std::env::var_os(VARIABLE)
                .filter(|v| !v.is_empty())
                .map(PathBuf::from)
        });
        let path = named.unwrap_or_else(|| PathBuf::from(DEBIAN));
        if path.is_dir() {
            Ok(Self { path })
        } else {
            Err(DataError::Missing { looked_in: path })
        }
    }

    /// Reads the 60,000 training images, and returns their edition with them.
    ///
    /// # Errors
    /// Every [`DataError`].
    pub fn training(&self) -> Result<(Dataset, Edition), DataError> {
        self.part("train")
    }

    /// Reads the 10,000 test images, and returns their edition with them.
    ///
    /// # Errors
    /// Every [`DataError`].
    pub fn test(&self) -> Result<(Dataset, Edition), DataError> {
        self.part("t10k")
    }

    fn part(&self, part: &'static str) -> Result<(Dataset, Edition), DataError> {
        let (images_path, images) = self.file(&format!("{part}-images-idx3-ubyte"))?;
        let (labels_path, labels) = self.file(&format!("{part}-labels-idx1-ubyte"))?;
        let edition = Edition::of(&images, &labels);
        let pixels = read_images(&images).map_err(|source| DataError::Idx {
            path: images_path,
            source,
        })?;
        let labels = read_labels(&labels).map_err(|source| DataError::Idx {
            path: labels_path,
            source,
        })?;
        if pixels.len() / INPUT_VALUES != labels.len() {
            let images = pixels.len() / INPUT_VALUES;
            return Err(DataError::Counts {
                part,
                images,
                labels: labels.len(),
            });
        }
        if labels.is_empty() {
            return Err(DataError::Empty { part });
        }
        Ok((Dataset { pixels, labels }, edition))
    }

    /// Reads the decompressed bytes of `name` or `name.gz`.
    fn file(&self, name: &str) -> Result<(PathBuf, Vec<u8>), DataError> {
        let plain = self.path.join(name);
        let zipped = self.path.join(format!("{name}.gz"));
        let is_plain = plain.is_file();
        let path = if is_plain { plain } else { zipped };
        if !path.is_file() {
            return Err(DataError::File {
                folder: self.path.clone(),
                name: name.to_owned(),
            });
        }
        let read = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            let mut file = File::open(&path)?;
            if is_plain {
                file.read_to_end(&mut bytes)?;
            } else {
                MultiGzDecoder::new(file).read_to_end(&mut bytes)?;
            }
            Ok(bytes)
        };
        match read() {
            Ok(bytes) => Ok((path, bytes)),
            Err(source) => Err(DataError::Io { path, source }),
        }
    }
}
