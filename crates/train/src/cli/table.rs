//! Tables for the terminal.

use crate::evaluate::{Interval, PhotoScores, Scores};
use thimble::labels::LABELS;

/// Formats a share, 0 to 1, as a percentage with two decimals.
pub(super) fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// Formats precision and recall by class, and the confusion matrix.
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

/// Formats scores on photos.
pub(super) fn photos(scores: &PhotoScores) -> String {
    let interval =
        |interval: &Interval| format!("{} to {}", percent(interval.low), percent(interval.high));
    let mut text = format!(
        "photos of the ten classes {}, of none {}\n\
         accuracy  {} ({})\nmacro     {} ({})\n\
         confident {} correct, {} of the ten classes, {} of none\n\
         AUROC     {:.4} correct against wrong or none, {:.4} the ten classes against none\n\
         ECE       {}, loss {:.4}\n\nclass         photos  precision  recall\n",
        scores.n,
        scores.n_none,
        percent(scores.top1),
        interval(&scores.top1_interval),
        percent(scores.macro_average),
        interval(&scores.macro_interval),
        percent(scores.confident_top1),
        percent(scores.confident_share),
        percent(scores.none_confident_share),
        scores.auroc_wrong_or_none,
        scores.auroc_none,
        percent(scores.ece),
        scores.loss,
    );
    for class in &scores.per_class {
        let (precision, recall) = (percent(class.precision), percent(class.recall));
        text += &format!(
            "{:<12}{:>8}{precision:>11}{recall:>9}\n",
            class.name, class.n
        );
    }
    for fold in &scores.folds {
        let (top1, mean) = (percent(fold.top1), percent(fold.macro_average));
        text += &format!("fold {}: {top1} of {}, macro {mean}\n", fold.fold, fold.n);
    }
    text += "\ntrue class (rows) by predicted class (columns)\n";
    for (label, row) in LABELS.iter().zip(&scores.confusion) {
        let counts: String = row.iter().map(|count| format!("{count:>6}")).collect();
        text += &format!("{label:<12}{counts}\n");
    }
    let counts = scores.none_called.iter().map(|count| format!("{count:>6}"));
    text + &format!("{:<12}{}\n", "none", counts.collect::<String>())
}
