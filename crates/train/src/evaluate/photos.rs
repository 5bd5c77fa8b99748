//! Scores on photos, some of them of none of the ten classes.

use std::collections::BTreeMap;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

use super::{Scores, auroc};
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
    /// The fold, from 0, in cross-validation.
    pub fold: Option<usize>,
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

/// Scores on a fold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoFold {
    /// Number of the fold, from 0.
    pub fold: usize,
    /// Photos of the ten classes in it.
    pub n: usize,
    /// Their accuracy, 0 to 1.
    pub top1: f64,
    /// Mean recall over the classes present, 0 to 1.
    pub macro_average: f64,
}

/// Scores on the photos of the ten classes by their first views.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoViews {
    /// The number of views.
    #[serde(alias = "looks")]
    pub views: usize,
    /// Accuracy, 0 to 1.
    pub top1: f64,
    /// Mean recall over the classes present, 0 to 1.
    #[serde(rename = "macro")]
    pub macro_average: f64,
    /// Mean cross-entropy in nats, without temperature.
    pub loss: f64,
}

impl PhotoViews {
    /// Scores logits that were pooled over `views` views, with labels 0 to 9.
    pub fn of(views: usize, logits: &[[f32; CLASSES]], labels: &[u8]) -> Self {
        let scores = Scores::of(logits, labels);
        Self {
            views,
            top1: scores.accuracy,
            macro_average: macro_average(&scores.confusion),
            loss: scores.loss,
        }
    }
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
    /// Its confidence interval.
    pub macro_interval: Interval,
    /// Accuracy of the confident predictions of photos of the ten classes, 0 to 1.
    #[serde(alias = "sure_top1")]
    pub confident_top1: f64,
    /// The share of the photos of the ten classes with a confident prediction, 0 to 1.
    #[serde(alias = "sure_share")]
    pub confident_share: f64,
    /// The share of the photos of none of the ten with a confident prediction, 0 to 1.
    #[serde(alias = "none_sure_share")]
    pub none_confident_share: f64,
    /// Area under the receiver operating characteristic of the confidence: correct predictions against wrong ones and
    /// photos of none of the ten.
    pub auroc_wrong_or_none: f64,
    /// The same: photos of the ten classes against photos of none.
    pub auroc_none: f64,
    /// Expected calibration error on the photos of the ten classes, 0 to 1.
    pub ece: f64,
    /// Mean cross-entropy on them, in nats.
    pub loss: f64,
    /// Scores of the classes present.
    pub per_class: Vec<PhotoClass>,
    /// Scores of the folds; empty outside cross-validation.
    pub folds: Vec<PhotoFold>,
    /// Counts by true class (row) and predicted class (column).
    pub confusion: [[u32; CLASSES]; CLASSES],
    /// Photos of none of the ten by predicted class.
    pub none_called: [u32; CLASSES],
    /// Confidence and accuracy by bin.
    pub reliability: Vec<super::Reliability>,
}

impl PhotoScores {
    /// Scores predictions, without those of borderline photos.
    pub fn of(predictions: &[LabeledPrediction]) -> Self {
        let (ten, none): (Vec<&LabeledPrediction>, Vec<&LabeledPrediction>) =
            predictions.iter().partition(|photo| photo.target.is_some());
        let scores = scores(&ten);
        let confident: Vec<&LabeledPrediction> = ten
            .iter()
            .copied()
            .filter(|photo| photo.is_confident)
            .collect();
        let confidence =
            |of: &[&LabeledPrediction], keep: &dyn Fn(&LabeledPrediction) -> bool| -> Vec<f64> {
                let kept = of.iter().filter(|photo| keep(photo));
                kept.map(|photo| photo.confidence).collect()
            };
        let all: Vec<&LabeledPrediction> = predictions.iter().collect();
        let correct = confidence(&all, &LabeledPrediction::is_correct);
        let others = confidence(&all, &|photo| !photo.is_correct());
        let mut none_called = [0; CLASSES];
        for photo in &none {
            none_called[most_likely(&photo.logits)] += 1;
        }
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        let [top1_interval, macro_interval] = intervals(&ten);
        Self {
            n: ten.len(),
            n_none: none.len(),
            top1: scores.accuracy,
            top1_interval,
            macro_average: macro_average(&scores.confusion),
            macro_interval,
            confident_top1: share(
                confident.iter().filter(|photo| photo.is_correct()).count(),
                confident.len(),
            ),
            confident_share: share(confident.len(), ten.len()),
            none_confident_share: share(
                none.iter().filter(|photo| photo.is_confident).count(),
                none.len(),
            ),
            auroc_wrong_or_none: auroc(&correct, &others),
            auroc_none: auroc(&confidence(&ten, &|_| true), &confidence(&none, &|_| true)),
            ece: scores.ece,
            loss: scores.loss,
            per_class: classes(&scores),
            folds: folds(&ten),
            confusion: scores.confusion,
            none_called,
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

fn folds(ten: &[&LabeledPrediction]) -> Vec<PhotoFold> {
    let mut by_fold: BTreeMap<usize, Vec<&LabeledPrediction>> = BTreeMap::new();
    for photo in ten {
        if let Some(fold) = photo.fold {
            by_fold.entry(fold).or_default().push(photo);
        }
    }
    let folds = by_fold.into_iter().map(|(fold, photos)| {
        let scores = scores(&photos);
        PhotoFold {
            fold,
            n: photos.len(),
            top1: scores.accuracy,
            macro_average: macro_average(&scores.confusion),
        }
    });
    folds.collect()
}

/// Computes the confidence intervals of accuracy and macro average: senders drawn with replacement (Efron, 1979).
fn intervals(ten: &[&LabeledPrediction]) -> [Interval; 2] {
    let mut senders: BTreeMap<&str, [[u32; CLASSES]; CLASSES]> = BTreeMap::new();
    for photo in ten {
        if let Some(target) = photo.target {
            let confusion = senders.entry(&photo.sender).or_default();
            confusion[usize::from(target)][most_likely(&photo.logits)] += 1;
        }
    }
    let senders: Vec<_> = senders.into_values().collect();
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let mut drawn = [Vec::new(), Vec::new()];
    for _ in 0..DRAWS {
        let mut confusion = [[0; CLASSES]; CLASSES];
        for _ in 0..senders.len() {
            let sender = &senders[generator.random_range(0..senders.len())];
            let cells = confusion.as_flattened_mut().iter_mut();
            for (sum, count) in cells.zip(sender.as_flattened()) {
                *sum += count;
            }
        }
        let correct: u32 = (0..CLASSES).map(|class| confusion[class][class]).sum();
        let all: u32 = confusion.as_flattened().iter().sum();
        drawn[0].push(f64::from(correct) / f64::from(all.max(1)));
        drawn[1].push(macro_average(&confusion));
    }
    drawn.map(|mut values| {
        values.sort_by(f64::total_cmp);
        Interval {
            low: values[DRAWS / 40],
            high: values[DRAWS - 1 - DRAWS / 40],
        }
    })
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
            fold: Some(sender % 2),
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
        // Correct: 0.9, 0.8, 0.4; not: 0.6, 0.7, 0.1.
        assert!((scores.auroc_wrong_or_none - 7.0 / 9.0).abs() < 1e-12);
        assert!((scores.auroc_none - 6.0 / 8.0).abs() < 1e-12);
        assert_eq!(scores.folds.len(), 2);
        assert_eq!(scores.folds[1].top1, 1.0);
        assert_eq!(scores.none_called[9], 1);
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
