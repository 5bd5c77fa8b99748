//! Model cards: what a network is, how it was trained, and its scores.

mod accuracy_change;
mod curve;
mod int8;
mod label_placement;
mod labeled_inputs;
mod photos;
mod plots;
mod publish;
mod storage;

pub use accuracy_change::AccuracyChange;
pub use curve::{CurvePoint, write_curve};
pub use int8::Int8Evaluation;
pub use labeled_inputs::LabeledInputs;
pub use photos::{PhotoNetwork, PhotoReport, publish_photos};
pub use publish::{PublishError, REPORT, WEIGHTS, publish, read_card, write_card};
pub use storage::{StorageError, StorageFormat, encode, encode_int8, smallest_format};

use serde::{Deserialize, Serialize};

use crate::evaluate::{ClassScores, Reliability, Scores};
use crate::training::{EpochScores, Recipe, TrainingData};
use thimble::labels::{CLASSES, LABELS};
use thimble_burn::Cost;

/// The batch size of the study. It states its loss as the sum of the batches' mean losses over the number of images:
/// the loss per image divided by the batch size.
pub const STUDY_BATCH: f64 = 64.0;

/// The report of a finished run: one seed of one recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// The recipe.
    pub recipe: Recipe,
    /// The seed.
    pub seed: u64,
    /// Seconds of training.
    pub train_seconds: f64,
    /// Threads used.
    pub threads: usize,
    /// The training data.
    pub data: TrainingData,
    /// Scores by epoch.
    pub curve: Vec<EpochScores>,
    /// The number format of the weights, and what it changes on the validation images.
    pub storage: StorageFormat,
    /// The temperature that the logits are divided by, fitted on the validation images.
    #[serde(default = "one")]
    pub temperature: f64,
    /// The stored weights' scores on the validation images.
    pub validation: Scores,
    /// The stored weights' scores on the test images; `None` for experiments, which are not tested.
    pub test: Option<Scores>,
    /// The expected calibration error on the test images at temperature 1, 0 to 1.
    #[serde(default)]
    pub ece_before: Option<f64>,
}

/// The temperature of reports from before runs had one.
fn one() -> f64 {
    1.0
}

/// A model card: model/NAME.json.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The network's name.
    pub name: String,
    /// The recipe.
    pub recipe: Recipe,
    /// Trained values, biases included.
    pub parameters: u64,
    /// Multiply-accumulates per image.
    pub macs: u64,
    /// Version of burn that trained it.
    pub burn: String,
    /// The training data.
    pub data: TrainingData,
    /// The seed of the shipped weights.
    pub seed: u64,
    /// Scores of the shipped weights on the test images.
    pub test: ScoreSummary,
    /// Scores of the shipped weights on the validation images, by which the seed was chosen.
    pub validation: ScoreSummary,
    /// All seeds that were trained.
    pub seeds: Vec<Seed>,
    /// Mean test accuracy over the seeds, 0 to 1.
    pub mean_test_accuracy: f64,
    /// Seconds of training of the shipped seed.
    pub train_seconds: f64,
    /// Threads used.
    pub threads: usize,
    /// The number format of the weights, and what it changes.
    pub storage: StorageFormat,
    /// Their evaluation in int8, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub int8: Option<Int8Evaluation>,
    /// The shipped seed's scores by epoch.
    pub epochs: Vec<EpochScores>,
    /// The temperature that the logits are divided by, fitted on the validation images.
    #[serde(default = "one")]
    pub temperature: f64,
    /// The expected calibration error on the test images at temperature 1, 0 to 1.
    #[serde(default)]
    pub ece_before: Option<f64>,
    /// Confidence and accuracy on the test images by bin.
    #[serde(default)]
    pub reliability: Vec<Reliability>,
    /// Accuracy against cost of all networks, by rising cost; on one card only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<CurvePoint>,
    /// Test images by true class (row) and predicted class (column).
    pub confusion: [[u32; CLASSES]; CLASSES],
    /// Scores of the classes, in order.
    pub classes: Vec<Class>,
}

/// A summary of scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreSummary {
    /// Top-1 accuracy, 0 to 1.
    pub accuracy: f64,
    /// Mean cross-entropy per image, in nats.
    pub loss: f64,
    /// The loss divided by [`STUDY_BATCH`], as the study states it.
    pub loss_over_batch: f64,
    /// Expected calibration error, 0 to 1.
    pub ece: f64,
}

/// The result of a seed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seed {
    /// The seed.
    pub seed: u64,
    /// Top-1 accuracy on the validation images, 0 to 1.
    pub validation_accuracy: f64,
    /// Top-1 accuracy on the test images, 0 to 1.
    pub test_accuracy: f64,
    /// Seconds of training.
    pub train_seconds: f64,
}

/// The scores of a class on the test images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Class {
    /// The class's name.
    pub name: String,
    /// Precision and recall.
    #[serde(flatten)]
    pub scores: ClassScores,
}

impl From<&Scores> for ScoreSummary {
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
    /// Makes the card of the tested run with the best validation accuracy, or of several the least validation loss.
    /// Returns its index with it; `None` for no tested runs.
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
            test: ScoreSummary::from(test),
            validation: ScoreSummary::from(&shipped.validation),
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
    /// Replaces everything that depends on the stored weights: their format and their scores on the validation and
    /// test images. Clears the evaluation in int8.
    pub fn with_storage(self, storage: StorageFormat, validation: &Scores, test: &Scores) -> Self {
        let mut seeds = self.seeds;
        for seed in seeds.iter_mut().filter(|seed| seed.seed == self.seed) {
            seed.validation_accuracy = validation.accuracy;
            seed.test_accuracy = test.accuracy;
        }
        let mean = seeds.iter().map(|seed| seed.test_accuracy).sum::<f64>();
        Self {
            mean_test_accuracy: mean / seeds.len().max(1) as f64,
            seeds,
            test: ScoreSummary::from(test),
            validation: ScoreSummary::from(validation),
            storage,
            int8: None,
            reliability: test.reliability.clone(),
            confusion: test.confusion,
            classes: classes(test),
            ..self
        }
    }
}

/// The scores of every class.
pub fn classes(scores: &Scores) -> Vec<Class> {
    let named = LABELS.iter().zip(scores.classes());
    named
        .map(|(name, scores)| Class {
            name: (*name).to_owned(),
            scores,
        })
        .collect()
}
