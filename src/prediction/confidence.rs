//! How confident a prediction on a photo is: the probability that it is right, where the photo may show none of
//! the ten classes.

use serde::{Deserialize, Serialize};

use crate::labels::CLASSES;

/// Number of features of a prediction.
pub const FEATURES: usize = 9;

/// What the confidence is computed from; see [`features`](super::features) for their order.
pub type Features = [f64; FEATURES];

/// Logistic regression from features to the probability that a prediction is right.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfidenceModel {
    /// Weight of each feature.
    pub weights: Features,
    /// Offset of each predicted class: some are predicted wrongly more often than others.
    pub classes: [f64; CLASSES],
    /// Offset of all.
    pub bias: f64,
}

impl ConfidenceModel {
    /// The probability that a prediction of this class (below 10) with these features is right, 0 to 1.
    pub fn confidence(&self, features: &Features, class: usize) -> f64 {
        let products = self.weights.iter().zip(features);
        let sum: f64 = products.map(|(weight, feature)| weight * feature).sum();
        logistic(self.bias + self.classes[class] + sum)
    }
}

/// The logistic function.
pub fn logistic(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}
