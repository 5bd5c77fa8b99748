//! The confidence of a prediction: the probability that it is correct, given that the photo may show none of
//! the ten classes.

use serde::{Deserialize, Serialize};

use crate::labels::CLASSES;

/// Number of features of a prediction.
pub const FEATURES: usize = 12;

/// Features of a prediction, from which its confidence is computed; [`features`](super::features) gives their
/// order.
pub type Features = [f64; FEATURES];

/// A logistic regression from features to the probability that a prediction is correct.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfidenceModel {
    /// Weight of each feature.
    pub weights: Features,
    /// Bias of each predicted class, since some are predicted wrongly more often than others.
    pub classes: [f64; CLASSES],
    /// Bias common to all classes.
    pub bias: f64,
}

impl ConfidenceModel {
    /// Returns the probability that a prediction of `class` (0 to 9) with these features is correct, 0 to 1.
    pub fn confidence(&self, features: &Features, class: usize) -> f64 {
        let products = self.weights.iter().zip(features);
        let sum: f64 = products.map(|(weight, feature)| weight * feature).sum();
        logistic(self.bias + self.classes[class] + sum)
    }
}

/// Returns the logistic function, 0 to 1.
pub fn logistic(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}
