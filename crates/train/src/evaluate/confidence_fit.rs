//! Fits the confidence model by logistic regression.

use thimble::labels::CLASSES;
use thimble::prediction::{ConfidenceModel, FEATURES, Features, logistic};

/// Weight of the squared weights beside the mean loss (ridge).
const RIDGE: f64 = 1e-3;
/// Steps of gradient descent: the loss is convex and the features are standardised, so that these suffice.
const STEPS: usize = 1500;
const RATE: f64 = 0.5;

/// The features, and the predicted class one-hot.
type Row = [f64; FEATURES + CLASSES];

/// A prediction whose truth is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Its features.
    pub features: Features,
    /// The predicted class, below 10.
    pub class: usize,
    /// Whether it is right.
    pub is_right: bool,
}

impl Sample {
    fn row(&self) -> Row {
        core::array::from_fn(|index| match self.features.get(index) {
            Some(feature) => *feature,
            None => f64::from(u8::from(index - FEATURES == self.class)),
        })
    }
}

/// Fits a confidence model by ridge logistic regression. A class without a right prediction keeps the offset 0:
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
    let counts: [bool; FEATURES + CLASSES] = core::array::from_fn(|index| {
        let of_class = |sample: &&Sample| FEATURES + sample.class == index;
        index < FEATURES
            || samples
                .iter()
                .filter(of_class)
                .any(|sample| sample.is_right)
    });
    let standardised: Vec<(Row, f64)> = rows
        .iter()
        .zip(samples)
        .map(|(row, sample)| {
            let of = |index: usize| match counts[index] {
                true => (row[index] - means[index]) / deviations[index],
                false => 0.0,
            };
            let right = f64::from(u8::from(sample.is_right));
            (core::array::from_fn(of), right)
        })
        .collect();
    let (mut weights, mut bias): (Row, f64) = ([0.0; FEATURES + CLASSES], 0.0);
    for _ in 0..STEPS {
        let mut slope = weights.map(|weight| RIDGE * weight);
        let mut bias_slope = 0.0;
        for (row, right) in &standardised {
            let products = weights.iter().zip(row);
            let sum: f64 = products.map(|(weight, value)| weight * value).sum();
            let gap = (logistic(bias + sum) - right) / count;
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
    let plain: Row = core::array::from_fn(|index| weights[index] / deviations[index]);
    let shift: f64 = (0..plain.len())
        .filter(|&index| counts[index])
        .map(|index| plain[index] * means[index])
        .sum();
    ConfidenceModel {
        weights: core::array::from_fn(|feature| plain[feature]),
        classes: core::array::from_fn(|class| plain[FEATURES + class]),
        bias: bias - shift,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_that_tells_gets_the_weight() {
        let samples: Vec<Sample> = (0..400)
            .map(|index| {
                let value = f64::from(index % 20) / 20.0;
                let mut features = [1.0; FEATURES];
                features[2] = 100.0 + value;
                features[3] = f64::from(index * 7 % 11);
                Sample {
                    features,
                    class: index as usize % 3,
                    is_right: value > 0.4,
                }
            })
            .collect();
        let model = fit_confidence(&samples);
        let told = samples.iter().filter(|sample| {
            (model.confidence(&sample.features, sample.class) > 0.5) == sample.is_right
        });
        assert!(told.count() > 380);
        assert!(model.weights[3].abs() < 0.1 * model.weights[2]);
    }

    #[test]
    fn a_class_counts_by_how_often_it_is_right_and_not_where_it_never_is() {
        // Class 0 is right in four of five, class 1 in one of five, class 2 never.
        let samples: Vec<Sample> = (0..600)
            .map(|index| Sample {
                features: [f64::from(index % 7); FEATURES],
                class: index as usize % 3,
                is_right: match index % 3 {
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
