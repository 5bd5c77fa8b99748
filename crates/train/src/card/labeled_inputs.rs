//! Inputs with labels, on which a network with rounded numbers is compared with the exact one.

use crate::data::Dataset;
use thimble::garments::class_logits;
use thimble::labels::CLASSES;
use thimble::network::{Architecture, DeviceError, Model, grey_values};

/// Values that run through a network at once, at most.
const BATCH_VALUES: usize = 250 * 784;

/// Inputs of a network, with a label for each row of ten logits: one for an input of a classifier, one for each pixel of
/// a segmentation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabeledInputs {
    /// The inputs, one after another, 0 to 1.
    pub values: Vec<f32>,
    /// Labels, 0 to 9.
    pub labels: Vec<u8>,
}

impl LabeledInputs {
    /// Converts images in Fashion-MNIST's format.
    pub fn of_images(images: &Dataset) -> Self {
        Self {
            values: grey_values(&images.pixels),
            labels: images.labels.clone(),
        }
    }

    /// Returns the rows of logits of a model of this architecture.
    ///
    /// # Errors
    /// [`DeviceError`] where the device returns no result.
    pub(super) fn logits(
        &self,
        model: &dyn Model,
        architecture: &Architecture,
    ) -> Result<Vec<[f32; CLASSES]>, DeviceError> {
        let input_values = architecture.input_values();
        let batch = (BATCH_VALUES / input_values.max(1)).max(1) * input_values;
        let mut all = Vec::with_capacity(self.labels.len());
        for values in self.values.chunks(batch.max(1)) {
            let logits = model.run(values).wait()?;
            match architecture {
                Architecture::Garment(_) => {
                    all.extend(logits.as_chunks().0.iter().map(class_logits));
                }
                _ => all.extend_from_slice(logits.as_chunks().0),
            }
        }
        Ok(all)
    }
}
