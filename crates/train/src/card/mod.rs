//! Model cards: what a trained network is, how it was trained and how it does.

mod beside;
mod change;
mod curve;
mod int8;
mod photos;
mod plots;
mod publish;
mod storage;
mod trade;

pub use change::Change;
pub use curve::{CurvePoint, write_curve};
pub use int8::Int8Judgement;
pub use photos::{PhotoReport, publish_photos, read_photos_report};
pub use publish::{PublishError, REPORT, WEIGHTS, publish, read_card, write_card};
pub use storage::{StorageError, StorageFormat, store};
pub use trade::write_trade;

use serde::{Deserialize, Serialize};

use crate::evaluate::{ClassScores, Reliability, Scores};
use crate::training::{EpochScores, Recipe, TrainingData};
use thimble::labels::{CLASSES, LABELS};
use thimble_burn::Cost;

/// The study states its loss as the sum of the batches' mean losses over the number of images,
/// which is the loss per image divided by the batch size.
pub const STUDY_BATCH: f64 = 64.0;

/// A finished run: one seed of one recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// The recipe followed.
    pub recipe: Recipe,
    /// The seed.
    pub seed: u64,
    /// Seconds of training.
    pub train_seconds: f64,
    /// Threads that it trained on.
    pub threads: usize,
    /// The pictures trained on.
    pub data: TrainingData,
    /// Scores by epoch.
    pub curve: Vec<EpochScores>,
    /// How the stored weights compare with the trained ones, on the validation pictures.
    pub storage: StorageFormat,
    /// What the trained network's logits were divided by, fitted on the validation pictures.
    #[serde(default = "one")]
    pub temperature: f64,
    /// The stored weights' scores on the validation pictures.
    pub validation: Scores,
    /// The stored weights' scores on the test pictures, looked at once; `None` for a run that only
    /// tries something out.
    pub test: Option<Scores>,
    /// The expected calibration error on the test pictures at temperature 1, 0 to 1.
    #[serde(default)]
    pub ece_before: Option<f64>,
}

/// The temperature of reports from before runs had one.
fn one() -> f64 {
    1.0
}

/// The card of a shipped network, as model/NAME.json holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The network's name.
    pub name: String,
    /// How it was trained.
    pub recipe: Recipe,
    /// Trained values, biases included.
    pub parameters: u64,
    /// Multiply-accumulates for one picture.
    pub macs: u64,
    /// Version of burn that trained it.
    pub burn: String,
    /// The pictures trained on.
    pub data: TrainingData,
    /// The seed of the shipped weights.
    pub seed: u64,
    /// Scores of the shipped weights on the test pictures.
    pub test: Headline,
    /// Scores of the shipped weights on the validation pictures, by which they were chosen.
    pub validation: Headline,
    /// Every seed that was run.
    pub seeds: Vec<Seed>,
    /// Mean test accuracy over the seeds, 0 to 1.
    pub mean_test_accuracy: f64,
    /// Seconds that the shipped seed trained.
    pub train_seconds: f64,
    /// Threads that it trained on.
    pub threads: usize,
    /// The number format of the weights, and what it costs.
    pub storage: StorageFormat,
    /// How they do in 8-bit integers, where that was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub int8: Option<Int8Judgement>,
    /// The shipped seed's scores by epoch.
    pub epochs: Vec<EpochScores>,
    /// What the trained network's logits were divided by, fitted on the validation pictures.
    #[serde(default = "one")]
    pub temperature: f64,
    /// The expected calibration error on the test pictures at temperature 1, 0 to 1.
    #[serde(default)]
    pub ece_before: Option<f64>,
    /// Confidence and accuracy on the test pictures, bin by bin of the calibration error.
    #[serde(default)]
    pub reliability: Vec<Reliability>,
    /// This network among the others, the cheapest first; on one card only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<CurvePoint>,
    /// Test pictures by true class (row) and predicted class (column).
    pub confusion: [[u32; CLASSES]; CLASSES],
    /// The classes in the order of their numbers.
    pub classes: Vec<Class>,
}

/// Scores in short.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Headline {
    /// Top-1 accuracy, 0 to 1.
    pub accuracy: f64,
    /// Mean cross-entropy per picture, in nats.
    pub loss: f64,
    /// The same over [`STUDY_BATCH`]: the form in which the study states it.
    pub loss_over_batch: f64,
    /// Expected calibration error, 0 to 1.
    pub ece: f64,
}

/// One seed's outcome.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seed {
    /// The seed.
    pub seed: u64,
    /// Top-1 accuracy on the validation pictures, 0 to 1.
    pub validation_accuracy: f64,
    /// Top-1 accuracy on the test pictures, 0 to 1.
    pub test_accuracy: f64,
    /// Seconds of training.
    pub train_seconds: f64,
}

/// One class and how the network does on its test pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Class {
    /// The class's name.
    pub name: String,
    /// Precision and recall.
    #[serde(flatten)]
    pub scores: ClassScores,
}

impl From<&Scores> for Headline {
    fn from(scores: &Scores) -> Self {
        Self {
            accuracy: scores.accuracy,
            loss: scores.loss,
            loss_over_batch: scores.loss / STUDY_BATCH,
            ece: scores.ece,
        }
    }
}

impl Card {
    /// The card of the run in `reports` that did best on the validation pictures, and which one
    /// that is; `None` for no runs. Ties go to the lower validation loss. Runs that were not tested
    /// do not count.
    pub fn of(reports: &[RunReport], cost: Cost) -> Option<(Self, usize)> {
        let tested = || {
            let reports = reports.iter().enumerate();
            reports.filter_map(|(index, report)| Some((index, report, report.test.as_ref()?)))
        };
        let (index, shipped, test) = tested().max_by(|(_, a, _), (_, b, _)| {
            let by_accuracy = a.validation.accuracy.total_cmp(&b.validation.accuracy);
            by_accuracy.then(b.validation.loss.total_cmp(&a.validation.loss))
        })?;
        let seeds: Vec<Seed> = tested()
            .map(|(_, report, test)| Seed {
                seed: report.seed,
                validation_accuracy: report.validation.accuracy,
                test_accuracy: test.accuracy,
                train_seconds: report.train_seconds,
            })
            .collect();
        let mean = seeds.iter().map(|seed| seed.test_accuracy).sum::<f64>() / seeds.len() as f64;
        let card = Self {
            name: shipped.recipe.name.clone(),
            recipe: shipped.recipe.clone(),
            parameters: cost.parameters,
            macs: cost.macs,
            burn: thimble::BURN_VERSION.to_owned(),
            data: shipped.data.clone(),
            seed: shipped.seed,
            test: Headline::from(test),
            validation: Headline::from(&shipped.validation),
            seeds,
            mean_test_accuracy: mean,
            train_seconds: shipped.train_seconds,
            threads: shipped.threads,
            storage: shipped.storage.clone(),
            int8: None,
            epochs: shipped.curve.clone(),
            temperature: shipped.temperature,
            ece_before: shipped.ece_before,
            reliability: test.reliability.clone(),
            curve: Vec::new(),
            confusion: test.confusion,
            classes: classes(test),
        };
        Some((card, index))
    }
}

impl Card {
    /// The card of the same network with its weights stored anew: `storage`, and their scores on the
    /// validation and the test pictures. Only what the shipped weights decide changes.
    pub fn stored_anew(self, storage: StorageFormat, validation: &Scores, test: &Scores) -> Self {
        let mut seeds = self.seeds;
        for seed in seeds.iter_mut().filter(|seed| seed.seed == self.seed) {
            seed.validation_accuracy = validation.accuracy;
            seed.test_accuracy = test.accuracy;
        }
        let mean = seeds.iter().map(|seed| seed.test_accuracy).sum::<f64>();
        Self {
            mean_test_accuracy: mean / seeds.len().max(1) as f64,
            seeds,
            test: Headline::from(test),
            validation: Headline::from(validation),
            storage,
            int8: None,
            reliability: test.reliability.clone(),
            confusion: test.confusion,
            classes: classes(test),
            ..self
        }
    }
}

/// Every class with its scores.
pub fn classes(scores: &Scores) -> Vec<Class> {
    let named = LABELS.iter().zip(scores.classes());
    named
        .map(|(name, scores)| Class {
            name: (*name).to_owned(),
            scores,
        })
        .collect()
}
