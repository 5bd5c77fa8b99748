//! The teachers of knowledge distillation.

use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};
use serde_json::json;

use super::augment::shifted_view;
use super::random::view_generator;
use super::soft_labels::{CacheSettings, SoftLabelCache};
use super::{Distillation, RunError};
use crate::data::Dataset;
use crate::evaluate::{SCORING_BATCH, forward};
use thimble::labels::CLASSES;
use thimble::network::{
    CpuModel, INPUT_SIDE, INPUT_VALUES, NetworkName, ShippedNetwork, WeightsId, grey_values,
};
use thimble_burn::tensor_values;

/// The teachers of a recipe, loaded.
pub(super) struct Teachers {
    models: Vec<CpuModel>,
    settings: Distillation,
    /// The cache of their soft labels, where the recipe has one.
    pub(super) cache: Option<SoftLabelCache>,
}

impl Teachers {
    /// Loads the teachers. Their soft labels are cached where the recipe cycles through variants of the data set.
    ///
    /// # Errors
    /// [`RunError::Teacher`] where one cannot be loaded.
    pub(super) fn new(
        settings: &Distillation,
        cache: Option<CacheSettings<'_>>,
    ) -> Result<Self, RunError> {
        let mut models = Vec::new();
        let mut weights = Vec::new();
        for name in &settings.networks {
            let (model, id) = load(name)?;
            models.push(model);
            weights.push(format!("{name} {:016x}", u64::from_be_bytes(id)));
        }
        let cache = cache.filter(|_| settings.cached_variants > 0).map(|cache| {
            let teachers = json!({
                "networks": weights,
                "temperature": settings.temperature,
                "tta_views": settings.tta_views,
            });
            SoftLabelCache::new(&cache, teachers)
        });
        Ok(Self {
            models,
            settings: settings.clone(),
            cache,
        })
    }

    /// Computes the soft labels `[batch, 10]`, the mean probabilities at the recipe's temperature, of `inputs`
    /// `[batch, 1, 28, 28]`: variant `variant` of the images at `indices`.
    pub(super) fn soft_labels(
        &self,
        variant: usize,
        indices: &[usize],
        inputs: &Tensor<4>,
    ) -> Result<Tensor<2>, RunError> {
        let inputs = inputs.clone().without_autodiff();
        let device = inputs.device();
        let tta_views = self.settings.tta_views;
        let values = match tta_views {
            0 => Vec::new(),
            _ => tensor_values(inputs.clone().try_into_data())?,
        };
        let mut sum: Option<Tensor<2>> = None;
        for (teacher, model) in self.models.iter().enumerate() {
            let mut generators: Vec<_> = indices
                .iter()
                .map(|&index| view_generator(teacher, variant, index))
                .collect();
            for _ in 0..tta_views.max(1) {
                let views = match tta_views {
                    0 => inputs.clone(),
                    _ => {
                        let mut views = Vec::with_capacity(values.len());
                        let images = values.chunks_exact(INPUT_VALUES);
                        for (image, generator) in images.zip(&mut generators) {
                            shifted_view(image, generator, &mut views);
                        }
                        tensor(views, &device)
                    }
                };
                let logits = forward(model, views)?;
                let probabilities = softmax(logits / self.settings.temperature, 1);
                sum = Some(match sum {
                    Some(sum) => sum + probabilities,
                    None => probabilities,
                });
            }
        }
        let count = self.models.len() * tta_views.max(1);
        match sum {
            Some(sum) => Ok(sum / count as f64),
            None => Err(RunError::NoTeacher),
        }
    }
}

/// Inputs `[batch, 1, 28, 28]` with these values.
fn tensor(values: Vec<f32>, device: &Device) -> Tensor<4> {
    let batch = values.len() / INPUT_VALUES;
    let shape = [batch, 1, INPUT_SIDE, INPUT_SIDE];
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Computes the logits of the teachers together: the logarithms of their mean probabilities, times the temperature at
/// which the mean is taken. `cached_variants` and `share` have no effect.
///
/// # Errors
/// [`RunError::Teacher`] where one cannot be loaded, [`RunError::Device`] where values cannot be read from the
/// device.
pub fn teacher_logits(
    distillation: &Distillation,
    images: &Dataset,
) -> Result<Vec<[f32; CLASSES]>, RunError> {
    let device = Device::flex();
    let teachers = Teachers::new(distillation, None)?;
    let mut logits = Vec::with_capacity(images.len());
    let batches = images.pixels.chunks(SCORING_BATCH * INPUT_VALUES);
    for (batch, pixels) in batches.enumerate() {
        let first = batch * SCORING_BATCH;
        let indices: Vec<usize> = (first..first + pixels.len() / INPUT_VALUES).collect();
        let inputs = tensor(grey_values(pixels), &device);
        let soft_labels = teachers.soft_labels(0, &indices, &inputs)?;
        let batch_logits =
            soft_labels.clamp_min(f32::MIN_POSITIVE).log() * distillation.temperature;
        let batch_logits = tensor_values(batch_logits.try_into_data())?;
        logits.extend_from_slice(batch_logits.as_chunks::<CLASSES>().0);
    }
    Ok(logits)
}

/// Loads the network of this name, and returns the identity of its weights with it.
fn load(name: &str) -> Result<(CpuModel, WeightsId), RunError> {
    let failed = |reason: &dyn ToString| RunError::Teacher {
        name: name.to_owned(),
        reason: reason.to_string(),
    };
    let network: NetworkName = name.parse().map_err(|error| failed(&error))?;
    let shipped = ShippedNetwork::find(network).map_err(|error| failed(&error))?;
    let weights = shipped.weights(None).map_err(|error| failed(&error))?;
    let model = weights
        .load(thimble::Precision::F32)
        .map_err(|error| failed(&error))?;
    Ok((model, shipped.id()))
}

#[cfg(test)]
pub(super) mod tests {
    use thimble_burn::BurnNetwork;

    use super::*;
    use crate::training::soft_labels::EpochSoftLabels;
    use crate::training::{Loss, Recipe};

    const TEMPERATURE: f64 = 2.0;

    pub(in crate::training) fn recipe(share: f64, teachers: &[&str]) -> Recipe {
        Recipe {
            teacher: Some(Distillation {
                networks: teachers.iter().map(|&name| name.to_owned()).collect(),
                share,
                temperature: TEMPERATURE,
                tta_views: 0,
                cached_variants: 0,
            }),
            ..Recipe::of(NetworkName::Paper)
        }
    }

    pub(in crate::training) fn inputs(count: usize) -> Tensor<4> {
        let device = Device::flex();
        crate::test_values::values([count, 1, INPUT_SIDE, INPUT_SIDE], 7, &device).abs()
    }

    pub(in crate::training) fn values(tensor: Tensor<2>) -> Vec<f32> {
        tensor.into_data().try_to_vec().unwrap()
    }

    /// The gradient of the loss at logits whose probabilities are the mean of those of `students`.
    fn gradient(recipe: &Recipe, students: &[NetworkName]) -> Vec<f32> {
        let device = Device::flex();
        let inputs = inputs(3);
        let probabilities = students.iter().map(|&name| {
            let network = BurnNetwork::load(
                ShippedNetwork::find(name).unwrap().weights(None).unwrap(),
                &device,
            )
            .unwrap();
            softmax(network.forward(inputs.clone()) / TEMPERATURE, 1)
        });
        let sum = probabilities.reduce(|a, b| a + b).unwrap();
        let logits = (sum / students.len() as f64).log() * TEMPERATURE;
        let logits = Tensor::from_inner(logits).require_grad();
        let labels = Tensor::from_data([0, 1, 2], &device.clone().autodiff());
        let teachers = Teachers::new(recipe.teacher.as_ref().unwrap(), None).unwrap();
        let inputs = Tensor::from_inner(inputs);
        let mut epoch = EpochSoftLabels::new(&teachers, 0, 3).unwrap();
        let soft_labels = epoch.batch(&[0, 1, 2], &inputs).unwrap();
        let loss = Loss::new(recipe, &device.autodiff());
        let loss = loss.mean(logits.clone(), labels, Some(soft_labels));
        values(logits.grad(&loss.backward()).unwrap())
    }

    #[test]
    fn gradient_is_zero_when_student_matches_teachers() {
        use NetworkName::{Paper, PaperPlus};
        for students in [&[Paper][..], &[Paper, PaperPlus]] {
            let teachers: Vec<&str> = students.iter().map(|name| name.as_str()).collect();
            let found = gradient(&recipe(1.0, &teachers), students);
            assert!(found.iter().all(|value| value.abs() < 1e-6), "{found:?}");
        }
        for (share, teachers) in [(0.0, &["paper"][..]), (1.0, &["paper", "paper-plus"])] {
            let found = gradient(&recipe(share, teachers), &[Paper]);
            assert!(found.iter().any(|value| value.abs() > 1e-3), "{found:?}");
        }
    }

    #[test]
    fn unknown_teacher_is_named() {
        let recipe = recipe(0.5, &["paper", "socrates"]);
        let error = Teachers::new(&recipe.teacher.unwrap(), None).err().unwrap();
        assert!(error.to_string().contains("\"socrates\""), "{error}");
    }

    #[test]
    fn views_make_soft_labels_of_mirrored_inputs_alike() {
        let inputs = inputs(2);
        let mirrored = inputs.clone().flip([3]);
        let difference = |tta_views: usize| {
            let mut settings = recipe(0.5, &["paper"]).teacher.unwrap();
            settings.tta_views = tta_views;
            let teachers = Teachers::new(&settings, None).unwrap();
            let [one, other] = [(0, &inputs), (1, &mirrored)].map(|(variant, inputs)| {
                values(teachers.soft_labels(variant, &[5, 6], inputs).unwrap())
            });
            let pairs = one.iter().zip(&other);
            pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
        };
        let [without, with_views] = [difference(0), difference(300)];
        assert!(
            with_views < 0.2 * without,
            "{with_views} with many views, {without} without"
        );
    }
}
