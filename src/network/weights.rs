//! The networks that are compiled into the program, and how burn reads their weights.

#[cfg(feature = "burn")]
use burn::tensor::Device;
use burn_std::{AllocationProperty, Bytes};

#[cfg(feature = "kernels")]
use super::Engine;
use super::NetworkName;
use super::checksum::checksum;
#[cfg(feature = "burn")]
use super::{Architecture, Network, stored::Stored};
#[cfg(feature = "kernels")]
use crate::kernel::Precision;

/// Bytes at an address that is a multiple of 256, burnpack's own alignment of tensors, so that
/// burn reads them where they lie.
#[repr(C, align(256))]
struct Aligned<Bytes: ?Sized>(Bytes);

/// A trained network that is compiled in: what its card says, and its weights, which the wasm
/// packages have only of a default network without one for photos.
pub struct Shipped {
    /// The network's name.
    pub name: NetworkName,
    /// Trained values, biases included.
    pub parameters: u64,
    /// Multiply-accumulates for one picture.
    pub macs: u64,
    /// Share of the 10,000 test images that it gets right, 0 to 1.
    pub test_accuracy: f64,
    /// The same in 8-bit integers; `None` where its answers would too often be others, by the card.
    pub test_accuracy_in_integers: Option<f64>,
    /// Bytes of its weights.
    length: usize,
    /// Of its weights.
    checksum: u64,
    embedded: Option<&'static Aligned<[u8]>>,
}

static SHIPPED: &[Shipped] = &include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// The weights of the network for photos, which is of the architecture of the one that it was
/// fine-tuned from.
struct PhotoWeights {
    name: NetworkName,
    has_integers: bool,
    bytes: &'static Aligned<[u8]>,
}

static PHOTO_WEIGHTS: Option<PhotoWeights> =
    include!(concat!(env!("OUT_DIR"), "/photo_weights.rs"));

/// Why a network could not be had from the weights at hand.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// No weights of this network were in model/ when the program was built.
    #[error(
        "this program was built without the network \"{0}\": train it with \
         `cargo run --release --features train -- train --recipe {0}`, then build again"
    )]
    NotShipped(NetworkName),
    /// Only the network's facts are compiled in, and no weights were handed in.
    #[error(
        "the weights of \"{0}\" are not built into this program: hand in the bytes of \
         model/{0}.bpk"
    )]
    NotEmbedded(NetworkName),
    /// The bytes handed in are not the network's weights.
    #[error(
        "the {found} bytes handed in are not the weights of \"{network}\": those are the \
         {expected} bytes that model/{network}.bpk had when this program was built"
    )]
    Foreign {
        /// The network that was to be loaded.
        network: NetworkName,
        /// Bytes handed in.
        found: usize,
        /// Bytes of the network's weights.
        expected: usize,
    },
    /// Its answers in 8-bit integers are too often others, or were not judged.
    #[error(
        "\"{0}\" is not computed in 8-bit integers: its answers change too often by them, or were \
         not judged yet"
    )]
    NoIntegers(NetworkName),
    /// The bytes are not a burnpack, or its tensors do not fit the network.
    #[error("the weights do not fit the network \"{network}\" ({reason}): train or build it again")]
    Unfit {
        /// The network that was to be loaded.
        network: NetworkName,
        /// What burn says.
        reason: String,
    },
}

impl Shipped {
    /// Every network that is compiled in, the default one first.
    pub fn all() -> &'static [Self] {
        SHIPPED
    }

    /// The network called `name`.
    ///
    /// # Errors
    /// [`WeightsError::NotShipped`] where its weights are not compiled in.
    pub fn find(name: NetworkName) -> Result<&'static Self, WeightsError> {
        SHIPPED
            .iter()
            .find(|shipped| shipped.name == name)
            .ok_or(WeightsError::NotShipped(name))
    }

    /// A checksum of the bytes of model/NAME.bpk.
    pub fn checksum(&self) -> u64 {
        self.checksum
    }

    /// Whether the weights are compiled in.
    pub fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// The weights handed in, which are the bytes of model/NAME.bpk, or else the embedded ones.
    ///
    /// # Errors
    /// [`WeightsError::NotEmbedded`] where there are neither, [`WeightsError::Foreign`] where what
    /// was handed in are other bytes.
    pub fn weights(&self, handed_in: Option<Vec<u8>>) -> Result<Weights, WeightsError> {
        let bytes = match (handed_in, self.embedded) {
            (Some(bytes), _) if self.are_weights(&bytes) => bytes.into(),
            (Some(bytes), _) => {
                return Err(WeightsError::Foreign {
                    network: self.name,
                    found: bytes.len(),
                    expected: self.length,
                });
            }
            (None, Some(embedded)) => bytes::Bytes::from_static(&embedded.0),
            (None, None) => return Err(WeightsError::NotEmbedded(self.name)),
        };
        Ok(Weights {
            network: self.name,
            has_integers: self.test_accuracy_in_integers.is_some(),
            bytes,
        })
    }

    /// By the checksum, since another network's weights may fit as well, and burn does not promise
    /// to refuse damaged ones.
    fn are_weights(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.length && checksum(bytes) == self.checksum
    }

    /// Decodes the embedded weights into the network, on `device`.
    ///
    /// # Errors
    /// As [`Self::weights`] and [`Weights::load`].
    #[cfg(feature = "burn")]
    pub fn load(&self, device: &Device) -> Result<Network, WeightsError> {
        self.weights(None)?.load(device)
    }
}

/// The weights of the network that judges photos beside the one called `name`, where there is one:
/// beside the default one, and that which it was fine-tuned from.
pub fn photo_weights(name: NetworkName) -> Option<Weights> {
    let weights = PHOTO_WEIGHTS.as_ref()?;
    [NetworkName::default(), weights.name]
        .contains(&name)
        .then(|| Weights {
            network: weights.name,
            has_integers: weights.has_integers,
            bytes: bytes::Bytes::from_static(&weights.bytes.0),
        })
}

/// The weights of a shipped network, not yet on a device. Clones share the bytes.
#[derive(Clone, Debug)]
pub struct Weights {
    network: NetworkName,
    has_integers: bool,
    bytes: bytes::Bytes,
}

impl Weights {
    /// Decodes them into the network, on `device`.
    ///
    /// # Errors
    /// [`WeightsError::Unfit`] where a tensor is missing, left over or of another shape.
    #[cfg(feature = "burn")]
    pub fn load(self, device: &Device) -> Result<Network, WeightsError> {
        let (network, bytes) = self.into_parts();
        Network::from_burnpack(network, &network.architecture(), bytes, device)
    }

    /// Makes them ready for the project's kernels, which compute with floats.
    ///
    /// # Errors
    /// [`WeightsError::Unfit`] where a tensor is missing, left over or of another shape.
    #[cfg(feature = "kernels")]
    pub fn engine(self) -> Result<Engine, WeightsError> {
        let (network, bytes) = self.into_parts();
        Engine::from_burnpack(network, &network.architecture(), Precision::F32, bytes)
    }

    /// The same with 8-bit integers, for which these weights were judged.
    ///
    /// # Errors
    /// [`WeightsError::NoIntegers`] where they were not, or gave too many other answers, and as
    /// [`Self::engine`].
    #[cfg(feature = "kernels")]
    pub fn engine_of_integers(self) -> Result<Engine, WeightsError> {
        if !self.has_integers {
            return Err(WeightsError::NoIntegers(self.network));
        }
        let (network, bytes) = self.into_parts();
        Engine::from_burnpack(network, &network.architecture(), Precision::Int8, bytes)
    }

    /// Whether its answers in 8-bit integers are nearly always those in floats.
    pub fn have_integers(&self) -> bool {
        self.has_integers
    }

    fn into_parts(self) -> (NetworkName, Bytes) {
        let bytes = Bytes::from_shared(self.bytes, AllocationProperty::Other);
        (self.network, bytes)
    }
}

#[cfg(feature = "burn")]
impl Network {
    /// Decodes a burnpack of `name`'s weights, of any number format, into a network of this
    /// architecture with 32-bit floats.
    ///
    /// # Errors
    /// [`WeightsError::Unfit`] where it is no burnpack, or a tensor is missing, left over or of
    /// another shape.
    pub fn from_burnpack(
        name: NetworkName,
        architecture: &Architecture,
        bytes: Bytes,
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let unfit = |reason: String| WeightsError::Unfit {
            network: name,
            reason,
        };
        let stored = Stored::read(bytes).map_err(unfit)?;
        super::filled::filled(Self::new(architecture, device), stored).map_err(unfit)
    }
}

#[cfg(all(test, feature = "train"))]
mod tests {
    use burn::module::Module;

    use super::*;
    use crate::network::PIXELS;

    fn embedded(shipped: &Shipped) -> &'static [u8] {
        shipped.embedded.map_or(&[], |weights| &weights.0)
    }

    #[test]
    fn embedded_weights_decode_into_their_networks() {
        assert!(!Shipped::all().is_empty(), "nothing is shipped");
        for shipped in Shipped::all() {
            let network = shipped.load(&Device::flex()).unwrap();
            assert_eq!(network.cost().parameters, shipped.parameters);
            assert_eq!(network.cost().macs, shipped.macs);
            assert_eq!(network.num_params() as u64, shipped.parameters);
        }
    }

    #[test]
    fn the_default_network_is_the_first() {
        assert_eq!(Shipped::all()[0].name, NetworkName::default());
    }

    #[test]
    fn embedded_weights_are_aligned_for_reading_in_place() {
        for shipped in Shipped::all() {
            assert_eq!(embedded(shipped).as_ptr() as usize % 256, 0);
        }
    }

    #[test]
    fn weights_handed_in_are_as_good_as_embedded_ones() {
        let logits = |weights: Weights| {
            let engine = weights.engine().unwrap();
            engine.run(&[0.4; PIXELS]).wait().unwrap()
        };
        for shipped in Shipped::all() {
            let handed_in = shipped.weights(Some(embedded(shipped).to_vec())).unwrap();
            let embedded = shipped.weights(None).unwrap();
            assert_eq!(logits(handed_in), logits(embedded));
        }
    }

    #[test]
    fn damaged_weights_and_those_of_another_network_are_refused() {
        for shipped in Shipped::all() {
            let whole = embedded(shipped);
            let mut damaged = whole.to_vec();
            damaged[whole.len() / 2] ^= 1;
            let longer = [whole, &[0]].concat();
            let cut = whole[..whole.len() - 1].to_vec();
            let others = Shipped::all()
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
    fn weights_that_are_not_embedded_have_to_be_handed_in() {
        let shipped = Shipped {
            embedded: None,
            ..*Shipped::find(NetworkName::Paper).unwrap()
        };
        let error = shipped.load(&Device::flex()).unwrap_err();
        assert!(matches!(error, WeightsError::NotEmbedded(_)), "{error}");
    }

    #[test]
    fn the_network_for_photos_decodes() {
        for shipped in Shipped::all() {
            if let Some(weights) = photo_weights(shipped.name) {
                let made_of = weights.network.architecture();
                let network = weights.load(&Device::flex()).unwrap();
                assert_eq!(network.architecture(), made_of);
            }
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let bytes = || Bytes::from_bytes_vec(b"not a burnpack".to_vec());
        let paper = NetworkName::Paper;
        let architecture = paper.architecture();
        let engine = Engine::from_burnpack(paper, &architecture, Precision::F32, bytes());
        assert!(matches!(engine, Err(WeightsError::Unfit { .. })));
        let error = Network::from_burnpack(paper, &architecture, bytes(), &Device::flex());
        let error = error.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("do not fit the network \"paper\""),
            "{error}"
        );
    }
}
