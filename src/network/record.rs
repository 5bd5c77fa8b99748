//! Binary records of the trained networks in `model/`, which the build script writes and the library reads.
//! The build script includes this file, which therefore depends on nothing else of the crate.
//!
//! All numbers are little-endian. A name is padded with zeros.

/// Length of a name in bytes, padding included.
pub const NAME_BYTES: usize = 32;
/// Numbers of a photo calibration: temperature, threshold, bias, twelve feature weights, ten class offsets.
pub const CALIBRATION_NUMBERS: usize = 25;

/// Identifies a weights file: the first eight bytes of its SHA-256.
pub type WeightsId = [u8; 8];

/// One trained network.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkRecord {
    /// The name of its files in `model/`.
    pub name: String,
    /// Number of trained values, biases included.
    pub parameters: u64,
    /// Multiply-accumulates for one input.
    pub macs: u64,
    /// Share of the 10,000 test images that it classifies correctly, 0 to 1.
    pub test_accuracy: f64,
    /// The same in int8; NaN if int8 was rejected or not evaluated.
    pub test_accuracy_int8: f64,
    /// Length of the weights file in bytes.
    pub length: u64,
    /// Identifies the weights file.
    pub id: WeightsId,
    /// Offset of the weights in the embedded bytes; `u64::MAX` if they are not embedded.
    pub offset: u64,
}

/// The network for photos.
#[derive(Clone, Debug, PartialEq)]
pub struct PhotoRecord {
    /// The backbone that it was fine-tuned from, whose architecture it has.
    pub network: String,
    /// Whether it may run in int8, which changes few of its predictions.
    pub has_int8: bool,
    /// Length of the weights file in bytes; the weights start at offset 0 of the embedded bytes.
    pub length: u64,
    /// Its calibration, in the order of [`CALIBRATION_NUMBERS`].
    pub calibration: [f64; CALIBRATION_NUMBERS],
}

/// Length of a [`NetworkRecord`] in bytes.
#[allow(dead_code, reason = "the build script writes, the library reads")]
pub const NETWORK_BYTES: usize = NAME_BYTES + 7 * 8;
/// Length of a [`PhotoRecord`] in bytes.
#[allow(dead_code, reason = "the build script writes, the library reads")]
pub const PHOTO_BYTES: usize = NAME_BYTES + (2 + CALIBRATION_NUMBERS) * 8;

impl NetworkRecord {
    /// Encodes the record in [`NETWORK_BYTES`] bytes.
    #[allow(dead_code, reason = "the build script writes, the library reads")]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = padded(&self.name);
        for number in [
            self.parameters,
            self.macs,
            self.test_accuracy.to_bits(),
            self.test_accuracy_int8.to_bits(),
            self.length,
            u64::from_le_bytes(self.id),
            self.offset,
        ] {
            bytes.extend(number.to_le_bytes());
        }
        bytes
    }

    /// Decodes a record; `None` if there are too few bytes or the name is not UTF-8.
    #[allow(dead_code, reason = "the build script writes, the library reads")]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (name, mut number) = fields(bytes)?;
        Some(Self {
            name,
            parameters: number()?,
            macs: number()?,
            test_accuracy: f64::from_bits(number()?),
            test_accuracy_int8: f64::from_bits(number()?),
            length: number()?,
            id: number()?.to_le_bytes(),
            offset: number()?,
        })
    }
}

impl PhotoRecord {
    /// Encodes the record in [`PHOTO_BYTES`] bytes.
    #[allow(dead_code, reason = "the build script writes, the library reads")]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = padded(&self.network);
        bytes.extend(u64::from(self.has_int8).to_le_bytes());
        bytes.extend(self.length.to_le_bytes());
        for number in self.calibration {
            bytes.extend(number.to_le_bytes());
        }
        bytes
    }

    /// Decodes a record; `None` if there are too few bytes or the name is not UTF-8.
    #[allow(dead_code, reason = "the build script writes, the library reads")]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (network, mut number) = fields(bytes)?;
        let (has_int8, length) = (number()? != 0, number()?);
        let mut calibration = [0.0; CALIBRATION_NUMBERS];
        for value in &mut calibration {
            *value = f64::from_bits(number()?);
        }
        Some(Self {
            network,
            has_int8,
            length,
            calibration,
        })
    }
}

/// Returns a name padded with zeros to [`NAME_BYTES`].
fn padded(name: &str) -> Vec<u8> {
    let mut bytes = name.as_bytes().to_vec();
    bytes.resize(NAME_BYTES, 0);
    bytes
}

/// Splits a record into its name and an iterator over the numbers after it.
fn fields(bytes: &[u8]) -> Option<(String, impl FnMut() -> Option<u64>)> {
    let (name, numbers) = bytes.split_at_checked(NAME_BYTES)?;
    let name = core::str::from_utf8(name).ok()?.trim_end_matches('\0');
    let (numbers, _) = numbers.as_chunks::<8>();
    let mut numbers = numbers.iter().copied().map(u64::from_le_bytes);
    Some((name.to_owned(), move || numbers.next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_record_round_trips() {
        let record = NetworkRecord {
            name: "thimble".to_owned(),
            parameters: 262_698,
            macs: 34_440_000,
            test_accuracy: 0.951,
            test_accuracy_int8: 0.9508,
            length: 300_000,
            id: [1, 2, 3, 4, 5, 6, 7, 255],
            offset: 512,
        };
        let bytes = record.to_bytes();
        assert_eq!(bytes.len(), NETWORK_BYTES);
        assert_eq!(NetworkRecord::from_bytes(&bytes), Some(record));
        assert_eq!(NetworkRecord::from_bytes(&bytes[1..]), None);
    }

    #[test]
    fn photo_record_round_trips() {
        let record = PhotoRecord {
            network: "thimble-medium".to_owned(),
            has_int8: false,
            length: 120_000,
            calibration: core::array::from_fn(|index| index as f64 - 0.25),
        };
        let bytes = record.to_bytes();
        assert_eq!(bytes.len(), PHOTO_BYTES);
        assert_eq!(PhotoRecord::from_bytes(&bytes), Some(record));
        assert_eq!(PhotoRecord::from_bytes(&bytes[..PHOTO_BYTES - 1]), None);
    }
}
