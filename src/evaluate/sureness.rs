//! How sure a verdict on a photo is: the probability that it is right, where what is on the photo may
//! be none of the ten classes.

use serde::{Deserialize, Serialize};

/// How many signs of a verdict's being right there are.
pub const SIGNS: usize = 9;

/// Signs of a verdict's being right, see [`crate::evaluate::Verdict`].
pub type Signs = [f64; SIGNS];

/// The probability of being right as the logistic function of a weighted sum of signs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sureness {
    /// The signs' weights.
    pub weights: Signs,
    /// What is added.
    pub bias: f64,
}

impl Sureness {
    /// The probability that a verdict with these signs is right, 0 to 1.
    pub fn of(&self, signs: &Signs) -> f64 {
        let products = self.weights.iter().zip(signs);
        logistic(self.bias + products.map(|(weight, sign)| weight * sign).sum::<f64>())
    }
}

fn logistic(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}

/// Fitting, which only training does.
#[cfg(feature = "train")]
mod fitting {
    use super::{SIGNS, Signs, Sureness};

    /// How much the square of each weight counts beside the mean loss.
    const RIDGE: f64 = 1e-3;
    /// The loss is convex and the signs are standardised, so that these steps of gradient descent
    /// suffice.
    const STEPS: usize = 1500;
    const RATE: f64 = 0.5;

    impl Sureness {
        /// Logistic regression with a small ridge on verdicts' signs and whether they were right.
        pub fn fit(verdicts: &[(Signs, bool)]) -> Self {
            let count = verdicts.len().max(1) as f64;
            let mean = |value: &dyn Fn(&Signs) -> f64| {
                verdicts.iter().map(|(signs, _)| value(signs)).sum::<f64>() / count
            };
            let means: Signs = core::array::from_fn(|sign| mean(&|signs| signs[sign]));
            let deviations: Signs = core::array::from_fn(|sign| {
                let variance = mean(&|signs| (signs[sign] - means[sign]).powi(2));
                variance.sqrt().max(1e-9)
            });
            let standardised: Vec<(Signs, f64)> = verdicts
                .iter()
                .map(|(signs, right)| {
                    let of = |sign: usize| (signs[sign] - means[sign]) / deviations[sign];
                    (core::array::from_fn(of), f64::from(u8::from(*right)))
                })
                .collect();
            let mut model = Self {
                weights: [0.0; SIGNS],
                bias: 0.0,
            };
            for _ in 0..STEPS {
                let mut slope = model.weights.map(|weight| RIDGE * weight);
                let mut bias_slope = 0.0;
                for (signs, right) in &standardised {
                    let gap = (model.of(signs) - right) / count;
                    bias_slope += gap;
                    for (slope, sign) in slope.iter_mut().zip(signs) {
                        *slope += gap * sign;
                    }
                }
                model.bias -= RATE * bias_slope;
                for (weight, slope) in model.weights.iter_mut().zip(slope) {
                    *weight -= RATE * slope;
                }
            }
            let weights: Signs =
                core::array::from_fn(|sign| model.weights[sign] / deviations[sign]);
            let shift: f64 = weights.iter().zip(&means).map(|(w, m)| w * m).sum();
            Self {
                weights,
                bias: model.bias - shift,
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_sign_that_tells_gets_the_weight() {
            let verdicts: Vec<(Signs, bool)> = (0..400)
                .map(|index| {
                    let value = f64::from(index % 20) / 20.0;
                    let mut signs = [1.0; SIGNS];
                    signs[2] = 100.0 + value;
                    signs[3] = f64::from(index * 7 % 11);
                    (signs, value > 0.4)
                })
                .collect();
            let sureness = Sureness::fit(&verdicts);
            let right = verdicts
                .iter()
                .filter(|(signs, right)| (sureness.of(signs) > 0.5) == *right);
            assert!(right.count() > 380);
            assert!(sureness.weights[3].abs() < 0.1 * sureness.weights[2]);
        }
    }
}
