//! The network that fine-tuning starts from: one that never saw a photo.

use std::fs;
use std::path::Path;

use burn::tensor::{Bytes, Device};

use crate::files::{FileError, on};
use crate::network::{Network, NetworkName, WeightsError};

/// A network trained on Fashion-MNIST alone.
#[derive(Clone, Debug)]
pub struct Trunk {
    /// Its name.
    pub name: NetworkName,
    /// The network.
    pub network: Network,
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

impl Trunk {
    /// Reads the trunk of a network from `file`.
    ///
    /// # Errors
    /// [`TrunkError`].
    pub fn read(name: NetworkName, file: &Path, device: &Device) -> Result<Self, TrunkError> {
        use sha2::{Digest, Sha256};
        let bytes = on(file, fs::read(file))?;
        let digest = Sha256::digest(&bytes);
        let checksum = digest[..8].iter().map(|byte| format!("{byte:02x}"));
        let checksum = checksum.collect();
        let bytes = Bytes::from_bytes_vec(bytes);
        let network = Network::from_burnpack(name, &name.architecture(), bytes, device)?;
        Ok(Self {
            name,
            network,
            checksum,
        })
    }
}
