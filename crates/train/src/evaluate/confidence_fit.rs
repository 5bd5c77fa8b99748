//! Fits the confidence model by logistic regression.

use thimble::labels::CLASSES;
use thimble::prediction::{ConfidenceModel, FEATURES, Features, logistic};

/// Weight of the squared weights beside the mean loss (ridge).
const RIDGE: f64 = 1e-2;
/// Steps of gradient descent: the loss is convex and the features are standardized, so that these suffice.
const STEPS: usize = 1500;
const RATE: f64 = 0.5;

/// The features, and the predicted class one-hot.
type Row = [f64; FEATURES + CLASSES];

/// A prediction that is known to be correct or wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Its features.
    pub features: Features,
    /// The predicted class, below 10.
    pub class: usize,
    /// Whether it is correct.
    pub is_correct: bool,
}

impl Sample {
    fn row(&self) -> Row {
        core::array::from_fn(|index| match self.features.get(index) {
            Some(feature) => *feature,
            None => f64::from(u8::from(index - FEATURES == self.class)),
        })
    }
}

/// Fits a confidence model by ridge logistic regression. A class without a correct prediction keeps the offset 0:
/// the photos may show none of that class.
pub fn fit_confidence(samples: &[Sample]) -> ConfidenceModel {
    let count = samples.len().max(1) as f64;
    let rows: Vec<Row> = samples.iter().map(Sample::row).collect();
    let mean = |value: &dyn Fn(&Row) -> f64| rows.iter().map(value).sum::<f64>() / count;
    let means: Row = core::array::from_fn(|index| mean(&|row| row[index]));
    let deviations: Row = core::array::from_fn(|index| {
        let variance = mean(&|row| (row[index] - means[index]).powi(2));
        variance.sqrt().max(1e-9)
    });
    let is_used: [bool; FEATURES + CLASSES] = core::array::from_fn(|index| {
        let of_class = |sample: &&Sample| FEATURES + sample.class == index;
        index < FEATURES
            || samples
                .iter()
                .filter(of_class)
                .any(|sample| sample.is_correct)
    });
    let standardized: Vec<(Row, f64)> = rows
        .iter()
        .zip(samples)
        .map(|(row, sample)| {
            let of = |index: usize| match is_used[index] {
                true => (row[index] - means[index]) / deviations[index],
                false => 0.0,
            };
            let correct = f64::from(u8::from(sample.is_correct));
            (core::array::from_fn(of), correct)
        })
        .collect();
    let (mut weights, mut bias): (Row, f64) = ([0.0; FEATURES + CLASSES], 0.0);
    for _ in 0..STEPS {
        let mut slope = weights.map(|weight| RIDGE * weight);
        let mut bias_slope = 0.0;
        for (row, correct) in &standardized {
            let products = weights.iter().zip(row);
            let sum: f64 = products.map(|(weight, value)| weight * value).sum();
            let gap = (logistic(bias + sum) - correct) / count;
            bias_slope += gap;
            for (slope, value) in slope.iter_mut().zip(row) {
                *slope += gap * value;
            }
        }
        bias -= RATE * bias_slope;
        for (weight, slope) in weights.iter_mut().zip(slope) {
            *weight -= RATE * slope;
        }
    }
    let unscaled: Row = core::array::from_fn(|index| weights[index] / deviations[index]);
    let shift: f64 = (0..unscaled.len())
        .filter(|&index| is_used[index])
        .map(|index| unscaled[index] * means[index])
        .sum();
    ConfidenceModel {
        weights: core::array::from_fn(|feature| unscaled[feature]),
        classes: core::array::from_fn(|class| unscaled[FEATURES + class]),
        bias: bias - shift,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn informative_feature_gets_the_weight() {
        let samples: Vec<Sample> = (0..400)
            .map(|index| {
                let value = f64::from(index % 20) / 20.0;
                let mut features = [1.0; FEATURES];
                features[2] = 100.0 + value;
                features[3] = f64::from(index * 7 % 11);
                Sample {
                    features,
                    class: index as usize % 3,
                    is_correct: value > 0.4,
                }
            })
            .collect();
        let model = fit_confidence(&samples);
        let separated = samples.iter().filter(|sample| {
            (model.confidence(&sample.features, sample.class) > 0.5) == sample.is_correct
        });
        assert!(separated.count() > 380);
        assert!(model.weights[3].abs() < 0.1 * model.weights[2]);
    }

    #[test]
    fn class_offsets_follow_the_accuracy_of_each_class() {
        // Class 0 is correct in four of five, class 1 in one of five, class 2 never.
        let samples: Vec<Sample> = (0..600)
            .map(|index| Sample {
                features: [f64::from(index % 7); FEATURES],
                class: index as usize % 3,
                is_correct: match index % 3 {
                    0 => index / 3 % 5 != 0,
                    1 => index / 3 % 5 == 0,
                    _ => false,
                },
            })
            .collect();
        let model = fit_confidence(&samples);
        let of = |class| model.confidence(&[3.0; FEATURES], class);
        assert!((of(0) - 0.8).abs() < 0.05, "{}", of(0));
        assert!((of(1) - 0.2).abs() < 0.05, "{}", of(1));
        assert_eq!(model.classes[2..], [0.0; CLASSES - 2]);
    }
}
