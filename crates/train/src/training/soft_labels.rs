//! The soft labels of an epoch, and their cache for the epochs that see the same variant of the data set.

use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use burn::tensor::{Tensor, TensorData};
use safetensors::tensor::{Dtype, SafeTensors};
use serde_json::{Value, json};

use super::teachers::Teachers;
use super::{Recipe, RunError, TrainingData};
use crate::export::ExportedTensor;
use crate::files::{sha256, write_atomically};
use thimble::labels::CLASSES;
use thimble_burn::tensor_values;

/// Name of the tensor in a cache file.
const TENSOR: &str = "probabilities";
/// Name of the metadata that holds the settings.
const SETTINGS: &str = "settings";
/// Digits of the settings' digest in the names of files.
const DIGITS: usize = 12;

/// Where soft labels are cached, and what they depend on beside the teachers.
#[derive(Clone, Copy)]
pub(super) struct CacheSettings<'a> {
    pub(super) folder: &'a Path,
    pub(super) recipe: &'a Recipe,
    pub(super) data: &'a TrainingData,
}

/// Cached soft labels: a file for each variant of the data set.
pub(super) struct SoftLabelCache {
    folder: PathBuf,
    /// Everything that the soft labels depend on, as JSON.
    settings: String,
}

impl SoftLabelCache {
    /// The cache of the teachers that `teachers` describes.
    pub(super) fn new(settings: &CacheSettings<'_>, teachers: Value) -> Self {
        let settings_json = json!({
            "teachers": teachers,
            "augmentation": settings.recipe.augmentation,
            "data": settings.data,
        });
        Self {
            folder: settings.folder.to_owned(),
            settings: settings_json.to_string(),
        }
    }

    /// The file of a variant. Other settings have files of other names.
    fn path(&self, variant: usize) -> PathBuf {
        let digest = sha256(self.settings.as_bytes());
        let digest = &digest[..DIGITS];
        self.folder
            .join(format!("{digest}-{variant:03}.safetensors"))
    }

    /// Reads the soft labels `[count, 10]`.
    ///
    /// # Errors
    /// [`RunError::SoftLabels`] where the file cannot be read or holds something else.
    fn read(path: &Path, count: usize) -> Result<Vec<f32>, RunError> {
        let bytes = fs::read(path).map_err(|error| failed(path, &error))?;
        let file = SafeTensors::deserialize(&bytes).map_err(|error| failed(path, &error))?;
        let tensor = file.tensor(TENSOR).map_err(|error| failed(path, &error))?;
        let expected = [count, CLASSES];
        if tensor.dtype() != Dtype::F32 || tensor.shape() != expected {
            let reason = format!(
                "the soft labels must be F32 of shape {expected:?}, got {:?} of shape {:?}",
                tensor.dtype(),
                tensor.shape()
            );
            return Err(failed(path, &reason));
        }
        let (values, _) = tensor.data().as_chunks::<4>();
        Ok(values
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect())
    }

    /// Writes the soft labels `[count, 10]`.
    ///
    /// # Errors
    /// [`RunError::SoftLabels`] where folder or file cannot be written.
    fn write(&self, path: &Path, values: Vec<f32>) -> Result<(), RunError> {
        fs::create_dir_all(&self.folder).map_err(|error| failed(&self.folder, &error))?;
        let tensor = ExportedTensor {
            name: TENSOR.to_owned(),
            shape: vec![values.len() / CLASSES, CLASSES],
            values,
        };
        let metadata = HashMap::from([(SETTINGS.to_owned(), self.settings.clone())]);
        let bytes = ExportedTensor::to_safetensors(&[tensor], Some(metadata))
            .map_err(|error| failed(path, &error))?;
        write_atomically(path, &bytes).map_err(|error| failed(path, &error.source))
    }
}

fn failed(path: &Path, reason: &dyn ToString) -> RunError {
    RunError::SoftLabels {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

/// The soft labels of one epoch.
pub(super) struct EpochSoftLabels<'a> {
    teachers: &'a Teachers,
    variant: usize,
    /// Soft labels `[images, 10]` and their file, where they are cached.
    cached: Option<(Vec<f32>, PathBuf)>,
    /// Whether the file was already there.
    is_complete: bool,
}

impl<'a> EpochSoftLabels<'a> {
    /// The soft labels of variant `variant` of `count` images.
    ///
    /// # Errors
    /// [`RunError::SoftLabels`] where their file cannot be read.
    pub(super) fn new(
        teachers: &'a Teachers,
        variant: usize,
        count: usize,
    ) -> Result<Self, RunError> {
        let mut soft_labels = Self {
            teachers,
            variant,
            cached: None,
            is_complete: false,
        };
        if let Some(cache) = &teachers.cache {
            let path = cache.path(variant);
            soft_labels.is_complete = path.is_file();
            let values = match soft_labels.is_complete {
                true => SoftLabelCache::read(&path, count)?,
                false => vec![0.0; count * CLASSES],
            };
            soft_labels.cached = Some((values, path));
        }
        Ok(soft_labels)
    }

    /// Returns the soft labels `[batch, 10]` of `inputs`, `[batch, 1, 28, 28]`: this epoch's variant of the training
    /// images at `indices`.
    ///
    /// # Errors
    /// [`RunError::Device`] where values cannot be read from the device.
    pub(super) fn batch(
        &mut self,
        indices: &[usize],
        inputs: &Tensor<4>,
    ) -> Result<Tensor<2>, RunError> {
        let Some((values, _)) = &mut self.cached else {
            return self.teachers.soft_labels(self.variant, indices, inputs);
        };
        if self.is_complete {
            let rows = indices.iter().map(|&index| row(index));
            let rows = rows.flat_map(|row| values[row].iter().copied()).collect();
            let data = TensorData::new::<f32, _>(rows, [indices.len(), CLASSES]);
            let device = inputs.device().without_autodiff();
            return Ok(Tensor::from_data(data, &device));
        }
        let soft_labels = self.teachers.soft_labels(self.variant, indices, inputs)?;
        let computed = tensor_values(soft_labels.clone().try_into_data())?;
        for (&index, probabilities) in indices.iter().zip(computed.chunks_exact(CLASSES)) {
            values[row(index)].copy_from_slice(probabilities);
        }
        Ok(soft_labels)
    }

    /// Writes the cache file after a whole epoch, where it was not there.
    ///
    /// # Errors
    /// [`RunError::SoftLabels`] where it cannot be written.
    pub(super) fn save(self) -> Result<(), RunError> {
        match (self.cached, &self.teachers.cache) {
            (Some((values, path)), Some(cache)) if !self.is_complete => cache.write(&path, values),
            _ => Ok(()),
        }
    }
}

/// The range of image `index`'s soft labels.
fn row(index: usize) -> Range<usize> {
    index * CLASSES..(index + 1) * CLASSES
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::training::teachers::tests::{inputs, recipe, values};
    use thimble::network::INPUT_SIDE;

    #[test]
    fn soft_labels_are_computed_once_and_cached_by_their_settings() {
        let folder = tempfile::tempdir().unwrap();
        let data = TrainingData {
            edition: "test".to_owned(),
            images: 4,
        };
        let mut recipe = recipe(0.5, &["paper"]);
        recipe.teacher.as_mut().unwrap().cached_variants = 2;
        let teachers = |recipe: &Recipe| {
            let cache = CacheSettings {
                folder: folder.path(),
                recipe,
                data: &data,
            };
            Teachers::new(recipe.teacher.as_ref().unwrap(), Some(cache)).unwrap()
        };
        let first = teachers(&recipe);
        let inputs = inputs(4);
        let part = |range: Range<usize>| inputs.clone().slice([range]);
        let mut epoch = EpochSoftLabels::new(&first, 0, 4).unwrap();
        assert!(!epoch.is_complete);
        let computed = [
            epoch.batch(&[2, 0], &part(0..2)).unwrap(),
            epoch.batch(&[3, 1], &part(2..4)).unwrap(),
        ];
        let computed = computed.map(values).concat();
        // An interrupted epoch leaves no file.
        assert!(!EpochSoftLabels::new(&first, 0, 4).unwrap().is_complete);
        epoch.save().unwrap();

        let second = teachers(&recipe);
        let mut epoch = EpochSoftLabels::new(&second, 0, 4).unwrap();
        assert!(epoch.is_complete);
        // Cached soft labels are found by index; the inputs do not matter.
        let others = Tensor::zeros([4, 1, INPUT_SIDE, INPUT_SIDE], &Device::flex());
        let found = epoch.batch(&[2, 0, 3, 1], &others).unwrap();
        assert_eq!(values(found), computed);
        assert!(!EpochSoftLabels::new(&second, 1, 4).unwrap().is_complete);

        recipe.augmentation.shift += 1;
        let third = teachers(&recipe);
        assert!(!EpochSoftLabels::new(&third, 0, 4).unwrap().is_complete);
        let error = EpochSoftLabels::new(&second, 0, 5)
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.contains("must be F32 of shape [5, 10], got F32 of shape [4, 10]"),
            "{error}"
        );
        let path = fs::read_dir(folder.path()).unwrap().next().unwrap();
        fs::write(path.unwrap().path(), b"half").unwrap();
        let error = EpochSoftLabels::new(&second, 0, 4)
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("remove the file"), "{error}");
    }
}
