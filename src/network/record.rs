//! Binary records of the trained networks in `model/`, which the build script writes and the library reads.
//! The build script includes this file, which therefore depends on nothing else of the crate.
//!
//! All numbers are little-endian. A name is padded with zeros.

/// Length of a name in bytes, padding included.
pub const NAME_BYTES: usize = 32;
/// Numbers of a photo calibration: temperature and threshold of flat and of worn garments, bias, twelve feature weights, ten
/// class offsets.
pub const CALIBRATION_NUMBERS: usize = 27;

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

/// The networks for photos. Their weights are the first of the embedded bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct PhotoRecord {
    /// The segmentation network.
    pub segmentation: PhotoNetworkRecord,
    /// Side of its input in pixels.
    pub side: u64,
    /// The network for garments.
    pub garments: PhotoNetworkRecord,
    /// The network for masked crops.
    pub crops: PhotoNetworkRecord,
    /// The name of the network that it was fine-tuned from.
    pub backbone: String,
    /// The calibration, in the order of [`CALIBRATION_NUMBERS`].
    pub calibration: [f64; CALIBRATION_NUMBERS],
}

/// One of the networks for photos.
#[derive(Clone, Debug, PartialEq)]
pub struct PhotoNetworkRecord {
    /// Offset of the weights in the embedded bytes.
    pub offset: u64,
    /// Length of the weights file in bytes.
    pub length: u64,
    /// Whether it may run in int8, which changes few of its predictions.
    pub has_int8: bool,
    /// Channels of each level or stage; 0 for masked crops, whose network has the layers of its backbone.
    pub widths: [u64; 4],
    /// Residual blocks of each level or stage, likewise.
    pub blocks: [u64; 4],
}

/// Length of a [`NetworkRecord`] in bytes.
#[allow(dead_code, reason = "the build script writes, the library reads")]
pub const NETWORK_BYTES: usize = NAME_BYTES + 7 * 8;
/// Length of a [`PhotoRecord`] in bytes.
#[allow(dead_code, reason = "the build script writes, the library reads")]
pub const PHOTO_BYTES: usize =
    NAME_BYTES + (3 * PHOTO_NETWORK_NUMBERS + 1 + CALIBRATION_NUMBERS) * 8;
/// Numbers of a [`PhotoNetworkRecord`].
const PHOTO_NETWORK_NUMBERS: usize = 11;

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
        let (name, mut numbers) = fields(bytes)?;
        let mut number = || numbers.next();
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
        let networks = [&self.segmentation, &self.garments, &self.crops];
        let networks = networks.map(PhotoNetworkRecord::numbers);
        let calibration = self.calibration.map(f64::to_bits);
        let numbers = networks
            .as_flattened()
            .iter()
            .chain([&self.side])
            .chain(&calibration);
        let mut bytes = padded(&self.backbone);
        bytes.extend(numbers.flat_map(|number| number.to_le_bytes()));
        bytes
    }

    /// Decodes a record; `None` if there are too few bytes or the name is not UTF-8.
    #[allow(dead_code, reason = "the build script writes, the library reads")]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (backbone, mut numbers) = fields(bytes)?;
        let segmentation = PhotoNetworkRecord::of_numbers(&mut numbers)?;
        let garments = PhotoNetworkRecord::of_numbers(&mut numbers)?;
        let crops = PhotoNetworkRecord::of_numbers(&mut numbers)?;
        let side = numbers.next()?;
        let mut calibration = [0.0; CALIBRATION_NUMBERS];
        for value in &mut calibration {
            *value = f64::from_bits(numbers.next()?);
        }
        Some(Self {
            segmentation,
            side,
            garments,
            crops,
            backbone,
            calibration,
        })
    }
}

impl PhotoNetworkRecord {
    fn numbers(&self) -> [u64; PHOTO_NETWORK_NUMBERS] {
        let [a, b, c, d] = self.widths;
        let [e, f, g, h] = self.blocks;
        let has_int8 = u64::from(self.has_int8);
        [self.offset, self.length, has_int8, a, b, c, d, e, f, g, h]
    }

    fn of_numbers(numbers: &mut impl Iterator<Item = u64>) -> Option<Self> {
        let mut next = || numbers.next();
        let (offset, length, has_int8) = (next()?, next()?, next()? != 0);
        let mut four = || Some([next()?, next()?, next()?, next()?]);
        Some(Self {
            offset,
            length,
            has_int8,
            widths: four()?,
            blocks: four()?,
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
fn fields(bytes: &[u8]) -> Option<(String, impl Iterator<Item = u64>)> {
    let (name, numbers) = bytes.split_at_checked(NAME_BYTES)?;
    let name = core::str::from_utf8(name).ok()?.trim_end_matches('\0');
    let (numbers, _) = numbers.as_chunks::<8>();
    let numbers = numbers.iter().copied().map(u64::from_le_bytes);
    Some((name.to_owned(), numbers))
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
        let network = |offset: u64, has_int8: bool| PhotoNetworkRecord {
            offset,
            length: 100_000,
            has_int8,
            widths: [16, 32, 48, 64],
            blocks: [0, 1, 2, 3],
        };
        let record = PhotoRecord {
            segmentation: network(0, true),
            side: 128,
            garments: network(100_096, false),
            crops: network(200_096, true),
            backbone: "thimble-medium".to_owned(),
            calibration: core::array::from_fn(|index| index as f64 - 0.25),
        };
        let bytes = record.to_bytes();
        assert_eq!(bytes.len(), PHOTO_BYTES);
        assert_eq!(PhotoRecord::from_bytes(&bytes), Some(record));
        assert_eq!(PhotoRecord::from_bytes(&bytes[..PHOTO_BYTES - 1]), None);
    }
}
