//! The loss of training: cross-entropy with the labels and, in distillation, with soft labels.

use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor};

use super::{Distillation, Recipe};

/// The loss of a recipe.
pub struct Loss {
    cross_entropy: CrossEntropyLoss,
    distillation: Option<Distillation>,
}

impl Loss {
    /// The loss of `recipe`, on a device with autodiff.
    pub fn new(recipe: &Recipe, device: &Device) -> Self {
        let smoothing = recipe.label_smoothing;
        Self {
            cross_entropy: CrossEntropyLossConfig::new()
                .with_smoothing((smoothing > 0.0).then_some(smoothing as f32))
                .init(device),
            distillation: recipe.teacher.clone(),
        }
    }

    /// Returns the mean loss of logits `[batch, 10]`, given labels `[batch]` and, in distillation, soft labels
    /// `[batch, 10]` without autodiff. Without soft labels only the labels count.
    pub fn mean(
        &self,
        logits: Tensor<2>,
        labels: Tensor<1, Int>,
        soft_labels: Option<Tensor<2>>,
    ) -> Tensor<1> {
        let hard = self.cross_entropy.forward(logits.clone(), labels);
        let (Some(distillation), Some(soft_labels)) = (&self.distillation, soft_labels) else {
            return hard;
        };
        let Distillation {
            share, temperature, ..
        } = *distillation;
        let soft = soft_cross_entropy(logits / temperature, Tensor::from_inner(soft_labels));
        // The gradients of the soft part fall with the square of the temperature.
        hard * (1.0 - share) + soft * (share * temperature * temperature)
    }
}

/// Returns the mean cross-entropy of logits `[batch, outcomes]`, and of none of these outcomes, whose logit is 0, with target
/// probabilities `[batch, outcomes + 1]`, both on a device with autodiff.
pub fn cross_entropy_with_none(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let [batch, _] = logits.dims();
    let none = Tensor::zeros([batch, 1], &logits.device());
    soft_cross_entropy(Tensor::cat(vec![logits, none], 1), targets)
}

/// Returns the mean cross-entropy of logits `[batch, 10]` with target probabilities `[batch, 10]`, both on a device
/// with autodiff.
pub fn soft_cross_entropy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    -(targets * log_softmax(logits, 1)).sum_dim(1).mean()
}
