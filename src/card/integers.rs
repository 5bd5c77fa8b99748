//! Whether a network may be computed in 8-bit integers: judged on the validation pictures, or, for
//! the network for photos, on photos.

use burn::tensor::Bytes;
use serde::{Deserialize, Serialize};

use super::storage::BATCH;
use super::{Change, StorageError};
use crate::data::Pictures;
use crate::evaluate::{Scores, predict_with};
use crate::kernel::Precision;
use crate::network::{Architecture, Engine, NetworkName};

/// How stored weights do in 8-bit integers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Integers {
    /// Whether they are computed so at all: where the change is small enough.
    pub kept: bool,
    /// On the pictures that it is judged by, beside the same weights in floats.
    #[serde(flatten)]
    pub change: Change,
    /// Accuracy on the test pictures, 0 to 1, for a network that has some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_accuracy: Option<f64>,
}

impl Integers {
    /// Judges stored weights, a burnpack, by `validation`, at least one picture, and scores them on
    /// `test`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn judge(
        name: NetworkName,
        architecture: &Architecture,
        weights: &[u8],
        validation: &Pictures,
        test: Option<&Pictures>,
    ) -> Result<Self, StorageError> {
        let engine = |arithmetic| {
            let bytes = Bytes::from_bytes_vec(weights.to_vec());
            Engine::from_burnpack(name, architecture, arithmetic, bytes)
        };
        let (floats, integers) = (engine(Precision::F32)?, engine(Precision::Int8)?);
        let before = predict_with(&floats, validation, BATCH)?;
        let after = predict_with(&integers, validation, BATCH)?;
        let change = Change::between(&before, &after, &validation.labels);
        let test_accuracy = match test {
            Some(test) => {
                let logits = predict_with(&integers, test, BATCH)?;
                Some(Scores::of(&logits, &test.labels).accuracy)
            }
            None => None,
        };
        Ok(Self {
            kept: change.is_allowed(),
            change,
            test_accuracy,
        })
    }
}
