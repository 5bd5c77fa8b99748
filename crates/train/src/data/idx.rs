//! The IDX format of the MNIST family: a magic number, big-endian counts, then bytes.
//!
//! Format: <http://yann.lecun.com/exdb/mnist/>. Both readers take decompressed bytes.

use thimble::labels::CLASSES;
use thimble::network::{INPUT_SIDE, INPUT_VALUES};

/// "Unsigned byte, three dimensions."
const IMAGES_MAGIC: u32 = 0x0803;
/// "Unsigned byte, one dimension."
const LABELS_MAGIC: u32 = 0x0801;

/// What is wrong with an IDX file's bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdxError {
    /// The header is truncated.
    #[error("the header must have {expected} bytes, got {found}")]
    Header {
        /// Bytes in the file.
        found: usize,
        /// Bytes of a header.
        expected: usize,
    },
    /// The file holds something else.
    #[error("the magic number of {what} must be {expected:#010x}, got {found:#010x}")]
    Magic {
        /// The file's magic number.
        found: u32,
        /// The expected magic number.
        expected: u32,
        /// "images" or "labels".
        what: &'static str,
    },
    /// Images of another size than 28x28.
    #[error("the images must be 28 x 28 pixels, got {width} x {height}")]
    Size {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// Fewer bytes than the header states.
    #[error("the file must have {expected} bytes after the header, got {found}: it is truncated")]
    Truncated {
        /// Bytes after the header.
        found: usize,
        /// Bytes that the header states.
        expected: usize,
    },
    /// More bytes than the header states.
    #[error("the file must have {expected} bytes after the header, got {extra} more")]
    Trailing {
        /// Bytes too many.
        extra: usize,
        /// Bytes that the header states.
        expected: usize,
    },
    /// A label over 9.
    #[error("label {index} must be 0 to 9, got {label}")]
    Label {
        /// Position of the label, from 0.
        index: usize,
        /// The label.
        label: u8,
    },
}

/// Reads the pixels of an images file, 784 bytes per image.
///
/// # Errors
/// Every [`IdxError`] except [`IdxError::Label`].
pub fn read_images(bytes: &[u8]) -> Result<Vec<u8>, IdxError> {
    let ([count, height, width], body) = header(bytes, IMAGES_MAGIC, "images")?;
    if [height, width] != [INPUT_SIDE as u32; 2] {
        return Err(IdxError::Size { width, height });
    }
    exactly(body, count as usize * INPUT_VALUES)?;
    Ok(body.to_vec())
}

/// Reads the labels of a labels file, each 0 to 9.
///
/// # Errors
/// Every [`IdxError`] except [`IdxError::Size`].
pub fn read_labels(bytes: &[u8]) -> Result<Vec<u8>, IdxError> {
    let ([count], body) = header(bytes, LABELS_MAGIC, "labels")?;
    exactly(body, count as usize)?;
    match body.iter().position(|&label| usize::from(label) >= CLASSES) {
        Some(index) => Err(IdxError::Label {
            index,
            label: body[index],
        }),
        None => Ok(body.to_vec()),
    }
}

/// Splits off the `D` dimensions after the magic number.
fn header<'a, const D: usize>(
    bytes: &'a [u8],
    magic: u32,
    what: &'static str,
) -> Result<([u32; D], &'a [u8]), IdxError> {
    let truncated = IdxError::Header {
        found: bytes.len(),
        expected: 4 * (D + 1),
    };
    let Some((found, mut rest)) = split_number(bytes) else {
        return Err(truncated);
    };
    if found != magic {
        return Err(IdxError::Magic {
            found,
            expected: magic,
            what,
        });
    }
    let mut dimensions = [0; D];
    for dimension in &mut dimensions {
        let Some((number, tail)) = split_number(rest) else {
            return Err(truncated);
        };
        (*dimension, rest) = (number, tail);
    }
    Ok((dimensions, rest))
}

fn split_number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*number), rest))
}

fn exactly(body: &[u8], expected: usize) -> Result<(), IdxError> {
    match body.len() {
        found if found < expected => Err(IdxError::Truncated { found, expected }),
        found if found > expected => Err(IdxError::Trailing {
            extra: found - expected,
            expected,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(numbers: &[u32], body: &[u8]) -> Vec<u8> {
        let mut bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
        bytes.extend_from_slice(body);
        bytes
    }

    #[test]
    fn complete_files_are_read() {
        let pixels: Vec<u8> = (0..2 * INPUT_VALUES).map(|index| index as u8).collect();
        assert_eq!(read_images(&file(&[0x803, 2, 28, 28], &pixels)), Ok(pixels));
        assert_eq!(
            read_labels(&file(&[0x801, 3], &[9, 0, 4])),
            Ok(vec![9, 0, 4])
        );
        assert_eq!(read_labels(&file(&[0x801, 0], &[])), Ok(vec![]));
    }

    #[test]
    fn each_kind_of_damage_has_its_own_error() {
        for (bytes, words) in [
            (vec![], "header must have 16 bytes, got 0"),
            (file(&[0x803, 1], &[]), "header must have 16 bytes, got 8"),
            (
                file(&[0x801, 1, 28, 28], &[]),
                "magic number of images must be 0x00000803, got 0x00000801",
            ),
            (
                file(&[0x803, 1, 32, 30], &[]),
                "28 x 28 pixels, got 30 x 32",
            ),
            (
                file(&[0x803, 1, 28, 28], &[0; 783]),
                "must have 784 bytes after the header, got 783",
            ),
            (
                file(&[0x803, 1, 28, 28], &[0; 786]),
                "must have 784 bytes after the header, got 2 more",
            ),
        ] {
            let error = read_images(&bytes).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        for (bytes, words) in [
            (file(&[0x801], &[]), "header must have 8 bytes, got 4"),
            (file(&[0x803, 1], &[1]), "of labels must be 0x00000801"),
            (
                file(&[0x801, 2], &[1]),
                "must have 2 bytes after the header, got 1",
            ),
            (
                file(&[0x801, 1], &[1, 1]),
                "must have 1 bytes after the header, got 1 more",
            ),
            (
                file(&[0x801, 2], &[9, 10]),
                "label 1 must be 0 to 9, got 10",
            ),
            (file(&[0x801, u32::MAX], &[1]), "truncated"),
        ] {
            let error = read_labels(&bytes).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
