//! Editions of the data set, recognized by the digests of their files.

use crate::files::sha256;

/// SHA-256 of the decompressed images and labels of the current edition, of September 2017, without the first edition's
/// overlap of test and training images.
const CURRENT: [(&str, &str); 2] = [
    (
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ),
    (
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
];

/// An edition of Fashion-MNIST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edition {
    /// The current, de-duplicated edition.
    Current,
    /// Complete files of another edition.
    Unknown {
        /// SHA-256 of the images file.
        images: String,
        /// SHA-256 of the labels file.
        labels: String,
    },
}

impl Edition {
    /// The edition of a pair of decompressed files.
    pub(super) fn of(images: &[u8], labels: &[u8]) -> Self {
        let images = sha256(images);
        let labels = sha256(labels);
        let pair = (images.as_str(), labels.as_str());
        if CURRENT.contains(&pair) {
            Self::Current
        } else {
            Self::Unknown { images, labels }
        }
    }

    /// The name of unknown editions.
    pub const UNKNOWN: &'static str = "an unknown edition of Fashion-MNIST";

    /// The edition's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Current => "Fashion-MNIST, de-duplicated edition (since September 2017)",
            Self::Unknown { .. } => Self::UNKNOWN,
        }
    }

    /// The warning to print where the files are not of the current edition.
    pub fn warning(&self) -> Option<String> {
        match self {
            Self::Current => None,
            Self::Unknown { images, labels } => Some(format!(
                "these are not the files of the current Fashion-MNIST, so figures do not compare \
                 (SHA-256 of the images {images}, of the labels {labels})"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warning_names_the_digests_of_unknown_files() {
        let edition = Edition::of(b"", b"a");
        let warning = edition.warning().unwrap();
        assert!(
            warning.contains("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        );
        assert!(
            warning.contains("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb")
        );
    }
}
