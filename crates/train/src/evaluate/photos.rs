//! How a network does on photos, some of which show none of the ten classes.

use std::collections::BTreeMap;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

use super::{Scores, auroc};
use thimble::labels::{CLASSES, LABELS};
use thimble::prediction::most_likely;

/// Draws of senders for an interval.
const DRAWS: usize = 2000;
const SEED: u64 = 0xB007;

/// A photo, and what was said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Its sender.
    pub sender: String,
    /// Its fold, where it was judged in cross-validation.
    pub fold: Option<usize>,
    /// Its class; `None` for none of the ten.
    pub target: Option<u8>,
    /// Logits over the temperature.
    pub logits: [f32; CLASSES],
    /// The probability that the verdict is right, 0 to 1.
    pub confidence: f64,
    /// Whether it was sure enough for a plain answer.
    pub is_confident: bool,
}

impl Judged {
    fn is_right(&self) -> bool {
        self.target == Some(most_likely(&self.logits) as u8)
    }
}

/// A share with its 95 % interval by bootstrap over senders.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How it does on one class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoClass {
    /// The class's name.
    pub name: String,
    /// Photos of it.
    pub n: usize,
    /// The share of them that is called so, 0 to 1.
    pub recall: f64,
    /// Of the photos of the ten classes that are called so, the share that is, 0 to 1.
    pub precision: f64,
}

/// How it does on one fold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoFold {
    /// Number of the fold, from 0.
    pub fold: usize,
    /// Photos of the ten classes in it.
    pub n: usize,
    /// The share of them that is right, 0 to 1.
    pub top1: f64,
    /// Mean over the classes present of the share that is right, 0 to 1.
    pub macro_average: f64,
}

/// How it does on the photos of the ten classes by the first of its looks at each.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoViews {
    /// How many looks.
    #[serde(alias = "looks")]
    pub views: usize,
    /// The share that is right, 0 to 1.
    pub top1: f64,
    /// Mean over the classes present of the share that is right, 0 to 1.
    #[serde(rename = "macro")]
    pub macro_average: f64,
    /// Mean cross-entropy, in nats, by the logits as they are.
    pub loss: f64,
}

impl PhotoViews {
    /// Of the logits by so many looks, and the classes (below 10).
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

/// How it does on all photos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoScores {
    /// Photos of the ten classes.
    pub n: usize,
    /// Photos of none of them.
    pub n_none: usize,
    /// The share of the photos of the ten classes that is right, 0 to 1.
    pub top1: f64,
    /// Its interval.
    pub top1_interval: Interval,
    /// Mean over the classes present of the share that is right, 0 to 1.
    #[serde(rename = "macro")]
    pub macro_average: f64,
    /// Its interval.
    pub macro_interval: Interval,
    /// Of the photos of the ten classes that it is sure of, the share that is right, 0 to 1.
    #[serde(alias = "sure_top1")]
    pub confident_top1: f64,
    /// The share of the photos of the ten classes that it is sure of, 0 to 1.
    #[serde(alias = "sure_share")]
    pub confident_share: f64,
    /// The share of the photos of none of the ten that it is sure of, 0 to 1.
    #[serde(alias = "none_sure_share")]
    pub none_confident_share: f64,
    /// Area under the characteristic of sureness, right verdicts against wrong ones and photos of
    /// none.
    pub auroc_wrong_or_none: f64,
    /// The same of photos of the ten classes against photos of none.
    pub auroc_none: f64,
    /// Expected calibration error on the photos of the ten classes, 0 to 1.
    pub ece: f64,
    /// Mean cross-entropy on them, in nats.
    pub loss: f64,
    /// Class by class, those present.
    pub per_class: Vec<PhotoClass>,
    /// Fold by fold; none where it was no cross-validation.
    pub folds: Vec<PhotoFold>,
    /// Counts by true class (row) and predicted class (column).
    pub confusion: [[u32; CLASSES]; CLASSES],
    /// What photos of none of the ten are called.
    pub none_called: [u32; CLASSES],
    /// Confidence and accuracy, bin by bin.
    pub reliability: Vec<super::Reliability>,
}

impl PhotoScores {
    /// Scores what was said about photos; borderline ones are to be left out before.
    pub fn of(judged: &[Judged]) -> Self {
        let (ten, none): (Vec<&Judged>, Vec<&Judged>) =
            judged.iter().partition(|judged| judged.target.is_some());
        let scores = scores(&ten);
        let sure: Vec<&Judged> = ten
            .iter()
            .copied()
            .filter(|judged| judged.is_confident)
            .collect();
        let confidence = |of: &[&Judged], keep: &dyn Fn(&Judged) -> bool| -> Vec<f64> {
            let kept = of.iter().filter(|judged| keep(judged));
            kept.map(|judged| judged.confidence).collect()
        };
        let all: Vec<&Judged> = judged.iter().collect();
        let right = confidence(&all, &Judged::is_right);
        let other = confidence(&all, &|judged| !judged.is_right());
        let mut none_called = [0; CLASSES];
        for judged in &none {
            none_called[most_likely(&judged.logits)] += 1;
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
                sure.iter().filter(|judged| judged.is_right()).count(),
                sure.len(),
            ),
            confident_share: share(sure.len(), ten.len()),
            none_confident_share: share(
                none.iter().filter(|judged| judged.is_confident).count(),
                none.len(),
            ),
            auroc_wrong_or_none: auroc(&right, &other),
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

fn scores(ten: &[&Judged]) -> Scores {
    let logits: Vec<_> = ten.iter().map(|judged| judged.logits).collect();
    let labels: Vec<u8> = ten.iter().filter_map(|judged| judged.target).collect();
    Scores::of(&logits, &labels)
}

/// Mean recall over the classes that there are.
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

fn folds(ten: &[&Judged]) -> Vec<PhotoFold> {
    let mut by_fold: BTreeMap<usize, Vec<&Judged>> = BTreeMap::new();
    for judged in ten {
        if let Some(fold) = judged.fold {
            by_fold.entry(fold).or_default().push(judged);
        }
    }
    let folds = by_fold.into_iter().map(|(fold, judged)| {
        let scores = scores(&judged);
        PhotoFold {
            fold,
            n: judged.len(),
            top1: scores.accuracy,
            macro_average: macro_average(&scores.confusion),
        }
    });
    folds.collect()
}

/// 95 % intervals of accuracy and macro average: senders drawn with replacement (Efron, 1979).
fn intervals(ten: &[&Judged]) -> [Interval; 2] {
    let mut senders: BTreeMap<&str, [[u32; CLASSES]; CLASSES]> = BTreeMap::new();
    for judged in ten {
        if let Some(target) = judged.target {
            let confusion = senders.entry(&judged.sender).or_default();
            confusion[usize::from(target)][most_likely(&judged.logits)] += 1;
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
        let right: u32 = (0..CLASSES).map(|class| confusion[class][class]).sum();
        let all: u32 = confusion.as_flattened().iter().sum();
        drawn[0].push(f64::from(right) / f64::from(all.max(1)));
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

    fn judged(sender: usize, target: Option<u8>, said: usize, confidence: f64) -> Judged {
        let mut logits = [0.0; CLASSES];
        logits[said] = 3.0;
        Judged {
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
            judged(1, Some(0), 0, 0.9),
            judged(1, Some(0), 0, 0.8),
            judged(2, Some(0), 6, 0.6),
            judged(2, Some(1), 1, 0.4),
            judged(3, None, 1, 0.7),
            judged(3, None, 9, 0.1),
        ]);
        assert_eq!((scores.n, scores.n_none), (4, 2));
        assert_eq!(scores.top1, 0.75);
        assert!((scores.macro_average - (2.0 / 3.0 + 1.0) / 2.0).abs() < 1e-12);
        assert!((scores.confident_top1 - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(
            (scores.confident_share, scores.none_confident_share),
            (0.75, 0.5)
        );
        // Right: 0.9, 0.8, 0.4; not: 0.6, 0.7, 0.1.
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
    fn no_photos_score_nothing() {
        let scores = PhotoScores::of(&[]);
        assert_eq!((scores.n, scores.top1, scores.macro_average), (0, 0.0, 0.0));
    }
}
