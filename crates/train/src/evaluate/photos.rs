//! Scores on photos, some of them of none of the ten classes.

use std::collections::BTreeMap;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

use super::Scores;
use thimble::labels::{CLASSES, LABELS};
use thimble::prediction::most_likely;

/// Bootstrap samples of an interval.
const DRAWS: usize = 2000;
const SEED: u64 = 0xB007;

/// The prediction of a photo, and its true class.
#[derive(Clone, Debug, PartialEq)]
pub struct LabeledPrediction {
    /// The sender.
    pub sender: String,
    /// The true class, 0 to 9; `None` for none of the ten.
    pub target: Option<u8>,
    /// Logits, divided by the temperature.
    pub logits: [f32; CLASSES],
    /// The probability that the prediction is correct, 0 to 1.
    pub confidence: f64,
    /// Whether the confidence reaches the threshold.
    pub is_confident: bool,
}

impl LabeledPrediction {
    fn is_correct(&self) -> bool {
        self.target == Some(most_likely(&self.logits) as u8)
    }
}

/// A 95 % confidence interval, by bootstrap over senders.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Scores on a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoClass {
    /// The class's name.
    pub name: String,
    /// Photos of it.
    pub n: usize,
    /// The share of them that are predicted so, 0 to 1.
    pub recall: f64,
    /// The share of the photos of the ten classes with this prediction that are of this class, 0 to 1.
    pub precision: f64,
}

/// Scores on all photos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoScores {
    /// Photos of the ten classes.
    pub n: usize,
    /// Photos of none of the ten.
    pub n_none: usize,
    /// Accuracy on the photos of the ten classes, 0 to 1.
    pub top1: f64,
    /// Its confidence interval.
    pub top1_interval: Interval,
    /// Mean recall over the classes present, 0 to 1.
    #[serde(rename = "macro")]
    pub macro_average: f64,
    /// Accuracy of the confident predictions of photos of the ten classes, 0 to 1.
    pub confident_top1: f64,
    /// The share of the photos of the ten classes with a confident prediction, 0 to 1.
    pub confident_share: f64,
    /// The share of the photos of none of the ten with a confident prediction, 0 to 1.
    pub none_confident_share: f64,
    /// Expected calibration error on the photos of the ten classes, 0 to 1.
    pub ece: f64,
    /// Scores of the classes present.
    pub per_class: Vec<PhotoClass>,
    /// Counts by true class (row) and predicted class (column).
    pub confusion: [[u32; CLASSES]; CLASSES],
    /// Confidence and accuracy by bin.
    pub reliability: Vec<super::Reliability>,
}

impl PhotoScores {
    /// Scores predictions.
    pub fn of(predictions: &[LabeledPrediction]) -> Self {
        let (ten, none): (Vec<&LabeledPrediction>, Vec<&LabeledPrediction>) =
            predictions.iter().partition(|photo| photo.target.is_some());
        let scores = scores(&ten);
        let confident: Vec<&LabeledPrediction> = ten
            .iter()
            .copied()
            .filter(|photo| photo.is_confident)
            .collect();
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;

        Self {
            n: ten.len(),
            n_none: none.len(),
            top1: scores.accuracy,
            top1_interval: interval(&ten),
            macro_average: macro_average(&scores.confusion),
            confident_top1: share(
                confident.iter().filter(|photo| photo.is_correct()).count(),
                confident.len(),
            ),
            confident_share: share(confident.len(), ten.len()),
            none_confident_share: share(
                none.iter().filter(|photo| photo.is_confident).count(),
                none.len(),
            ),
            ece: scores.ece,
            per_class: classes(&scores),
            confusion: scores.confusion,
            reliability: scores.reliability,
        }
    }
}

fn scores(ten: &[&LabeledPrediction]) -> Scores {
    let logits: Vec<_> = ten.iter().map(|photo| photo.logits).collect();
    let labels: Vec<u8> = ten.iter().filter_map(|photo| photo.target).collect();
    Scores::of(&logits, &labels)
}

/// Computes the mean recall over the classes present.
fn macro_average(confusion: &[[u32; CLASSES]; CLASSES]) -> f64 {
    let recalls = confusion.iter().enumerate().filter_map(|(class, row)| {
        let count: u32 = row.iter().sum();
        (count > 0).then(|| f64::from(row[class]) / f64::from(count))
    });
    let recalls: Vec<f64> = recalls.collect();
    recalls.iter().sum::<f64>() / recalls.len().max(1) as f64
}

fn classes(scores: &Scores) -> Vec<PhotoClass> {
    let classes = LABELS.iter().zip(&scores.confusion).zip(scores.classes());
    let present = classes.filter(|((_, row), _)| row.iter().sum::<u32>() > 0);
    present
        .map(|((name, row), class)| PhotoClass {
            name: (*name).to_owned(),
            n: row.iter().sum::<u32>() as usize,
            recall: class.recall,
            precision: class.precision,
        })
        .collect()
}

/// Computes the confidence interval of the accuracy: senders drawn with replacement (Efron, 1979).
fn interval(ten: &[&LabeledPrediction]) -> Interval {
    /// Photos, and those that are predicted correctly.
    type Counts = [u32; 2];
    let mut senders: BTreeMap<&str, Counts> = BTreeMap::new();
    for photo in ten {
        let [all, correct] = senders.entry(&photo.sender).or_default();
        *all += 1;
        *correct += u32::from(photo.is_correct());
    }
    let senders: Vec<Counts> = senders.into_values().collect();
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let mut drawn: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let [mut all, mut correct] = [0; 2];
            for _ in 0..senders.len() {
                let sender = senders[generator.random_range(0..senders.len())];
                all += sender[0];
                correct += sender[1];
            }
            f64::from(correct) / f64::from(all.max(1))
        })
        .collect();
    drawn.sort_by(f64::total_cmp);
    Interval {
        low: drawn[DRAWS / 40],
        high: drawn[DRAWS - 1 - DRAWS / 40],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(
        sender: usize,
        target: Option<u8>,
        class: usize,
        confidence: f64,
    ) -> LabeledPrediction {
        let mut logits = [0.0; CLASSES];
        logits[class] = 3.0;
        LabeledPrediction {
            sender: sender.to_string(),
            target,
            logits,
            confidence,
            is_confident: confidence > 0.5,
        }
    }

    #[test]
    fn scores_of_six_photos() {
        let scores = PhotoScores::of(&[
            prediction(1, Some(0), 0, 0.9),
            prediction(1, Some(0), 0, 0.8),
            prediction(2, Some(0), 6, 0.6),
            prediction(2, Some(1), 1, 0.4),
            prediction(3, None, 1, 0.7),
            prediction(3, None, 9, 0.1),
        ]);
        assert_eq!((scores.n, scores.n_none), (4, 2));
        assert_eq!(scores.top1, 0.75);
        assert!((scores.macro_average - (2.0 / 3.0 + 1.0) / 2.0).abs() < 1e-12);
        assert!((scores.confident_top1 - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(
            (scores.confident_share, scores.none_confident_share),
            (0.75, 0.5)
        );
        assert_eq!(scores.per_class.len(), 2);
        let Interval { low, high } = scores.top1_interval;
        assert!(low < 0.75 && high > 0.75);
    }

    #[test]
    fn scores_of_no_photos_are_0() {
        let scores = PhotoScores::of(&[]);
        assert_eq!((scores.n, scores.top1, scores.macro_average), (0, 0.0, 0.0));
    }
}
