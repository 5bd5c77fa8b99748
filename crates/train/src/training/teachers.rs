//! The networks that a network learns from.

use std::path::Path;

use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};
use serde_json::json;

use super::answers::AnswerFiles;
use super::augment::shifted_view;
use super::order::looks_generator;
use super::{Recipe, RunError, Teacher, TrainingData};
use crate::data::Pictures;
use crate::evaluate::forward;
use thimble::labels::CLASSES;
use thimble::network::{
    CpuModel, INPUT_SIDE, INPUT_VALUES, NetworkName, ShippedNetwork, WeightsId, grey_values,
};

/// The teachers of a recipe, ready to answer.
pub(super) struct Teachers {
    models: Vec<CpuModel>,
    teacher: Teacher,
    /// Of what they said.
    pub(super) kept: Option<AnswerFiles>,
}

/// Where answers are kept, and what they depend on beside the teachers.
#[derive(Clone, Copy)]
pub(super) struct Kept<'a> {
    pub(super) folder: &'a Path,
    pub(super) recipe: &'a Recipe,
    pub(super) data: &'a TrainingData,
}

impl Teachers {
    /// Loads the teachers. Their answers are kept where the recipe has pictures come again.
    ///
    /// # Errors
    /// [`RunError::Teacher`] where one is not to be had.
    pub(super) fn new(teacher: &Teacher, kept: Option<Kept<'_>>) -> Result<Self, RunError> {
        let mut models = Vec::new();
        let mut weights = Vec::new();
        for name in &teacher.networks {
            let (model, id) = load(name)?;
            models.push(model);
            weights.push(format!("{name} {:016x}", u64::from_be_bytes(id)));
        }
        let kept = kept.filter(|_| teacher.cached_variants > 0);
        Ok(Self {
            models,
            teacher: teacher.clone(),
            kept: kept.map(|kept| {
                let decides = json!({
                    "teachers": weights,
                    "temperature": teacher.temperature,
                    "tta_views": teacher.tta_views,
                    "augmentation": kept.recipe.augmentation,
                    "data": kept.data,
                });
                AnswerFiles::new(kept.folder, decides.to_string())
            }),
        })
    }

    /// The mean probabilities, at the recipe's temperature, for `pictures` `[batch, 1, 28, 28]`,
    /// which are drawing `drawing` of those at `indices`: `[batch, 10]`.
    pub(super) fn ask(
        &self,
        drawing: usize,
        indices: &[usize],
        pictures: &Tensor<4>,
    ) -> Result<Tensor<2>, RunError> {
        let pictures = pictures.clone().without_autodiff();
        let device = pictures.device();
        let tta_views = self.teacher.tta_views;
        let values = match tta_views {
            0 => Vec::new(),
            _ => read(pictures.clone())?,
        };
        let mut answers: Option<Tensor<2>> = None;
        for (number, model) in self.models.iter().enumerate() {
            let mut generators: Vec<_> = indices
                .iter()
                .map(|&index| looks_generator(number, drawing, index))
                .collect();
            for _ in 0..tta_views.max(1) {
                let seen = match tta_views {
                    0 => pictures.clone(),
                    _ => {
                        let mut seen = Vec::with_capacity(values.len());
                        for (picture, generator) in
                            values.chunks_exact(INPUT_VALUES).zip(&mut generators)
                        {
                            shifted_view(picture, generator, &mut seen);
                        }
                        Tensor::from_data(
                            TensorData::new(seen, [indices.len(), 1, INPUT_SIDE, INPUT_SIDE]),
                            &device,
                        )
                    }
                };
                let logits = forward(model, seen);
                let logits = logits.map_err(|error| RunError::Device(error.to_string()))?;
                let answer = softmax(logits / self.teacher.temperature, 1);
                answers = Some(match answers {
                    Some(sum) => sum + answer,
                    None => answer,
                });
            }
        }
        let nobody = || RunError::Teacher("the recipe names none".to_owned());
        let count = self.models.len() * tta_views.max(1);
        Ok(answers.ok_or_else(nobody)? / count as f64)
    }
}

/// The values of a tensor.
///
/// # Errors
/// [`RunError::Device`] where they do not come back.
pub(super) fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, RunError> {
    let values = tensor.into_data().try_to_vec();
    values.map_err(|error| RunError::Device(format!("{error:?}")))
}

/// How these teachers answer `pictures`: the logarithms of their mean probabilities, times the
/// temperature at which the mean is taken. `rounds` and `share` count for nothing.
///
/// # Errors
/// [`RunError::Teacher`] where one is not to be had, [`RunError::Device`] where answers do not come
/// back.
pub fn teachers_logits(
    teacher: &Teacher,
    pictures: &Pictures,
) -> Result<Vec<[f32; CLASSES]>, RunError> {
    const BATCH: usize = 250;
    let device = Device::flex();
    let teachers = Teachers::new(teacher, None)?;
    let mut logits = Vec::with_capacity(pictures.len());
    for (number, pixels) in pictures.pixels.chunks(BATCH * INPUT_VALUES).enumerate() {
        let first = number * BATCH;
        let indices: Vec<usize> = (first..first + pixels.len() / INPUT_VALUES).collect();
        let data = TensorData::new(
            grey_values(pixels),
            [indices.len(), 1, INPUT_SIDE, INPUT_SIDE],
        );
        let answers = teachers.ask(0, &indices, &Tensor::from_data(data, &device))?;
        let answers = read(answers.clamp_min(f32::MIN_POSITIVE).log() * teacher.temperature)?;
        logits.extend_from_slice(answers.as_chunks::<CLASSES>().0);
    }
    Ok(logits)
}

/// The network of this name, ready to answer, and the checksum of its weights.
fn load(name: &str) -> Result<(CpuModel, WeightsId), RunError> {
    let unknown = |reason: &dyn ToString| RunError::Teacher(reason.to_string());
    let name: NetworkName = name.parse().map_err(|error| unknown(&error))?;
    let shipped = ShippedNetwork::find(name).map_err(|error| unknown(&error))?;
    let weights = shipped.weights(None).map_err(|error| unknown(&error))?;
    let model = weights
        .load(thimble::Precision::F32)
        .map_err(|error| unknown(&error))?;
    Ok((model, shipped.id()))
}

#[cfg(test)]
pub(super) mod tests {
    use thimble_burn::BurnNetwork;

    use super::*;
    use crate::training::Loss;

    const TEMPERATURE: f64 = 2.0;

    pub(in crate::training) fn recipe(share: f64, networks: &[&str]) -> Recipe {
        Recipe {
            teacher: Some(Teacher {
                networks: networks.iter().map(|&name| name.to_owned()).collect(),
                share,
                temperature: TEMPERATURE,
                tta_views: 0,
                cached_variants: 0,
            }),
            ..Recipe::of(NetworkName::Paper)
        }
    }

    pub(in crate::training) fn pictures(count: usize) -> Tensor<4> {
        let device = Device::flex();
        crate::test_values::values([count, 1, INPUT_SIDE, INPUT_SIDE], 7, &device).abs()
    }

    pub(in crate::training) fn values(tensor: Tensor<2>) -> Vec<f32> {
        tensor.into_data().try_to_vec().unwrap()
    }

    /// The gradient of the loss by logits that answer as these networks do in the mean.
    fn gradient(recipe: &Recipe, networks: &[NetworkName]) -> Vec<f32> {
        let device = Device::flex();
        let pictures = pictures(3);
        let own = networks.iter().map(|&name| {
            let network = BurnNetwork::load(
                ShippedNetwork::find(name).unwrap().weights(None).unwrap(),
                &device,
            )
            .unwrap();
            softmax(network.forward(pictures.clone()) / TEMPERATURE, 1)
        });
        let sum = own.reduce(|a, b| a + b).unwrap();
        let logits = (sum / networks.len() as f64).log() * TEMPERATURE;
        let logits = Tensor::from_inner(logits).require_grad();
        let labels = Tensor::from_data([0, 1, 2], &device.clone().autodiff());
        let teachers = Teachers::new(recipe.teacher.as_ref().unwrap(), None).unwrap();
        let pictures = Tensor::from_inner(pictures);
        let mut round = teachers.round(0, 3).unwrap();
        let answers = round.answers(&[0, 1, 2], &pictures).unwrap();
        let loss = Loss::new(recipe, &device.autodiff());
        let loss = loss.loss(logits.clone(), labels, Some(answers));
        values(logits.grad(&loss.backward()).unwrap())
    }

    #[test]
    fn who_answers_as_the_teachers_has_nothing_to_learn_from_them() {
        use NetworkName::{Paper, PaperPlus};
        for networks in [&[Paper][..], &[Paper, PaperPlus]] {
            let names: Vec<&str> = networks.iter().map(|name| name.as_str()).collect();
            let by_teachers = gradient(&recipe(1.0, &names), networks);
            assert!(
                by_teachers.iter().all(|value| value.abs() < 1e-6),
                "{by_teachers:?}"
            );
        }
        for (share, teachers) in [(0.0, &["paper"][..]), (1.0, &["paper", "paper-plus"])] {
            let others = gradient(&recipe(share, teachers), &[Paper]);
            assert!(others.iter().any(|value| value.abs() > 1e-3), "{others:?}");
        }
    }

    #[test]
    fn a_teacher_that_is_not_there_is_named() {
        let recipe = recipe(0.5, &["paper", "socrates"]);
        let error = Teachers::new(&recipe.teacher.unwrap(), None).err().unwrap();
        assert!(error.to_string().contains("\"socrates\""), "{error}");
    }

    #[test]
    fn many_looks_at_a_picture_and_at_its_mirror_image_say_the_same() {
        let pictures = pictures(2);
        let mirrored = pictures.clone().flip([3]);
        let apart = |tta_views: usize| {
            let mut teacher = recipe(0.5, &["paper"]).teacher.unwrap();
            teacher.tta_views = tta_views;
            let teachers = Teachers::new(&teacher, None).unwrap();
            let answers = [(0, &pictures), (1, &mirrored)];
            let [one, other] = answers.map(|(drawing, pictures)| {
                values(teachers.ask(drawing, &[5, 6], pictures).unwrap())
            });
            let pairs = one.iter().zip(&other);
            pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
        };
        let [once, often] = [apart(0), apart(300)];
        assert!(
            often < 0.2 * once,
            "{often} after many views, {once} without"
        );
    }
}
