//! Calibrates the networks for photos on what they say of pictures that they did not see, and scores them by kind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ObservedPhoto, ObservedPicture, PictureKind};
use crate::evaluate::{
    Interval, LabeledPrediction, PhotoClass, PhotoScores, Reliability, Sample, fit_confidence,
    fit_temperature, threshold,
};
use thimble::garments::Observation;
use thimble::labels::CLASSES;
use thimble::prediction::{PhotoCalibration, Scale, features, most_likely, pooled_logits};

/// The shares of the garments of the ten classes whose predictions should be confident, of those that no one wears and of
/// those that someone wears: four and two in five, and some hundredths more, since the shares on other photos differ.
const CONFIDENT_SHARES: [f64; 2] = [0.82, 0.45];
/// Least number of pictures of a class that counts in the mean over classes.
const MIN_CLASS: u32 = 30;

/// What the networks of a fold say of pictures that they did not see.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ObservedFold {
    /// Number of the fold, from 0.
    pub fold: usize,
    /// Pictures of one garment or none.
    pub pictures: Vec<ObservedPicture>,
    /// Whole photos of people.
    pub photos: Vec<ObservedPhoto>,
}

/// Scores on one kind of picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KindScores {
    /// Pictures of the ten classes.
    pub n: usize,
    /// Pictures of none of the ten.
    pub n_none: usize,
    /// Pictures of the ten classes on which nothing was found, which count as wrong.
    pub nothing_found: usize,
    /// The share of the pictures of the ten classes that are classified correctly, 0 to 1.
    pub right: f64,
    /// Its confidence interval.
    pub right_interval: Interval,
    /// The mean recall over classes with at least 30 pictures, 0 to 1.
    #[serde(rename = "macro")]
    pub macro_average: f64,
    /// The share of the confident predictions that are correct, 0 to 1.
    pub confident_right: f64,
    /// The share of the pictures of the ten classes with a confident prediction, 0 to 1.
    pub confident_share: f64,
    /// The share of the pictures of none of the ten with a confident prediction, 0 to 1.
    pub none_confident: f64,
    /// Expected calibration error of the most likely class's probability, 0 to 1.
    pub ece: f64,
    /// Scores of the classes present.
    pub per_class: Vec<PhotoClass>,
    /// Counts by true class (row) and predicted class (column).
    pub confusion: [[u32; CLASSES]; CLASSES],
    /// Probability and accuracy by bin.
    pub reliability: Vec<Reliability>,
}

/// Scores on whole photos of people.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WholeScores {
    /// Number of photos.
    pub photos: usize,
    /// Garments that should be found.
    pub targets: usize,
    /// The share of them that are found, 0 to 1.
    pub found: f64,
    /// The share of the confident predictions of garments that were found that are correct, 0 to 1.
    pub confident_right: f64,
    /// The share of the garments that were found with a confident prediction, 0 to 1.
    pub confident_share: f64,
    /// Reported garments a photo that match none.
    pub false_garments: f64,
    /// The same of garments with a confident prediction.
    pub confident_false_garments: f64,
}

/// How many pictures without a garment of the ten classes get a confident prediction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoneScores {
    /// Number of pictures.
    pub n: usize,
    /// The share on which a garment was found, 0 to 1.
    pub found: f64,
    /// The share with a confident prediction, 0 to 1.
    pub confident: f64,
}

/// Scores on every kind of picture, each by a calibration that was fitted on the other folds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GarmentScores {
    /// Flat photos, and worn garments: the worse of the two ways in which their box is given.
    pub kinds: BTreeMap<String, KindScores>,
    /// Whole photos of people.
    pub whole: WholeScores,
    /// Drawn pictures of families that training does not draw.
    pub drawn: NoneScores,
    /// Pieces of photos without clothes and people.
    pub scenes: NoneScores,
}

/// An observation and the class that it shows.
struct Labeled<'a> {
    observation: &'a Observation,
    target: Option<u8>,
}

/// Lists what a calibration is fitted on: every kind of picture, but for the drawn ones.
fn labeled<'a>(folds: &[&'a ObservedFold]) -> Vec<(PictureKind, Labeled<'a>)> {
    let mut all = Vec::new();
    for fold in folds {
        for picture in &fold.pictures {
            if let (Some(observation), true) =
                (&picture.observation, picture.kind != PictureKind::Drawn)
            {
                let target = picture.target;
                all.push((
                    picture.kind,
                    Labeled {
                        observation,
                        target,
                    },
                ));
            }
        }
        for photo in &fold.photos {
            for (observation, matched) in &photo.garments {
                // What matches nothing may be a garment whose class is not known.
                if let Some(target) = matched.and_then(|index| photo.targets.get(index)) {
                    let target = Some(*target);
                    all.push((
                        PictureKind::WornBox,
                        Labeled {
                            observation,
                            target,
                        },
                    ));
                }
            }
        }
    }
    all
}

/// Fits confidence model, temperatures and thresholds.
pub fn calibrate(folds: &[&ObservedFold]) -> PhotoCalibration {
    let all = labeled(folds);
    let sample = |Labeled {
                      observation,
                      target,
                  }: &Labeled<'_>| {
        let class = most_likely(&pooled_logits(observation));
        Sample {
            features: features(observation),
            class,
            is_correct: *target == Some(class as u8),
        }
    };
    let samples: Vec<Sample> = all.iter().map(|(_, labeled)| sample(labeled)).collect();
    let confidence = fit_confidence(&samples);
    let [flat, worn] = [false, true].map(|is_worn| {
        let (mut logits, mut labels, mut confidences) = (Vec::new(), Vec::new(), Vec::new());
        for ((kind, labeled), sample) in all.iter().zip(&samples) {
            let observation = labeled.observation;
            let is_alike =
                *kind != PictureKind::Composite && observation.evidence.is_worn() == is_worn;
            if let (Some(target), true) = (labeled.target, is_alike) {
                logits.push(pooled_logits(observation));
                labels.push(target);
                confidences.push(confidence.confidence(&sample.features, sample.class));
            }
        }
        Scale {
            temperature: fit_temperature(&logits, &labels),
            threshold: threshold(&confidences, CONFIDENT_SHARES[usize::from(is_worn)]),
        }
    });
    PhotoCalibration {
        confidence,
        flat,
        worn,
    }
}

/// Scores every kind of picture; each fold by a calibration fitted on the others.
pub fn score(folds: &[ObservedFold]) -> GarmentScores {
    let calibrations: Vec<PhotoCalibration> = folds
        .iter()
        .map(|fold| {
            let others = folds.iter().filter(|other| other.fold != fold.fold);
            calibrate(&others.collect::<Vec<_>>())
        })
        .collect();
    let of_kind = |kind: PictureKind| {
        let pairs = folds.iter().zip(&calibrations);
        let pictures = pairs.flat_map(|(fold, calibration)| {
            fold.pictures
                .iter()
                .map(move |picture| (picture, calibration))
        });
        pictures.filter(move |(picture, _)| picture.kind == kind)
    };
    let kind = |kind: PictureKind| {
        let predictions: Vec<LabeledPrediction> = of_kind(kind)
            .map(|(picture, calibration)| predict(picture, calibration))
            .collect();
        let missed = of_kind(kind)
            .filter(|(picture, _)| picture.target.is_some() && picture.observation.is_none());
        KindScores::of(&predictions, missed.count())
    };
    let none = |kind: PictureKind| {
        let (mut n, mut found, mut confident) = (0, 0, 0);
        for (picture, calibration) in of_kind(kind) {
            n += 1;
            if let Some(observation) = &picture.observation {
                found += 1;
                confident += usize::from(calibration.predict(observation).is_confident);
            }
        }
        NoneScores {
            n,
            found: share(found, n),
            confident: share(confident, n),
        }
    };
    let (cropped, boxed) = (kind(PictureKind::WornCrop), kind(PictureKind::WornBox));
    let worn = match cropped.right < boxed.right {
        true => cropped.clone(),
        false => boxed.clone(),
    };
    GarmentScores {
        kinds: BTreeMap::from([
            ("flat".to_owned(), kind(PictureKind::Flat)),
            ("worn".to_owned(), worn),
            ("worn_cropped".to_owned(), cropped),
            ("worn_boxed".to_owned(), boxed),
            ("composite".to_owned(), kind(PictureKind::Composite)),
        ]),
        whole: whole(folds.iter().zip(&calibrations)),
        drawn: none(PictureKind::Drawn),
        scenes: none(PictureKind::Scene),
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Predicts the class of a picture; where nothing was found, another than the true one.
fn predict(picture: &ObservedPicture, calibration: &PhotoCalibration) -> LabeledPrediction {
    let (logits, confidence, is_confident) = match &picture.observation {
        Some(observation) => {
            let prediction = calibration.predict(observation);
            let temperature = calibration.scale(&observation.evidence).temperature as f32;
            let logits = pooled_logits(observation).map(|logit| logit / temperature);
            (logits, prediction.confidence, prediction.is_confident)
        }
        None => {
            let target = picture.target.map(usize::from);
            let logits =
                core::array::from_fn(|class| if Some(class) == target { -1.0 } else { 0.0 });
            (logits, 0.0, false)
        }
    };
    LabeledPrediction {
        sender: picture.group.clone(),
        target: picture.target,
        logits,
        confidence,
        is_confident,
    }
}

impl KindScores {
    /// Scores pictures by a calibration.
    pub fn of_pictures(pictures: &[ObservedPicture], calibration: &PhotoCalibration) -> Self {
        let predictions: Vec<LabeledPrediction> = (pictures.iter())
            .map(|picture| predict(picture, calibration))
            .collect();
        let is_missed =
            |picture: &&ObservedPicture| picture.target.is_some() && picture.observation.is_none();
        Self::of(&predictions, pictures.iter().filter(is_missed).count())
    }

    fn of(predictions: &[LabeledPrediction], nothing_found: usize) -> Self {
        let scores = PhotoScores::of(predictions);
        let recalls: Vec<f64> = (scores.confusion.iter().enumerate())
            .map(|(class, row)| (row[class], row.iter().sum::<u32>()))
            .filter(|(_, count)| *count >= MIN_CLASS)
            .map(|(right, count)| f64::from(right) / f64::from(count))
            .collect();
        Self {
            n: scores.n,
            n_none: scores.n_none,
            nothing_found,
            right: scores.top1,
            right_interval: scores.top1_interval,
            macro_average: recalls.iter().sum::<f64>() / recalls.len().max(1) as f64,
            confident_right: scores.confident_top1,
            confident_share: scores.confident_share,
            none_confident: scores.none_confident_share,
            ece: scores.ece,
            per_class: scores.per_class,
            confusion: scores.confusion,
            reliability: scores.reliability,
        }
    }
}

fn whole<'a>(folds: impl Iterator<Item = (&'a ObservedFold, &'a PhotoCalibration)>) -> WholeScores {
    let (mut photos, mut targets) = (0, 0);
    let (mut found, mut confident, mut right) = (0, 0, 0);
    let (mut unmatched, mut confident_unmatched) = (0, 0);
    for (fold, calibration) in folds {
        for photo in &fold.photos {
            photos += 1;
            targets += photo.targets.len();
            for (observation, matched) in &photo.garments {
                let prediction = calibration.predict(observation);
                let is_confident = usize::from(prediction.is_confident);
                match matched.and_then(|index| photo.targets.get(index)) {
                    Some(target) => {
                        found += 1;
                        confident += is_confident;
                        if prediction.class() == usize::from(*target) {
                            right += is_confident;
                        }
                    }
                    None => {
                        unmatched += 1;
                        confident_unmatched += is_confident;
                    }
                }
            }
        }
    }
    WholeScores {
        photos,
        targets,
        found: share(found, targets),
        confident_right: share(right, confident),
        confident_share: share(confident, found),
        false_garments: share(unmatched, photos),
        confident_false_garments: share(confident_unmatched, photos),
    }
}
