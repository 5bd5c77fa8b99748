//! The trained networks compiled into the library: their model cards' figures and their weights.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use super::record::{
    CALIBRATION_NUMBERS, NETWORK_BYTES, NetworkRecord, PhotoNetworkRecord, PhotoRecord, WeightsId,
};
use super::{Architecture, CpuModel, GarmentStages, Levels, NetworkName};
use thimble_kernels::Precision;

static EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/weights.bin"));

static SHIPPED: LazyLock<Vec<ShippedNetwork>> = LazyLock::new(|| {
    let records = include_bytes!(concat!(env!("OUT_DIR"), "/networks.bin"));
    let (records, _) = records.as_chunks::<NETWORK_BYTES>();
    let mut shipped: Vec<ShippedNetwork> = records
        .iter()
        .filter_map(|record| ShippedNetwork::new(NetworkRecord::from_bytes(record)?))
        .collect();
    shipped.sort_by_key(|network| network.name as usize);
    shipped
});

static PHOTOS: LazyLock<Option<PhotoRecord>> = LazyLock::new(|| {
    PhotoRecord::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/photos.bin")))
});

/// Why a network cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// No weights of this network were in model/ when the program was built.
    #[error(
        "this program was built without the network \"{0}\": train it with \
         `cargo run --release -p thimble-train -- train --recipe {0}`, then build again"
    )]
    NotShipped(NetworkName),
    /// The network's weights are not compiled in, and none were passed.
    #[error("the weights of \"{0}\" are not embedded: pass the bytes of model/{0}.bpk")]
    NotEmbedded(NetworkName),
    /// The bytes passed are not the network's weights.
    #[error(
        "these {found} bytes are not the weights of \"{network}\": expected the {expected} bytes that \
         model/{network}.bpk had when this program was built"
    )]
    Foreign {
        /// The network to load.
        network: NetworkName,
        /// Bytes passed.
        found: usize,
        /// Bytes of the network's weights.
        expected: usize,
    },
    /// Int8 changes too many predictions of this network, or was not evaluated.
    #[error(
        "\"{0}\" does not run in int8: quantization changes too many of its predictions, or was not \
         evaluated yet"
    )]
    NoInt8(&'static str),
    /// The bytes are not a burnpack, or its tensors do not fit the network.
    #[error("the weights do not fit the network \"{network}\" ({reason}): train or build it again")]
    Unfit {
        /// The name of the network's files.
        network: &'static str,
        /// What does not fit.
        reason: String,
    },
}

/// A trained network that is compiled in: the figures of its model card, and its weights if they are
/// embedded.
#[derive(Clone, Debug)]
pub struct ShippedNetwork {
    /// The network's name.
    pub name: NetworkName,
    /// Number of trained values, biases included.
    pub parameters: u64,
    /// Multiply-accumulates for one input.
    pub macs: u64,
    /// Share of the 10,000 test images that it classifies correctly, 0 to 1.
    pub test_accuracy: f64,
    /// The same in int8; `None` if int8 was rejected or not evaluated.
    pub test_accuracy_int8: Option<f64>,
    length: usize,
    id: WeightsId,
    embedded: Option<&'static [u8]>,
}

impl ShippedNetwork {
    /// Converts a record; `None` if the table of networks does not have its name.
    fn new(record: NetworkRecord) -> Option<Self> {
        let length = usize::try_from(record.length).ok()?;
        let offset = usize::try_from(record.offset).ok();
        Some(Self {
            name: record.name.parse().ok()?,
            parameters: record.parameters,
            macs: record.macs,
            test_accuracy: record.test_accuracy,
            test_accuracy_int8: Some(record.test_accuracy_int8).filter(|share| !share.is_nan()),
            length,
            id: record.id,
            embedded: offset.and_then(|offset| EMBEDDED.get(offset..offset.checked_add(length)?)),
        })
    }

    /// Returns every network that is compiled in, the default one first.
    pub fn all() -> &'static [Self] {
        &SHIPPED
    }

    /// Returns the network called `name`.
    ///
    /// # Errors
    /// [`WeightsError::NotShipped`] if it is not compiled in.
    pub fn find(name: NetworkName) -> Result<&'static Self, WeightsError> {
        SHIPPED
            .iter()
            .find(|shipped| shipped.name == name)
            .ok_or(WeightsError::NotShipped(name))
    }

    /// Returns the identifier of the weights in model/NAME.bpk: the start of their SHA-256.
    pub fn id(&self) -> WeightsId {
        self.id
    }

    /// Returns whether the weights are compiled in.
    pub fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// Returns the passed weights, which must be the bytes of model/NAME.bpk, or the embedded ones if none
    /// are passed.
    ///
    /// # Errors
    /// [`WeightsError::NotEmbedded`] if there are neither, [`WeightsError::Foreign`] if other bytes are
    /// passed.
    pub fn weights(&self, passed: Option<Vec<u8>>) -> Result<WeightsFile, WeightsError> {
        let bytes = match (passed, self.embedded) {
            (Some(bytes), _) if self.owns(&bytes) => bytes.into(),
            (Some(bytes), _) => {
                return Err(WeightsError::Foreign {
                    network: self.name,
                    found: bytes.len(),
                    expected: self.length,
                });
            }
            (None, Some(embedded)) => bytes::Bytes::from_static(embedded),
            (None, None) => return Err(WeightsError::NotEmbedded(self.name)),
        };
        Ok(WeightsFile {
            name: self.name.as_str(),
            architecture: self.name.architecture(),
            has_int8: self.test_accuracy_int8.is_some(),
            bytes,
        })
    }

    /// Returns whether the bytes are this network's weights, by length and SHA-256: another network's weights
    /// may have the same shapes, and burn does not promise to reject damaged ones.
    fn owns(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.length && Sha256::digest(bytes).starts_with(&self.id)
    }
}

/// The networks for photos that are compiled in.
#[derive(Clone, Debug)]
pub struct ShippedPhotoNetworks {
    /// The segmentation network.
    pub segmentation: WeightsFile,
    /// Its levels.
    pub levels: Levels,
    /// The network for garments.
    pub garments: WeightsFile,
    /// The network for masked crops of garments that no one wears.
    pub crops: WeightsFile,
    /// The numbers of the calibration, in the order of [`CALIBRATION_NUMBERS`].
    pub(crate) calibration: [f64; CALIBRATION_NUMBERS],
}

impl ShippedPhotoNetworks {
    /// Returns the networks that classify photos for a classifier with the network called `name`: `None` for all but the
    /// default one.
    pub fn beside(name: NetworkName) -> Option<Self> {
        if name != NetworkName::default() {
            return None;
        }
        let record = PHOTOS.as_ref()?;
        let sizes = |sizes: [u64; 4]| sizes.map(|size| size as usize);
        let levels = Levels {
            side: record.side as usize,
            widths: sizes(record.segmentation.widths),
            blocks: sizes(record.segmentation.blocks),
        };
        let stages = GarmentStages {
            widths: sizes(record.garments.widths),
            blocks: sizes(record.garments.blocks),
        };
        let backbone: NetworkName = record.backbone.parse().ok()?;
        levels.check().ok()?;
        stages.check().ok()?;
        // Photos are classified in int8 by all networks or by none.
        let networks = [&record.segmentation, &record.garments, &record.crops];
        let has_int8 = networks.iter().all(|network| network.has_int8);
        let file = |name, architecture, record: &PhotoNetworkRecord| {
            let offset = usize::try_from(record.offset).ok()?;
            let end = offset.checked_add(usize::try_from(record.length).ok()?)?;
            Some(WeightsFile {
                name,
                architecture,
                has_int8,
                bytes: bytes::Bytes::from_static(EMBEDDED.get(offset..end)?),
            })
        };
        Some(Self {
            segmentation: file(
                "segmentation",
                Architecture::Segmentation(levels),
                &record.segmentation,
            )?,
            levels,
            garments: file("garments", Architecture::Garment(stages), &record.garments)?,
            crops: file("crops", backbone.architecture(), &record.crops)?,
            calibration: record.calibration,
        })
    }

    /// Returns whether all networks may run in int8.
    pub fn has_int8(&self) -> bool {
        self.segmentation.has_int8
    }
}

/// The verified bytes of a weights file. Clones share the bytes.
#[derive(Clone, Debug)]
pub struct WeightsFile {
    name: &'static str,
    architecture: Architecture,
    has_int8: bool,
    bytes: bytes::Bytes,
}

impl WeightsFile {
    /// Returns the name of the file without .bpk.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the architecture that the weights fit.
    pub fn architecture(&self) -> Architecture {
        self.architecture
    }

    /// Returns whether the network may run in int8, which changes few of its predictions.
    pub fn has_int8(&self) -> bool {
        self.has_int8
    }

    /// Returns the bytes, in burn's burnpack format.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Loads the network on the CPU kernels.
    ///
    /// # Errors
    /// [`WeightsError::NoInt8`] for int8 if it was rejected or not evaluated, [`WeightsError::Unfit`] if a
    /// tensor is missing, left over or of another shape.
    pub fn load(self, precision: Precision) -> Result<CpuModel, WeightsError> {
        if precision == Precision::Int8 && !self.has_int8 {
            return Err(WeightsError::NoInt8(self.name));
        }
        CpuModel::from_burnpack(self.name, &self.architecture, precision, &self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{INPUT_VALUES, Model as _};

    #[test]
    fn default_network_is_the_first_shipped_one() {
        assert_eq!(ShippedNetwork::all()[0].name, NetworkName::default());
    }

    #[cfg(feature = "all-weights")]
    mod with_all_weights {
        use super::*;

        fn embedded(shipped: &ShippedNetwork) -> &'static [u8] {
            shipped.embedded.unwrap()
        }

        #[test]
        fn passed_weights_give_the_logits_of_embedded_ones() {
            let logits = |weights: WeightsFile| {
                let model = weights.load(Precision::F32).unwrap();
                model.run(&[0.4; INPUT_VALUES]).wait().unwrap()
            };
            for shipped in ShippedNetwork::all() {
                let passed = shipped.weights(Some(embedded(shipped).to_vec())).unwrap();
                let embedded = shipped.weights(None).unwrap();
                assert_eq!(logits(passed), logits(embedded));
            }
        }

        #[test]
        fn damaged_weights_and_those_of_another_network_are_rejected() {
            for shipped in ShippedNetwork::all() {
                let whole = embedded(shipped);
                let mut damaged = whole.to_vec();
                damaged[whole.len() / 2] ^= 1;
                let longer = [whole, &[0]].concat();
                let cut = whole[..whole.len() - 1].to_vec();
                let others = ShippedNetwork::all()
                    .iter()
                    .filter(|other| other.name != shipped.name);
                let others = others.map(|other| embedded(other).to_vec());
                for weights in others.chain([damaged, longer, cut, Vec::new()]) {
                    let error = shipped.weights(Some(weights)).unwrap_err();
                    assert!(matches!(error, WeightsError::Foreign { .. }), "{error}");
                }
            }
        }

        #[test]
        fn weights_that_are_not_embedded_must_be_passed() {
            let shipped = ShippedNetwork {
                embedded: None,
                ..ShippedNetwork::find(NetworkName::Paper).unwrap().clone()
            };
            let error = shipped.weights(None).unwrap_err();
            assert!(matches!(error, WeightsError::NotEmbedded(_)), "{error}");
        }
    }

    #[test]
    fn bytes_that_are_not_a_burnpack_are_rejected() {
        let paper = NetworkName::Paper.architecture();
        let model = CpuModel::from_burnpack("paper", &paper, Precision::F32, b"not a burnpack");
        assert!(matches!(model, Err(WeightsError::Unfit { .. })));
    }
}
