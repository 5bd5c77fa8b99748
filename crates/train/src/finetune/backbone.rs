//! The backbone: the network that fine-tuning starts from.

use std::fs;
use std::path::Path;

use burn::tensor::Device;

use crate::files::{FileError, at_path, sha256};
use thimble::network::{NetworkName, WeightsError};
use thimble_burn::BurnNetwork;

/// Digits of the checksum.
const DIGITS: usize = 16;

/// A network trained on Fashion-MNIST, without photos.
#[derive(Clone, Debug)]
pub struct Backbone {
    /// Its name.
    pub name: NetworkName,
    /// The network.
    pub network: BurnNetwork,
    /// The first 8 bytes of the SHA-256 of its weights file, in 16 hexadecimal digits.
    pub checksum: String,
}

/// Why a backbone could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BackboneError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file holds other weights.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

impl Backbone {
    /// Reads the weights of network `name` from `file`, onto `device`.
    ///
    /// # Errors
    /// [`BackboneError`].
    pub fn read(name: NetworkName, file: &Path, device: &Device) -> Result<Self, BackboneError> {
        let bytes = at_path(file, fs::read(file))?;
        let checksum = sha256(&bytes)[..DIGITS].to_owned();
        let network =
            BurnNetwork::from_burnpack(name.as_str(), &name.architecture(), &bytes, device)?;
        Ok(Self {
            name,
            network,
            checksum,
        })
    }
}
