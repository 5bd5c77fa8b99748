//! Accuracy, loss, calibration and confusion of predictions.

use serde::{Deserialize, Serialize};

use thimble::labels::CLASSES;
use thimble::prediction::{most_likely, softmax};

/// Bins of the expected calibration error, of equal width.
pub const ECE_BINS: usize = 15;

/// Scores on labelled images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Top-1 accuracy, 0 to 1.
    pub accuracy: f64,
    /// Mean cross-entropy per image, in nats.
    pub loss: f64,
    /// Expected calibration error over [`ECE_BINS`] bins, 0 to 1 (Naeini et al., 2015).
    pub ece: f64,
    /// Counts by true class (row) and predicted class (column).
    pub confusion: [[u32; CLASSES]; CLASSES],
    /// The bins of the calibration error, by rising confidence.
    #[serde(default)]
    pub reliability: Vec<Reliability>,
}

/// Confidence and accuracy of the predictions in a bin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Images whose greatest probability is in the bin.
    #[serde(alias = "pictures")]
    pub images: u32,
    /// Their mean greatest probability, 0 to 1; 0 for no images.
    pub confidence: f64,
    /// Their accuracy, 0 to 1; 0 for no images.
    pub accuracy: f64,
}

/// Precision and recall of a class.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassScores {
    /// The share of the predictions of this class that are correct, 0 to 1; 0 for no predictions.
    pub precision: f64,
    /// The share of the images of this class that are predicted so, 0 to 1; 0 for no images.
    pub recall: f64,
}

impl Scores {
    /// Scores `logits` with `labels`, pair by pair; all 0 for no pairs.
    pub fn of(logits: &[[f32; CLASSES]], labels: &[u8]) -> Self {
        let mut confusion = [[0; CLASSES]; CLASSES];
        let mut loss = 0.0;
        let mut bins = [Bin::default(); ECE_BINS];
        for (row, &label) in logits.iter().zip(labels) {
            let label = usize::from(label);
            let probabilities = softmax(row);
            let predicted = most_likely(&probabilities);
            confusion[label][predicted] += 1;
            loss += cross_entropy(row, label);
            bins[bin_of(probabilities[predicted])]
                .add(probabilities[predicted], predicted == label);
        }
        let count = logits.len().min(labels.len()).max(1) as f64;
        let correct: u32 = (0..CLASSES).map(|class| confusion[class][class]).sum();
        Self {
            accuracy: f64::from(correct) / count,
            loss: loss / count,
            ece: bins.iter().map(Bin::gap).sum::<f64>() / count,
            confusion,
            reliability: bins.iter().map(Bin::reliability).collect(),
        }
    }

    /// Computes precision and recall of every class.
    pub fn classes(&self) -> [ClassScores; CLASSES] {
        core::array::from_fn(|class| {
            let correct = f64::from(self.confusion[class][class]);
            let predicted: u32 = self.confusion.iter().map(|row| row[class]).sum();
            let present: u32 = self.confusion[class].iter().sum();
            ClassScores {
                precision: correct / f64::from(predicted.max(1)),
                recall: correct / f64::from(present.max(1)),
            }
        })
    }
}

/// Computes the mean cross-entropy of `logits` and `labels`, in nats; 0 for no images.
pub(super) fn mean_loss(logits: &[[f32; CLASSES]], labels: &[u8]) -> f64 {
    let pairs = logits.iter().zip(labels);
    let losses = pairs.map(|(row, label)| cross_entropy(row, usize::from(*label)));
    losses.sum::<f64>() / logits.len().max(1) as f64
}

/// Computes the cross-entropy of one row of logits, in nats, in double precision.
fn cross_entropy(row: &[f32; CLASSES], label: usize) -> f64 {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = row
        .iter()
        .map(|&logit| f64::from(logit - largest).exp())
        .sum();
    sum.ln() - f64::from(row[label] - largest)
}

/// The bin of a confidence; bins are open on the left, (k/15, (k+1)/15].
fn bin_of(confidence: f32) -> usize {
    let scaled = (f64::from(confidence) * ECE_BINS as f64).ceil() as usize;
    scaled.clamp(1, ECE_BINS) - 1
}

#[derive(Clone, Copy, Default)]
struct Bin {
    images: u32,
    confidence: f64,
    correct: f64,
}

impl Bin {
    fn add(&mut self, confidence: f32, correct: bool) {
        self.images += 1;
        self.confidence += f64::from(confidence);
        self.correct += f64::from(u8::from(correct));
    }

    /// |accuracy - confidence|, weighted by the number of images.
    fn gap(&self) -> f64 {
        (self.correct - self.confidence).abs()
    }

    fn reliability(&self) -> Reliability {
        let images = f64::from(self.images.max(1));
        Reliability {
            images: self.images,
            confidence: self.confidence / images,
            accuracy: self.correct / images,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Logits that give class `class` the probability `p` and the others equal shares.
    fn confident(class: usize, p: f32) -> [f32; CLASSES] {
        let mut row = [((1.0 - p) / 9.0).ln(); CLASSES];
        row[class] = p.ln();
        row
    }

    #[test]
    fn scores_of_four_images() {
        let logits = [
            confident(0, 0.9),
            confident(1, 0.9),
            confident(1, 0.6),
            confident(2, 0.6),
        ];
        let scores = Scores::of(&logits, &[0, 1, 2, 2]);
        assert_eq!(scores.accuracy, 0.75);
        assert_eq!(scores.confusion[2][1], 1);
        // 0.9 twice correct: a gap of 0.1 each; 0.6 once correct, once wrong: 0.1 in each.
        assert!(
            (scores.ece - (0.2 + 0.2) / 4.0).abs() < 1e-6,
            "{}",
            scores.ece
        );
        let expected = -(0.9_f64.ln() * 2.0 + (0.4_f64 / 9.0).ln() + 0.6_f64.ln()) / 4.0;
        assert!((scores.loss - expected).abs() < 1e-6, "{}", scores.loss);
        let filled = scores.reliability.iter().filter(|bin| bin.images > 0);
        let accuracies: Vec<_> = filled.map(|bin| (bin.images, bin.accuracy)).collect();
        assert_eq!(accuracies, [(2, 0.5), (2, 1.0)]);
        let classes = scores.classes();
        assert_eq!((classes[1].precision, classes[1].recall), (0.5, 1.0));
        assert_eq!((classes[2].precision, classes[2].recall), (1.0, 0.5));
        assert_eq!((classes[9].precision, classes[9].recall), (0.0, 0.0));
    }

    #[test]
    fn scores_of_no_images_are_0() {
        let scores = Scores::of(&[], &[]);
        assert_eq!((scores.accuracy, scores.loss, scores.ece), (0.0, 0.0, 0.0));
    }
}
