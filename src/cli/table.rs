//! Tables for people.

use crate::evaluate::Scores;
use crate::labels::LABELS;

/// A share as a percentage of two digits.
pub(super) fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// Precision and recall by class, then the confusion matrix.
pub(super) fn scores(scores: &Scores) -> String {
    let mut text = String::from("class         precision  recall\n");
    for (label, class) in LABELS.iter().zip(scores.classes()) {
        let (precision, recall) = (percent(class.precision), percent(class.recall));
        text += &format!("{label:<12} {precision:>10} {recall:>8}\n");
    }
    text += "\ntrue class (rows) by predicted class (columns)\n";
    for (label, row) in LABELS.iter().zip(&scores.confusion) {
        let counts: String = row.iter().map(|count| format!("{count:>6}")).collect();
        text += &format!("{label:<12}{counts}\n");
    }
    text
}
