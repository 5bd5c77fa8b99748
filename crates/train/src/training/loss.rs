//! What a network is held to in training.

use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor};

use super::{Recipe, Teacher};

/// The loss of a recipe.
pub struct Loss {
    cross_entropy: CrossEntropyLoss,
    teacher: Option<Teacher>,
}

impl Loss {
    /// The loss of `recipe` on `device`, one with autodiff.
    pub fn new(recipe: &Recipe, device: &Device) -> Self {
        let smoothing = recipe.label_smoothing;
        Self {
            cross_entropy: CrossEntropyLossConfig::new()
                .with_smoothing((smoothing > 0.0).then_some(smoothing as f32))
                .init(device),
            teacher: recipe.teacher.clone(),
        }
    }

    /// The mean loss of `logits`, `[batch, 10]`, beside labels `[batch]` and, where the recipe has
    /// teachers, their probabilities `[batch, 10]`, without autodiff; without these by the labels
    /// alone.
    pub(super) fn loss(
        &self,
        logits: Tensor<2>,
        labels: Tensor<1, Int>,
        answers: Option<Tensor<2>>,
    ) -> Tensor<1> {
        let by_labels = self.cross_entropy.forward(logits.clone(), labels);
        let (Some(teacher), Some(answers)) = (&self.teacher, answers) else {
            return by_labels;
        };
        let Teacher {
            share, temperature, ..
        } = *teacher;
        let logarithms = log_softmax(logits / temperature, 1);
        let by_answers = -(Tensor::from_inner(answers) * logarithms).sum_dim(1).mean();
        // The gradients of the second fall with the square of the temperature.
        by_labels * (1.0 - share) + by_answers * (share * temperature * temperature)
    }
}
