//! The number format in which weights are shipped, judged on the validation pictures.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Bytes, DType, Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::data::Pictures;
use crate::evaluate::{PredictError, Scores, most_likely, predict};
use crate::network::{Architecture, Network, NetworkName, WeightsError};

/// The least share of validation labels that a format may leave unchanged.
const LABELS_UNCHANGED: f64 = 0.998;
/// The most by which it may raise the validation loss, as a share of it.
const LOSS_INCREASE: f64 = 0.005;
const BATCH: usize = 250;

/// A number format and what it costs on the validation pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// The number format: "f16" or "f32".
    pub format: String,
    /// Bytes of the burnpack.
    pub bytes: usize,
    /// Share of the validation pictures whose label is that of the trained 32-bit weights.
    pub labels_unchanged: f64,
    /// Change of the validation loss, as a share of that of the 32-bit weights.
    pub loss_change: f64,
}

/// Why weights could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The weights cannot be written as a burnpack.
    #[error("the weights cannot be written: {0}")]
    Write(String),
    /// The burnpack does not read back.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The network cannot be run.
    #[error(transparent)]
    Predict(#[from] PredictError),
}

/// The weights as a burnpack of 16-bit floats, or of 32-bit ones where 16 bits cost more than is
/// allowed: less than 99.8 % of the validation labels unchanged, or over 0.5 % more loss.
///
/// # Errors
/// [`StorageError`].
pub fn store_half(
    name: NetworkName,
    architecture: &Architecture,
    network: &Network,
    validation: &Pictures,
    device: &Device,
) -> Result<(Vec<u8>, Stored), StorageError> {
    let reference = predict(network, validation, BATCH, device)?;
    let loss = Scores::of(&reference, &validation.labels).loss;
    let half = encode(network.clone().map(&mut ToHalf))?;
    let bytes = half.len();
    let copy = Bytes::from_bytes_vec(half.clone());
    let rounded = Network::from_burnpack(name, architecture, copy, device)?;
    let logits = predict(&rounded, validation, BATCH, device)?;
    let pairs = reference.iter().zip(&logits);
    let same = pairs
        .filter(|(a, b)| most_likely(a) == most_likely(b))
        .count();
    let labels_unchanged = same as f64 / logits.len().max(1) as f64;
    let loss_change = Scores::of(&logits, &validation.labels).loss / loss - 1.0;
    if labels_unchanged >= LABELS_UNCHANGED && loss_change <= LOSS_INCREASE {
        let stored = Stored {
            format: "f16".to_owned(),
            bytes,
            labels_unchanged,
            loss_change,
        };
        return Ok((half, stored));
    }
    let full = encode(network.clone())?;
    let stored = Stored {
        format: "f32".to_owned(),
        bytes: full.len(),
        labels_unchanged: 1.0,
        loss_change: 0.0,
    };
    Ok((full, stored))
}

/// Rounds every parameter to a 16-bit float.
struct ToHalf;

impl ModuleMapper for ToHalf {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|values| values.cast(DType::F16))
    }
}

fn encode(network: Network) -> Result<Vec<u8>, StorageError> {
    let bytes = network.into_record().into_bytes();
    bytes
        .map(|bytes| bytes.to_vec())
        .map_err(|error| StorageError::Write(error.to_string()))
}
