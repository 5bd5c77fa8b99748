//! From out-of-fold answers to verdicts, with everything that is fitted fitted on other folds.

use super::Held;
use crate::data::FOLDS;
use crate::evaluate::{
    Heard, Judged, PhotoCalibration, Sureness, divided, most_likely, pooled, signs, temperature,
    threshold,
};
use crate::labels::CLASSES;

/// The share of the photos of the ten classes that verdicts are to be plain for: four in five, and a
/// hundredth more, since on other people's photos the share comes out a little other than on those
/// that the threshold is fitted on.
pub const SURE_SHARE: f64 = 0.81;

/// Fits the temperature, the sureness and its threshold on answers for photos.
pub fn calibrate(held: &[&Held]) -> PhotoCalibration {
    let ten: Vec<&&Held> = held.iter().filter(|held| held.target.is_some()).collect();
    let logits: Vec<[f32; CLASSES]> = ten.iter().map(|held| pooled(&held.logits)).collect();
    let labels: Vec<u8> = ten.iter().filter_map(|held| held.target).collect();
    let said = |held: &Held| most_likely(&pooled(&held.logits));
    let verdicts: Vec<Heard> = held
        .iter()
        .map(|held| Heard {
            signs: signs(&held.logits, &held.quality),
            class: said(held),
            is_right: held.target == Some(said(held) as u8),
        })
        .collect();
    let sureness = Sureness::fit(&verdicts);
    let of_ten: Vec<f64> = ten
        .iter()
        .map(|held| sureness.of(&signs(&held.logits, &held.quality), said(held)))
        .collect();
    PhotoCalibration {
        temperature: temperature(&logits, &labels),
        sureness,
        threshold: threshold(&of_ten, SURE_SHARE),
    }
}

/// Judges every photo but the borderline ones with what is fitted on the other folds.
pub fn judge_across(held: &[Held]) -> Vec<Judged> {
    let plain = || held.iter().filter(|held| !held.is_borderline);
    let mut judged = Vec::new();
    for fold in 0..FOLDS {
        let others: Vec<&Held> = plain().filter(|held| held.fold != fold).collect();
        let calibration = calibrate(&others);
        let inside = plain().filter(|held| held.fold == fold);
        judged.extend(inside.map(|held| judge(held, &calibration)));
    }
    judged
}

/// What is said about one photo.
pub fn judge(held: &Held, calibration: &PhotoCalibration) -> Judged {
    let verdict = calibration.verdict(&held.logits, &held.quality);
    let logits = divided(&[pooled(&held.logits)], calibration.temperature);
    Judged {
        sender: held.sender.clone(),
        fold: Some(held.fold),
        target: held.target,
        logits: logits.first().copied().unwrap_or_default(),
        sureness: verdict.sureness,
        is_sure: verdict.is_sure,
    }
}
