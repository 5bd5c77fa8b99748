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
    /// Not even the header is whole.
    #[error("the header is cut off: {found} bytes, and {expected} are needed")]
    Header {
        /// Bytes in the file.
        found: usize,
        /// Bytes of a header.
        expected: usize,
    },
    /// The file holds something else.
    #[error("the magic number is {found:#010x}, and {expected:#010x} was expected ({what})")]
    Magic {
        /// The file's magic number.
        found: u32,
        /// The magic number of what was asked for.
        expected: u32,
        /// What was asked for.
        what: &'static str,
    },
    /// Pictures that are not 28x28.
    #[error("the pictures are {width} x {height} pixels, and 28 x 28 was expected")]
    Size {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// Fewer bytes than the header announces.
    #[error("the file is truncated: {found} of {expected} bytes after the header")]
    Truncated {
        /// Bytes after the header.
        found: usize,
        /// Bytes that the header announces.
        expected: usize,
    },
    /// More bytes than the header announces.
    #[error("{extra} bytes trail after the {expected} that the header announces")]
    Trailing {
        /// Bytes too many.
        extra: usize,
        /// Bytes that the header announces.
        expected: usize,
    },
    /// A label over 9.
    #[error("label {index} is {label}, and labels go from 0 to 9")]
    Label {
        /// Position of the label, from 0.
        index: usize,
        /// The label.
        label: u8,
    },
}

/// The pixels of an images file, 784 bytes a picture.
///
/// # Errors
/// Every [`IdxError`] but [`IdxError::Label`].
pub fn read_images(bytes: &[u8]) -> Result<Vec<u8>, IdxError> {
    let ([count, height, width], body) = header(bytes, IMAGES_MAGIC, "images")?;
    if [height, width] != [INPUT_SIDE as u32; 2] {
        return Err(IdxError::Size { width, height });
    }
    exactly(body, count as usize * INPUT_VALUES)?;
    Ok(body.to_vec())
}

/// The labels of a labels file, each 0 to 9.
///
/// # Errors
/// Every [`IdxError`] but [`IdxError::Size`].
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

/// The `D` dimensions behind the magic number, and what follows them.
fn header<'a, const D: usize>(
    bytes: &'a [u8],
    magic: u32,
    what: &'static str,
) -> Result<([u32; D], &'a [u8]), IdxError> {
    let cut_off = IdxError::Header {
        found: bytes.len(),
        expected: 4 * (D + 1),
    };
    let Some((found, mut rest)) = split_number(bytes) else {
        return Err(cut_off);
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
            return Err(cut_off);
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
    fn whole_files_are_read() {
        let pixels: Vec<u8> = (0..2 * INPUT_VALUES).map(|index| index as u8).collect();
        assert_eq!(read_images(&file(&[0x803, 2, 28, 28], &pixels)), Ok(pixels));
        assert_eq!(
            read_labels(&file(&[0x801, 3], &[9, 0, 4])),
            Ok(vec![9, 0, 4])
        );
        assert_eq!(read_labels(&file(&[0x801, 0], &[])), Ok(vec![]));
    }

    #[test]
    fn each_damage_has_its_own_error() {
        for (bytes, words) in [
            (vec![], "header is cut off: 0 bytes, and 16"),
            (file(&[0x803, 1], &[]), "header is cut off: 8 bytes, and 16"),
            (
                file(&[0x801, 1, 28, 28], &[]),
                "magic number is 0x00000801, and 0x00000803",
            ),
            (file(&[0x803, 1, 32, 30], &[]), "30 x 32 pixels"),
            (
                file(&[0x803, 1, 28, 28], &[0; 783]),
                "truncated: 783 of 784",
            ),
            (
                file(&[0x803, 1, 28, 28], &[0; 786]),
                "2 bytes trail after the 784",
            ),
        ] {
            let error = read_images(&bytes).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        for (bytes, words) in [
            (file(&[0x801], &[]), "header is cut off: 4 bytes, and 8"),
            (file(&[0x803, 1], &[1]), "0x00000801 was expected (labels)"),
            (file(&[0x801, 2], &[1]), "truncated: 1 of 2"),
            (file(&[0x801, 1], &[1, 1]), "1 bytes trail"),
            (file(&[0x801, 2], &[9, 10]), "label 1 is 10"),
            (file(&[0x801, u32::MAX], &[1]), "truncated"),
        ] {
            let error = read_labels(&bytes).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
