//! The network that fine-tuning starts from: one that never saw a photo.

use std::fs;
use std::path::Path;

use burn::tensor::{Bytes, Device};

use crate::files::{FileError, on, sha256};
use thimble::network::{NetworkName, WeightsError};
use thimble_burn::BurnNetwork;

/// How many digits of the digest tell weights apart.
const DIGITS: usize = 16;

/// A network trained on Fashion-MNIST alone.
#[derive(Clone, Debug)]
pub struct Backbone {
    /// Its name.
    pub name: NetworkName,
    /// The network.
    pub network: BurnNetwork,
    /// Of the bytes of its weights: the first 8 of their SHA-256, in hexadecimal digits.
    pub checksum: String,
}

/// A trunk cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TrunkError {
    /// The file system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file holds something else.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

impl Backbone {
    /// Reads the trunk of a network from `file`.
    ///
    /// # Errors
    /// [`TrunkError`].
    pub fn read(name: NetworkName, file: &Path, device: &Device) -> Result<Self, TrunkError> {
        let bytes = on(file, fs::read(file))?;
        let checksum = sha256(&bytes)[..DIGITS].to_owned();
        let bytes = Bytes::from_bytes_vec(bytes);
        let network = BurnNetwork::from_burnpack(name, &name.architecture(), bytes, device)?;
        Ok(Self {
            name,
            network,
            checksum,
        })
    }
}
