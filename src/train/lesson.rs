//! What a network is held to in training.

use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::tensor::activation::{log_softmax, softmax};
use burn::tensor::{Device, Int, Tensor};

use super::{Recipe, RunError, Teacher};
use crate::network::{Engine, NetworkName, Shipped};

/// The loss of a recipe.
pub struct Lesson {
    cross_entropy: CrossEntropyLoss,
    teacher: Option<(Vec<Engine>, Teacher)>,
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
                let engines = teacher.networks.iter().map(|name| engine(name));
                Some((engines.collect::<Result<_, _>>()?, teacher.clone()))
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
        let Some((engines, teacher)) = &self.teacher else {
            return Ok(by_labels);
        };
        let Teacher {
            share, temperature, ..
        } = *teacher;
        let pictures = pictures.without_autodiff();
        let mut answers = Tensor::zeros(logits.dims(), &pictures.device());
        for engine in engines {
            let logits = engine.forward(pictures.clone());
            let logits = logits.map_err(|error| RunError::Device(error.to_string()))?;
            answers = answers + softmax(logits / temperature, 1) / engines.len() as f64;
        }
        let answers = Tensor::from_inner(answers);
        let logarithms = log_softmax(logits / temperature, 1);
        let by_answers = -(answers * logarithms).sum_dim(1).mean();
        // The gradients of the second fall with the square of the temperature.
        Ok(by_labels * (1.0 - share) + by_answers * (share * temperature * temperature))
    }
}

/// The network of this name, ready to answer.
fn engine(name: &str) -> Result<Engine, RunError> {
    let unknown = |reason: &dyn ToString| RunError::Teacher(reason.to_string());
    let name: NetworkName = name.parse().map_err(|error| unknown(&error))?;
    let shipped = Shipped::find(name).map_err(|error| unknown(&error))?;
    let weights = shipped.weights(None).map_err(|error| unknown(&error))?;
    weights.engine().map_err(|error| unknown(&error))
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;

    use super::*;
    use crate::network::SIDE;

    const TEMPERATURE: f64 = 2.0;

    fn lesson(share: f64, networks: &[&str]) -> Result<Lesson, RunError> {
        let recipe = Recipe {
            teacher: Some(Teacher {
                networks: networks.iter().map(|&name| name.to_owned()).collect(),
                share,
                temperature: TEMPERATURE,
            }),
            ..Recipe::of(NetworkName::Paper)
        };
        Lesson::new(&recipe, &Device::flex().autodiff())
    }

    /// The gradient of the loss by logits that answer as these networks do in the mean.
    fn gradient(lesson: &Lesson, networks: &[NetworkName]) -> Vec<f32> {
        let device = Device::flex();
        let pictures = Tensor::random([3, 1, SIDE, SIDE], Distribution::Default, &device);
        let answers = networks.iter().map(|&name| {
            let network = Shipped::find(name).unwrap().load(&device).unwrap();
            softmax(network.forward(pictures.clone()) / TEMPERATURE, 1)
        });
        let sum = answers.reduce(|a, b| a + b).unwrap();
        let logits = (sum / networks.len() as f64).log() * TEMPERATURE;
        let logits = Tensor::from_inner(logits).require_grad();
        let labels = Tensor::from_data([0, 1, 2], &device.autodiff());
        let loss = lesson.loss(Tensor::from_inner(pictures), logits.clone(), labels);
        let loss = loss.unwrap();
        let gradient = logits.grad(&loss.backward()).unwrap();
        gradient.into_data().try_to_vec().unwrap()
    }

    #[test]
    fn who_answers_as_the_teachers_has_nothing_to_learn_from_them() {
        use NetworkName::{Paper, PaperPlus};
        for networks in [&[Paper][..], &[Paper, PaperPlus]] {
            let names: Vec<&str> = networks.iter().map(|name| name.as_str()).collect();
            let by_teachers = gradient(&lesson(1.0, &names).unwrap(), networks);
            assert!(
                by_teachers.iter().all(|value| value.abs() < 1e-6),
                "{by_teachers:?}"
            );
        }
        for (share, teachers) in [(0.0, &["paper"][..]), (1.0, &["paper", "paper-plus"])] {
            let others = gradient(&lesson(share, teachers).unwrap(), &[Paper]);
            assert!(others.iter().any(|value| value.abs() > 1e-3), "{others:?}");
        }
    }

    #[test]
    fn a_teacher_that_is_not_there_is_named() {
        let error = lesson(0.5, &["paper", "socrates"])
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("\"socrates\""), "{error}");
    }
}
