//! How sure a verdict on a photo is: the probability that it is right, where what is on the photo may
//! be none of the ten classes.

use serde::{Deserialize, Serialize};

use crate::labels::CLASSES;

/// How many signs of a verdict's being right there are.
pub const SIGNS: usize = 9;

/// Signs of a verdict's being right, see [`crate::evaluate::Verdict`].
pub type Signs = [f64; SIGNS];

/// The probability of being right as the logistic function of a weighted sum of signs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sureness {
    /// The signs' weights.
    pub weights: Signs,
    /// What is added for each class that is said: some are oftener said wrongly than others.
    pub classes: [f64; CLASSES],
    /// What is added for all.
    pub bias: f64,
}

impl Sureness {
    /// The probability that a verdict for this class (below 10) with these signs is right, 0 to 1.
    pub fn of(&self, signs: &Signs, class: usize) -> f64 {
        let products = self.weights.iter().zip(signs);
        let sum: f64 = products.map(|(weight, sign)| weight * sign).sum();
        logistic(self.bias + self.classes[class] + sum)
    }
}

fn logistic(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}

/// Fitting, which only training does.
#[cfg(feature = "train")]
mod fitting {
    use super::{CLASSES, SIGNS, Signs, Sureness, logistic};

    /// How much the square of each weight counts beside the mean loss.
    const RIDGE: f64 = 1e-3;
    /// The loss is convex and what it weighs is standardised, so that these steps of gradient
    /// descent suffice.
    const STEPS: usize = 1500;
    const RATE: f64 = 0.5;

    /// The signs, and 1 for the class that was said and 0 for the others.
    type Row = [f64; SIGNS + CLASSES];

    /// A verdict to learn from.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Heard {
        /// Its signs.
        pub signs: Signs,
        /// The class that it says, below 10.
        pub class: usize,
        /// Whether that is right.
        pub is_right: bool,
    }

    impl Heard {
        fn row(&self) -> Row {
            core::array::from_fn(|index| match self.signs.get(index) {
                Some(sign) => *sign,
                None => f64::from(u8::from(index - SIGNS == self.class)),
            })
        }
    }

    impl Sureness {
        /// Logistic regression with a small ridge on verdicts. A class for which no verdict is right
        /// has nothing added, since then it may be that the photos show none of that class.
        pub fn fit(verdicts: &[Heard]) -> Self {
            let count = verdicts.len().max(1) as f64;
            let rows: Vec<Row> = verdicts.iter().map(Heard::row).collect();
            let mean = |value: &dyn Fn(&Row) -> f64| rows.iter().map(value).sum::<f64>() / count;
            let means: Row = core::array::from_fn(|index| mean(&|row| row[index]));
            let deviations: Row = core::array::from_fn(|index| {
                let variance = mean(&|row| (row[index] - means[index]).powi(2));
                variance.sqrt().max(1e-9)
            });
            let counts: [bool; SIGNS + CLASSES] = core::array::from_fn(|index| {
                let of_class = |heard: &&Heard| SIGNS + heard.class == index;
                index < SIGNS || verdicts.iter().filter(of_class).any(|heard| heard.is_right)
            });
            let standardised: Vec<(Row, f64)> = rows
                .iter()
                .zip(verdicts)
                .map(|(row, heard)| {
                    let of = |index: usize| match counts[index] {
                        true => (row[index] - means[index]) / deviations[index],
                        false => 0.0,
                    };
                    let right = f64::from(u8::from(heard.is_right));
                    (core::array::from_fn(of), right)
                })
                .collect();
            let (mut weights, mut bias): (Row, f64) = ([0.0; SIGNS + CLASSES], 0.0);
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
            Self {
                weights: core::array::from_fn(|sign| plain[sign]),
                classes: core::array::from_fn(|class| plain[SIGNS + class]),
                bias: bias - shift,
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_sign_that_tells_gets_the_weight() {
            let verdicts: Vec<Heard> = (0..400)
                .map(|index| {
                    let value = f64::from(index % 20) / 20.0;
                    let mut signs = [1.0; SIGNS];
                    signs[2] = 100.0 + value;
                    signs[3] = f64::from(index * 7 % 11);
                    Heard {
                        signs,
                        class: index as usize % 3,
                        is_right: value > 0.4,
                    }
                })
                .collect();
            let sureness = Sureness::fit(&verdicts);
            let told = verdicts
                .iter()
                .filter(|heard| (sureness.of(&heard.signs, heard.class) > 0.5) == heard.is_right);
            assert!(told.count() > 380);
            assert!(sureness.weights[3].abs() < 0.1 * sureness.weights[2]);
        }

        #[test]
        fn a_class_counts_by_how_often_it_is_right_and_not_where_it_never_is() {
            // Class 0 is right in four of five, class 1 in one of five, class 2 never.
            let verdicts: Vec<Heard> = (0..600)
                .map(|index| Heard {
                    signs: [f64::from(index % 7); SIGNS],
                    class: index as usize % 3,
                    is_right: match index % 3 {
                        0 => index / 3 % 5 != 0,
                        1 => index / 3 % 5 == 0,
                        _ => false,
                    },
                })
                .collect();
            let sureness = Sureness::fit(&verdicts);
            let of = |class| sureness.of(&[3.0; SIGNS], class);
            assert!((of(0) - 0.8).abs() < 0.05, "{}", of(0));
            assert!((of(1) - 0.2).abs() < 0.05, "{}", of(1));
            assert_eq!(sureness.classes[2..], [0.0; CLASSES - 2]);
        }
    }
}

#[cfg(feature = "train")]
pub use fitting::Heard;
