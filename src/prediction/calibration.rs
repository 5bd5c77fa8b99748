//! Pools the logits of a photo's views into one prediction.

use serde::{Deserialize, Serialize};

use super::{ConfidenceModel, FEATURES, Features, most_likely, softmax};
use crate::garments::{GarmentEvidence, Observation};
use crate::labels::CLASSES;
use crate::network::ShippedPhotoNetwork;

/// Lower bound of a pooled probability, so that its logarithm is finite.
const MIN_PROBABILITY: f32 = 1e-6;

/// Turns the logits of a photo's views into a prediction; fitted on photos.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoCalibration {
    /// Divisor of the pooled logits (temperature scaling, Guo et al., 2017).
    pub temperature: f64,
    /// Model of a prediction's confidence.
    #[serde(alias = "sureness")]
    pub confidence: ConfidenceModel,
    /// Smallest confidence of a confident prediction, 0 to 1.
    pub threshold: f64,
}

/// The class that a photo shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Probabilities of the ten classes, given that the photo shows one of them.
    pub probabilities: [f32; CLASSES],
    /// Probability, 0 to 1, that the most likely class is correct, given that the photo may show none of the ten.
    pub confidence: f64,
    /// Whether the confidence reaches the calibration's threshold.
    pub is_confident: bool,
}

impl Prediction {
    /// Returns the index of the most likely class, 0 to 9.
    pub fn class(&self) -> usize {
        most_likely(&self.probabilities)
    }
}

impl PhotoCalibration {
    /// Reads the calibration of the shipped networks for photos.
    pub fn of(shipped: &ShippedPhotoNetwork) -> Self {
        let [temperature, threshold, bias, ref numbers @ ..] = shipped.calibration;
        Self {
            temperature,
            threshold,
            confidence: ConfidenceModel {
                weights: core::array::from_fn(|feature| numbers[feature]),
                classes: core::array::from_fn(|class| numbers[FEATURES + class]),
                bias,
            },
        }
    }

    /// Predicts a garment's class.
    pub fn predict(&self, Observation { views, evidence }: &Observation) -> Prediction {
        let pooled = pooled_logits(views);
        let class = most_likely(&pooled);
        let confidence = (self.confidence).confidence(&features(views, evidence), class);
        let temperature = self.temperature as f32;
        Prediction {
            probabilities: softmax(&pooled.map(|logit| logit / temperature)),
            confidence,
            is_confident: confidence >= self.threshold,
        }
    }
}

/// Returns the logarithms of the views' mean probabilities; all equal if there are no views.
pub fn pooled_logits(views: &[[f32; CLASSES]]) -> [f32; CLASSES] {
    let mut sums = [0.0; CLASSES];
    for row in views {
        for (sum, probability) in sums.iter_mut().zip(softmax(row)) {
            *sum += probability;
        }
    }
    let count = views.len().max(1) as f32;
    sums.map(|sum| (sum / count).max(MIN_PROBABILITY).ln())
}

/// Computes the features of a prediction, in this order: log-odds of the most likely class, margin to the
/// second, mean negative energy, share of views that agree, mean entropy in nats; the mask's certainty, area, edge
/// contact and contrast; and of the parts at the mask the share that agrees with the class, the probability of clothes,
/// and that of skin and hair.
pub fn features(views: &[[f32; CLASSES]], evidence: &GarmentEvidence) -> Features {
    let quality = &evidence.quality;
    let mean = pooled_logits(views);
    let best = most_likely(&mean);
    let probabilities = softmax(&mean).map(f64::from);
    let second = mean.iter().enumerate().filter(|(class, _)| *class != best);
    let second = second.map(|(_, &logit)| logit).fold(f32::MIN, f32::max);
    let others: f64 = (0..CLASSES)
        .filter(|&class| class != best)
        .map(|class| probabilities[class])
        .sum();
    let agreeing = views.iter().filter(|row| most_likely(row) == best).count();
    let entropy = |row: &[f32; CLASSES]| -> f64 {
        let terms = softmax(row).map(|p| -f64::from(p) * f64::from(p.max(1e-12)).ln());
        terms.iter().sum()
    };
    let entropies: f64 = views.iter().map(entropy).sum();
    let features: [f64; FEATURES] = [
        (probabilities[best] / others.max(1e-9)).ln(),
        f64::from(mean[best] - second),
        views.iter().map(negative_energy).sum::<f64>() / views.len().max(1) as f64,
        agreeing as f64 / views.len().max(1) as f64,
        entropies / views.len().max(1) as f64,
        f64::from(quality.certainty),
        f64::from(quality.area),
        f64::from(quality.edge_contact),
        f64::from(quality.contrast),
        f64::from(evidence.agreement(best)),
        f64::from(evidence.clothes()),
        f64::from(evidence.person()),
    ];
    features
}

/// Computes the log-sum-exp of the logits, the negative energy of Liu et al. (2020): low for inputs unlike
/// any class.
fn negative_energy(logits: &[f32; CLASSES]) -> f64 {
    let largest = logits.iter().copied().fold(f32::MIN, f32::max);
    let sum: f64 = logits
        .iter()
        .map(|logit| f64::from(logit - largest).exp())
        .sum();
    f64::from(largest) + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::PARTS;
    use crate::photo::Quality;

    const EVIDENCE: GarmentEvidence = GarmentEvidence {
        quality: Quality {
            certainty: 0.9,
            area: 0.3,
            edge_contact: 0.0,
            components: 1,
            contrast: 8.0,
            brightness: 0.5,
        },
        parts: [0.1; PARTS],
        surroundings: [0.1; PARTS],
    };

    /// Returns logits of 0 except for one class.
    fn row(class: usize, logit: f32) -> [f32; CLASSES] {
        let mut row = [0.0; CLASSES];
        row[class] = logit;
        row
    }

    #[test]
    fn views_that_agree_raise_the_confidence() {
        let mut weights = [0.0; FEATURES];
        weights[0] = 1.0;
        weights[3] = 2.0;
        let calibration = PhotoCalibration {
            temperature: 2.0,
            confidence: ConfidenceModel {
                weights,
                classes: [0.0; CLASSES],
                bias: -4.0,
            },
            threshold: 0.5,
        };
        let predict = |views: [[f32; CLASSES]; 2]| {
            calibration.predict(&Observation {
                views: views.to_vec(),
                evidence: EVIDENCE,
            })
        };
        let agreed = predict([row(3, 6.0), row(3, 5.0)]);
        let split = predict([row(3, 6.0), row(4, 5.5)]);
        assert!(agreed.is_confident && !split.is_confident);
        assert!(agreed.confidence > split.confidence);
        assert_eq!(split.class(), 3);
        let sum: f32 = split.probabilities.iter().sum();
        assert!((sum - 1.0).abs() < 1e-6);
    }

    #[test]
    fn features_are_finite_without_views() {
        assert!(
            features(&[], &EVIDENCE)
                .iter()
                .all(|feature| feature.is_finite())
        );
    }
}
