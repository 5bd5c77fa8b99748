//! From a network's answers for several views of a photo to one verdict.

use serde::{Deserialize, Serialize};

use super::{SIGNS, Signs, Sureness, most_likely, softmax};
use crate::labels::CLASSES;
use crate::network::{NetworkName, Weights, photo_weights};
use crate::photo::Quality;

/// Less probability than this counts as this much.
const LEAST: f32 = 1e-6;

/// What makes verdicts on photos of logits: fitted on photos.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoCalibration {
    /// What the logarithms of the views' mean probabilities are divided by.
    pub temperature: f64,
    /// How sure a verdict is.
    pub sureness: Sureness,
    /// From this sureness on a verdict is given plainly, 0 to 1.
    pub threshold: f64,
}

/// What is said about a photo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// Probabilities of the ten classes, were it one of them.
    pub probabilities: [f32; CLASSES],
    /// The probability that the likeliest class is right, where the photo may show none of the
    /// ten, 0 to 1.
    pub sureness: f64,
    /// Whether that is enough for a plain answer.
    pub is_sure: bool,
}

static SHIPPED: Option<PhotoCalibration> =
    include!(concat!(env!("OUT_DIR"), "/photo_calibration.rs"));

impl PhotoCalibration {
    /// The weights of the network that judges photos beside `network`, as [`photo_weights`] says,
    /// and what makes verdicts of its logits, where there is one.
    pub fn shipped(network: NetworkName) -> Option<(Weights, &'static Self)> {
        photo_weights(network).zip(SHIPPED.as_ref())
    }

    /// The verdict on a photo whose views have these logits, and whose garment was found so well.
    pub fn verdict(&self, views: &[[f32; CLASSES]], quality: &Quality) -> Verdict {
        let mean = pooled(views);
        let class = most_likely(&mean);
        let sureness = self.sureness.of(&signs(views, quality), class);
        let temperature = self.temperature as f32;
        Verdict {
            probabilities: softmax(&mean.map(|logit| logit / temperature)),
            sureness,
            is_sure: sureness >= self.threshold,
        }
    }
}

/// The logarithms of the views' mean probabilities; all alike for no views.
pub fn pooled(views: &[[f32; CLASSES]]) -> [f32; CLASSES] {
    let mut sums = [0.0; CLASSES];
    for row in views {
        for (sum, probability) in sums.iter_mut().zip(softmax(row)) {
            *sum += probability;
        }
    }
    let count = views.len().max(1) as f32;
    sums.map(|sum| (sum / count).max(LEAST).ln())
}

/// Signs of a verdict's being right.
pub fn signs(views: &[[f32; CLASSES]], quality: &Quality) -> Signs {
    let mean = pooled(views);
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
    let signs: [f64; SIGNS] = [
        // Of calibrated confidence, its logit.
        (probabilities[best] / others.max(1e-9)).ln(),
        f64::from(mean[best] - second),
        views.iter().map(energy).sum::<f64>() / views.len().max(1) as f64,
        agreeing as f64 / views.len().max(1) as f64,
        entropies / views.len().max(1) as f64,
        f64::from(quality.certainty),
        f64::from(quality.area),
        f64::from(quality.edge),
        f64::from(quality.contrast),
    ];
    signs
}

/// The logarithm of the logits' sum of powers: low where nothing looks like any class (Liu et al.,
/// 2020, with the sign turned).
fn energy(logits: &[f32; CLASSES]) -> f64 {
    let largest = logits.iter().copied().fold(f32::MIN, f32::max);
    let sum: f64 = logits
        .iter()
        .map(|logit| f64::from(logit - largest).exp())
        .sum();
    f64::from(largest) + sum.ln()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const QUALITY: Quality = Quality {
        certainty: 0.9,
        area: 0.3,
        edge: 0.0,
        parts: 1,
        contrast: 8.0,
        light: 0.5,
    };

    /// Logits of 0 but for one class.
    pub(crate) fn row(class: usize, logit: f32) -> [f32; CLASSES] {
        let mut row = [0.0; CLASSES];
        row[class] = logit;
        row
    }

    #[test]
    fn views_that_agree_are_surer() {
        let mut weights = [0.0; SIGNS];
        weights[0] = 1.0;
        weights[3] = 2.0;
        let calibration = PhotoCalibration {
            temperature: 2.0,
            sureness: Sureness {
                weights,
                classes: [0.0; CLASSES],
                bias: -4.0,
            },
            threshold: 0.5,
        };
        let agreed = calibration.verdict(&[row(3, 6.0), row(3, 5.0)], &QUALITY);
        let torn = calibration.verdict(&[row(3, 6.0), row(4, 5.5)], &QUALITY);
        assert!(agreed.is_sure && !torn.is_sure);
        assert!(agreed.sureness > torn.sureness);
        assert_eq!(most_likely(&torn.probabilities), 3);
        let sum: f32 = torn.probabilities.iter().sum();
        assert!((sum - 1.0).abs() < 1e-6);
    }

    #[test]
    fn no_views_are_no_failure() {
        assert!(signs(&[], &QUALITY).iter().all(|sign| sign.is_finite()));
    }
}
