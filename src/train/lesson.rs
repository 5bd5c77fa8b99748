//! What a network is held to in training.

use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::tensor::activation::{log_softmax, softmax};
use burn::tensor::{Device, Int, Tensor};

use super::{Recipe, RunError, Teacher};
use crate::network::{Engine, NetworkName, Shipped};

/// The loss of a recipe.
pub struct Lesson {
    cross_entropy: CrossEntropyLoss,
    teacher: Option<(Engine, Teacher)>,
}

impl Lesson {
    /// The loss of `recipe` on `device`, one with autodiff.
    ///
    /// # Errors
    /// [`RunError::Teacher`] where the recipe's teacher is not to be had.
    pub fn new(recipe: &Recipe, device: &Device) -> Result<Self, RunError> {
        let smoothing = recipe.label_smoothing;
        let cross_entropy = CrossEntropyLossConfig::new()
            .with_smoothing((smoothing > 0.0).then_some(smoothing as f32))
            .init(device);
        let teacher = match &recipe.teacher {
            Some(teacher) => {
                let unknown = |reason: &dyn ToString| RunError::Teacher(reason.to_string());
                let name: NetworkName = teacher.network.parse().map_err(|error| unknown(&error))?;
                let shipped = Shipped::find(name).map_err(|error| unknown(&error))?;
                let weights = shipped.weights(None).map_err(|error| unknown(&error))?;
                let engine = weights.engine().map_err(|error| unknown(&error))?;
                Some((engine, teacher.clone()))
            }
            None => None,
        };
        Ok(Self {
            cross_entropy,
            teacher,
        })
    }

    /// The mean loss of `logits`, `[batch, 10]`, that a network gave for `pictures`,
    /// `[batch, 1, 28, 28]`, with labels `[batch]`.
    ///
    /// # Errors
    /// [`RunError::Device`] where the pictures do not come back for the teacher to see.
    pub(super) fn loss(
        &self,
        pictures: Tensor<4>,
        logits: Tensor<2>,
        labels: Tensor<1, Int>,
    ) -> Result<Tensor<1>, RunError> {
        let by_labels = self.cross_entropy.forward(logits.clone(), labels);
        let Some((engine, teacher)) = &self.teacher else {
            return Ok(by_labels);
        };
        let Teacher {
            share, temperature, ..
        } = *teacher;
        let answers = engine.forward(pictures.without_autodiff());
        let answers = answers.map_err(|error| RunError::Device(error.to_string()))?;
        let answers = Tensor::from_inner(softmax(answers / temperature, 1));
        let logarithms = log_softmax(logits / temperature, 1);
        let by_answers = -(answers * logarithms).sum_dim(1).mean();
        // The gradients of the second fall with the square of the temperature.
        Ok(by_labels * (1.0 - share) + by_answers * (share * temperature * temperature))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;

    use super::*;
    use crate::network::SIDE;

    fn lesson(share: f64, network: &str) -> Result<Lesson, RunError> {
        let recipe = Recipe {
            teacher: Some(Teacher {
                network: network.to_owned(),
                share,
                temperature: 2.0,
            }),
            ..Recipe::of(NetworkName::Paper)
        };
        Lesson::new(&recipe, &Device::flex().autodiff())
    }

    /// The gradient of the loss by logits that are the teacher's own.
    fn gradient(lesson: &Lesson) -> Vec<f32> {
        let device = Device::flex();
        let pictures = Tensor::random([3, 1, SIDE, SIDE], Distribution::Default, &device);
        let teacher = Shipped::find(NetworkName::Paper).unwrap();
        let answers = teacher.load(&device).unwrap().forward(pictures.clone());
        let logits = Tensor::from_inner(answers).require_grad();
        let labels = Tensor::from_data([0, 1, 2], &device.autodiff());
        let loss = lesson.loss(Tensor::from_inner(pictures), logits.clone(), labels);
        let loss = loss.unwrap();
        let gradient = logits.grad(&loss.backward()).unwrap();
        gradient.into_data().try_to_vec().unwrap()
    }

    #[test]
    fn who_answers_as_the_teacher_has_nothing_to_learn_from_it() {
        let by_teacher = gradient(&lesson(1.0, "paper").unwrap());
        assert!(
            by_teacher.iter().all(|value| value.abs() < 1e-6),
            "{by_teacher:?}"
        );
        let by_labels = gradient(&lesson(0.0, "paper").unwrap());
        assert!(
            by_labels.iter().any(|value| value.abs() > 1e-3),
            "{by_labels:?}"
        );
    }

    #[test]
    fn a_teacher_that_is_not_there_is_named() {
        let error = lesson(0.5, "socrates").err().unwrap().to_string();
        assert!(error.contains("\"socrates\""), "{error}");
    }
}
