//! Tables for the terminal.

use crate::evaluate::{Interval, Scores};
use crate::garment::{GarmentScores, KindScores};
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

/// The header of the lines of [`kind_line`].
const KIND_HEADER: &str = "\
percent            n    right       interval    macro  confident right  confident  none confident    ECE\n";

/// Formats the scores on a kind of picture as a line.
fn kind_line(name: &str, kind: &KindScores) -> String {
    let Interval { low, high } = kind.right_interval;
    format!(
        "{name:14}{:>6}{:>9}{:>15}{:>9}{:>17}{:>11}{:>16}{:>7}\n",
        kind.n,
        tenths(kind.right),
        format!("{} to {}", tenths(low), tenths(high)),
        tenths(kind.macro_average),
        tenths(kind.confident_right),
        tenths(kind.confident_share),
        tenths(kind.none_confident),
        tenths(kind.ece)
    )
}

/// Formats a share, 0 to 1, in percent with one decimal.
fn tenths(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

/// Formats the scores on a kind of picture, with its classes.
pub(super) fn kind(scores: &KindScores) -> String {
    let mut text = KIND_HEADER.to_owned() + &kind_line("photos", scores);
    text += "\nclass         photos  precision  recall\n";
    for class in &scores.per_class {
        let (precision, recall) = (percent(class.precision), percent(class.recall));
        text += &format!(
            "{:<12}{:>8}{precision:>11}{recall:>9}\n",
            class.name, class.n
        );
    }
    text
}

/// Formats scores on every kind of picture.
pub(super) fn garments(scores: &GarmentScores) -> String {
    let mut text = KIND_HEADER.to_owned();
    for (name, kind) in &scores.kinds {
        text += &kind_line(name, kind);
    }
    let whole = &scores.whole;
    text += &format!(
        "whole photos: {} % of {} garments found, confident of {} % of these, {} % of them right; garments a photo that \
         match none: {:.2}, confident {:.2}\n",
        tenths(whole.found),
        whole.targets,
        tenths(whole.confident_share),
        tenths(whole.confident_right),
        whole.false_garments,
        whole.confident_false_garments
    );
    for (name, none) in [("drawn", scores.drawn), ("scenes", scores.scenes)] {
        text += &format!(
            "{name}: {} pictures, something found on {} %, confident of {} %\n",
            none.n,
            tenths(none.found),
            tenths(none.confident)
        );
    }
    text
}
