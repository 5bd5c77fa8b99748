//! The weights that are compiled into the program, and how burn reads them.

use burn::module::Module;
use burn::store::ModuleRecord;
use burn::tensor::{AllocationProperty, Bytes, Device};

use super::{Architecture, Network, NetworkName};

/// Bytes at an address that is a multiple of 256, burnpack's own alignment of tensors, so that
/// burn reads them where they lie.
#[repr(C, align(256))]
struct Aligned<Bytes: ?Sized>(Bytes);

/// A trained network that is compiled in: what its card says, and its weights.
pub struct Shipped {
    /// The network's name.
    pub name: NetworkName,
    /// Trained values, biases included.
    pub parameters: u64,
    /// Multiply-accumulates for one picture.
    pub macs: u64,
    /// Share of the 10,000 test images that it gets right, 0 to 1.
    pub test_accuracy: f64,
    weights: &'static Aligned<[u8]>,
}

static SHIPPED: &[Shipped] = &include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// Why a network could not be had from the weights at hand.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// No weights of this network were in model/ when the program was built.
    #[error(
        "no weights of \"{0}\" are built into this program: train it with \
         `cargo run --release --features train -- train --recipe {0}`, then build again"
    )]
    NotShipped(NetworkName),
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

    /// Decodes the weights into the network, on `device`.
    ///
    /// # Errors
    /// [`WeightsError::Unfit`] where a tensor is missing, left over or of another shape.
    pub fn load(&self, device: &Device) -> Result<Network, WeightsError> {
        let bytes = bytes::Bytes::from_static(&self.weights.0);
        let bytes = Bytes::from_shared(bytes, AllocationProperty::Other);
        Network::from_burnpack(self.name, &self.name.architecture(), bytes, device)
    }
}

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
        let record = ModuleRecord::from_bytes(bytes).map_err(|error| unfit(error.to_string()))?;
        Self::new(architecture, device)
            .try_load_record(record.cast_to_module_dtype())
            .map_err(|error| unfit(error.to_string()))
    }
}

#[cfg(all(test, feature = "train"))]
mod tests {
    use super::*;

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
    fn embedded_weights_are_aligned_for_reading_in_place() {
        for shipped in Shipped::all() {
            assert_eq!(shipped.weights.0.as_ptr() as usize % 256, 0);
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let bytes = Bytes::from_bytes_vec(b"not a burnpack".to_vec());
        let paper = NetworkName::Paper;
        let error = Network::from_burnpack(paper, &paper.architecture(), bytes, &Device::flex());
        let error = error.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("do not fit the network \"paper\""),
            "{error}"
        );
    }
}
