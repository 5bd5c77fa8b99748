//! From out-of-fold answers to verdicts, with everything that is fitted fitted on other folds.

use super::Held;
use crate::data::FOLDS;
use crate::evaluate::{
    Judged, PhotoViews, Sample, divided, fit_confidence, temperature, threshold,
};
use thimble::labels::CLASSES;
use thimble::prediction::{PhotoCalibration, features, most_likely, pooled_logits};

/// The share of the photos of the ten classes that verdicts are to be plain for: four in five, and a
/// hundredth more, since on other people's photos the share comes out a little other than on those
/// that the threshold is fitted on.
pub const CONFIDENT_SHARE: f64 = 0.81;

/// Fits the temperature, the sureness and its threshold on answers for photos.
pub fn calibrate(held: &[&Held]) -> PhotoCalibration {
    let ten: Vec<&&Held> = held.iter().filter(|held| held.target.is_some()).collect();
    let logits: Vec<[f32; CLASSES]> = ten.iter().map(|held| pooled_logits(&held.logits)).collect();
    let labels: Vec<u8> = ten.iter().filter_map(|held| held.target).collect();
    let said = |held: &Held| most_likely(&pooled_logits(&held.logits));
    let verdicts: Vec<Sample> = held
        .iter()
        .map(|held| Sample {
            features: features(&held.logits, &held.quality),
            class: said(held),
            is_right: held.target == Some(said(held) as u8),
        })
        .collect();
    let confidence = fit_confidence(&verdicts);
    let of_ten: Vec<f64> = ten
        .iter()
        .map(|held| confidence.confidence(&features(&held.logits, &held.quality), said(held)))
        .collect();
    PhotoCalibration {
        temperature: temperature(&logits, &labels),
        confidence,
        threshold: threshold(&of_ten, CONFIDENT_SHARE),
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

/// What the first look at each photo of the ten classes is worth, and what more looks add: kind of
/// look by kind, each with its mirror image. Borderline photos are left out.
pub fn judge_by_views(held: &[Held]) -> Vec<PhotoViews> {
    let plain = held.iter().filter(|held| !held.is_borderline);
    let (labels, logits): (Vec<u8>, Vec<&[[f32; CLASSES]]>) = plain
        .filter_map(|held| Some((held.target?, held.logits.as_slice())))
        .unzip();
    let most = logits.iter().map(|views| views.len()).min().unwrap_or(0);
    let counts = (1..=most).filter(|&count| count == 1 || count % 2 == 0);
    let of = |count: usize| {
        let logits: Vec<_> = logits
            .iter()
            .map(|views| pooled_logits(&views[..count]))
            .collect();
        PhotoViews::of(count, &logits, &labels)
    };
    counts.map(of).collect()
}

/// What is said about one photo.
pub fn judge(held: &Held, calibration: &PhotoCalibration) -> Judged {
    let verdict = calibration.predict(&held.logits, &held.quality);
    let logits = divided(&[pooled_logits(&held.logits)], calibration.temperature);
    Judged {
        sender: held.sender.clone(),
        fold: Some(held.fold),
        target: held.target,
        logits: logits.first().copied().unwrap_or_default(),
        confidence: verdict.confidence,
        is_confident: verdict.is_confident,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thimble::photo::Quality;

    const QUALITY: Quality = Quality {
        certainty: 0.9,
        area: 0.3,
        edge_contact: 0.0,
        components: 1,
        contrast: 8.0,
        brightness: 0.5,
    };

    /// Logits of 0 but for one class.
    fn row(class: usize, logit: f32) -> [f32; CLASSES] {
        let mut row = [0.0; CLASSES];
        row[class] = logit;
        row
    }

    fn held(target: Option<u8>, said: [usize; 2], is_borderline: bool) -> Held {
        Held {
            image: "photo".to_owned(),
            sender: "1".to_owned(),
            target,
            is_borderline,
            fold: 0,
            quality: QUALITY,
            // The second look is the surer one.
            logits: vec![row(said[0], 2.0), row(said[1], 6.0)],
        }
    }

    #[test]
    fn more_looks_count_for_the_photos_of_the_ten() {
        let photos = [
            held(Some(3), [3, 3], false),
            held(Some(4), [5, 4], false),
            held(Some(4), [4, 5], false),
            held(Some(4), [5, 4], false),
            held(None, [1, 1], false),
            held(Some(3), [1, 1], true),
        ];
        let found = judge_by_views(&photos);
        let expected = [(1, 0.5, 2.0 / 3.0), (2, 0.75, 5.0 / 6.0)];
        assert_eq!(found.len(), expected.len());
        for (found, (views, top1, mean)) in found.iter().zip(expected) {
            assert_eq!((found.views, found.top1), (views, top1));
            assert!((found.macro_average - mean).abs() < 1e-12);
        }
        assert_eq!(judge_by_views(&[]), []);
    }
}
