//! Pools the logits of a photo's views into one prediction.

use serde::{Deserialize, Serialize};

use super::{ConfidenceModel, FEATURES, Features, most_likely, softmax};
use crate::garments::{GarmentEvidence, Observation};
use crate::labels::CLASSES;
use crate::network::ShippedPhotoNetworks;

/// Lower bound of a pooled probability, so that its logarithm is finite.
const MIN_PROBABILITY: f32 = 1e-6;
/// Weight of the network for masked crops beside that for garments, chosen on the photos that neither was trained on.
const CROPS_SHARE: f32 = 0.6;
/// Bound of a mean probability and of its complement, so that its log-odds are finite.
const MIN_SHARE: f64 = 1e-6;

/// Turns the logits of a photo's views into a prediction; fitted on photos.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoCalibration {
    /// Model of a prediction's confidence.
    #[serde(alias = "sureness")]
    pub confidence: ConfidenceModel,
    /// For garments that no one wears.
    pub flat: Scale,
    /// For garments that someone wears.
    pub worn: Scale,
}

/// The part of a calibration that depends on whether someone wears the garment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// Divisor of the pooled logits (temperature scaling, Guo et al., 2017).
    pub temperature: f64,
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
    pub fn of(shipped: &ShippedPhotoNetworks) -> Self {
        let [flat, worn] = [0, 2].map(|first| Scale {
            temperature: shipped.calibration[first],
            threshold: shipped.calibration[first + 1],
        });
        let [_, _, _, _, bias, ref numbers @ ..] = shipped.calibration;
        Self {
            flat,
            worn,
            confidence: ConfidenceModel {
                weights: core::array::from_fn(|feature| numbers[feature]),
                classes: core::array::from_fn(|class| numbers[FEATURES + class]),
                bias,
            },
        }
    }

    /// Predicts a garment's class.
    pub fn predict(&self, observation: &Observation) -> Prediction {
        let Scale {
            temperature,
            threshold,
        } = *self.scale(&observation.evidence);
        let pooled = pooled_logits(observation);
        let class = most_likely(&pooled);
        let confidence = (self.confidence).confidence(&features(observation), class);
        Prediction {
            probabilities: softmax(&pooled.map(|logit| logit / temperature as f32)),
            confidence,
            is_confident: confidence >= threshold,
        }
    }

    /// Returns the temperature and the threshold for a garment.
    pub fn scale(&self, evidence: &GarmentEvidence) -> &Scale {
        match evidence.is_worn() {
            true => &self.worn,
            false => &self.flat,
        }
    }
}

/// Returns the logarithms of the mean probabilities of the views: of the network for garments alone, or weighted with those
/// of the network for masked crops where there are any; all equal if there are no views.
pub fn pooled_logits(observation: &Observation) -> [f32; CLASSES] {
    let of_views = mean_probabilities(&observation.views);
    let of_crops = match observation.crops.is_empty() {
        true => of_views,
        false => mean_probabilities(&observation.crops),
    };
    core::array::from_fn(|class| {
        let mean = of_views[class] + CROPS_SHARE * (of_crops[class] - of_views[class]);
        mean.max(MIN_PROBABILITY).ln()
    })
}

/// Returns the mean probabilities of views, given one of the ten classes; 0 if there are no views.
fn mean_probabilities(views: &[[f32; CLASSES]]) -> [f32; CLASSES] {
    let mut sums = [0.0; CLASSES];
    for row in views {
        for (sum, probability) in sums.iter_mut().zip(softmax(row)) {
            *sum += probability;
        }
    }
    sums.map(|sum| sum / views.len().max(1) as f32)
}

/// Computes the features of a prediction, in this order: log-odds of the most likely class against all else, margin to
/// the second, mean negative energy, share of views that agree, mean entropy in nats; the mask's certainty, area, edge
/// contact and contrast; and of the parts at the mask the share that agrees with the class, the probability of clothes,
/// and that of skin and hair.
pub fn features(observation: &Observation) -> Features {
    let Observation {
        views,
        crops,
        evidence,
    } = observation;
    let quality = &evidence.quality;
    let mean = pooled_logits(observation);
    let best = most_likely(&mean);
    let second = mean.iter().enumerate().filter(|(class, _)| *class != best);
    let second = second.map(|(_, &logit)| logit).fold(f32::MIN, f32::max);
    let over_views = |of_view: &dyn Fn(&[f32; CLASSES]) -> f64| {
        views.iter().map(of_view).sum::<f64>() / views.len().max(1) as f64
    };
    let mut share = over_views(&|row| probability(row, best));
    if !crops.is_empty() {
        // Only the views tell whether it is one of the ten classes at all.
        let known = over_views(&known);
        share = (share + known * f64::from(mean_probabilities(crops)[best])) / 2.0;
    }
    let share = share.clamp(MIN_SHARE, 1.0 - MIN_SHARE);
    let all = || views.iter().chain(crops);
    let count = (views.len() + crops.len()).max(1) as f64;
    let agreeing = all().filter(|row| most_likely(row) == best).count();
    let entropy = |row: &[f32; CLASSES]| -> f64 {
        let terms = softmax(row).map(|p| -f64::from(p) * f64::from(p.max(1e-12)).ln());
        terms.iter().sum()
    };
    let entropies: f64 = all().map(entropy).sum();
    let features: [f64; FEATURES] = [
        (share / (1.0 - share)).ln(),
        f64::from(mean[best] - second),
        over_views(&negative_energy),
        agreeing as f64 / count,
        entropies / count,
        f64::from(quality.certainty),
        f64::from(quality.area),
        f64::from(quality.edge_contact),
        f64::from(quality.contrast),
        f64::from(evidence.agreement(best)),
        f64::from(evidence.clothes()),
        f64::from(evidence.person),
    ];
    features
}

/// Returns the probability of a class among the ten and all else, whose logit is 0.
fn probability(logits: &[f32; CLASSES], class: usize) -> f64 {
    let largest = logits.iter().copied().fold(0.0, f32::max);
    let odds = |logit: f32| f64::from(logit - largest).exp();
    let sum: f64 = logits.iter().copied().map(odds).sum();
    odds(logits[class]) / (sum + odds(0.0))
}

/// Returns the probability of the ten classes together among them and all else, whose logit is 0.
fn known(logits: &[f32; CLASSES]) -> f64 {
    1.0 / (1.0 + (-negative_energy(logits)).exp())
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
        person: 0.2,
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
        let scale = Scale {
            temperature: 2.0,
            threshold: 0.5,
        };
        let calibration = PhotoCalibration {
            confidence: ConfidenceModel {
                weights,
                classes: [0.0; CLASSES],
                bias: -4.0,
            },
            flat: scale,
            worn: scale,
        };
        let predict = |views: [[f32; CLASSES]; 2]| {
            calibration.predict(&Observation {
                views: views.to_vec(),
                crops: Vec::new(),
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
        let observation = Observation {
            views: Vec::new(),
            crops: Vec::new(),
            evidence: EVIDENCE,
        };
        assert!(
            features(&observation)
                .iter()
                .all(|feature| feature.is_finite())
        );
    }
}
