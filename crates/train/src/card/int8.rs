//! Whether a network runs in int8: decided on the validation images, or for the networks for photos on photos.

use serde::{Deserialize, Serialize};

use super::{AccuracyChange, LabeledInputs, StorageError};
use crate::evaluate::Scores;
use thimble::network::{Architecture, CpuModel};
use thimble_kernels::Precision;

/// The evaluation of stored weights in int8.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Int8Evaluation {
    /// Whether int8 is offered: whether the change is acceptable.
    pub kept: bool,
    /// The change from the same weights in 32-bit floats.
    #[serde(flatten)]
    pub change: AccuracyChange,
    /// Accuracy on the test images, 0 to 1; `None` for the networks for photos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_accuracy: Option<f64>,
}

impl Int8Evaluation {
    /// Evaluates stored weights, a burnpack, on `validation`, at least one image, and scores them on `test`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn of(
        name: &'static str,
        architecture: &Architecture,
        weights: &[u8],
        validation: &LabeledInputs,
        test: Option<&LabeledInputs>,
    ) -> Result<Self, StorageError> {
        let load = |precision| CpuModel::from_burnpack(name, architecture, precision, weights);
        let (f32_model, int8_model) = (load(Precision::F32)?, load(Precision::Int8)?);
        let before = validation.logits(&f32_model, architecture)?;
        let after = validation.logits(&int8_model, architecture)?;
        let change = AccuracyChange::between(&before, &after, &validation.labels);
        let test_accuracy = match test {
            Some(test) => {
                let logits = test.logits(&int8_model, architecture)?;
                Some(Scores::of(&logits, &test.labels).accuracy)
            }
            None => None,
        };
        Ok(Self {
            kept: change.is_acceptable(architecture),
            change,
            test_accuracy,
        })
    }
}
