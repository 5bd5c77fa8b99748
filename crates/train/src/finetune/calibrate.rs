//! Calibrates the network for photos on out-of-fold predictions, and evaluates them.

use super::OutOfFoldPrediction;
use crate::data::FOLDS;
use crate::evaluate::{
    LabeledPrediction, PhotoViews, Sample, divide_logits, fit_confidence, fit_temperature,
    threshold,
};
use thimble::garments::{GarmentEvidence, Observation};
use thimble::labels::CLASSES;
use thimble::prediction::{PhotoCalibration, features, most_likely, pooled_logits};

/// The share of the photos of the ten classes whose predictions should be confident: four in five, and a hundredth more
/// as a margin, since the share on other photos differs a little from that on the photos of the fit.
pub const CONFIDENT_SHARE: f64 = 0.81;

/// Fits the temperature, the confidence model and its threshold on predictions of photos.
pub fn calibrate(predictions: &[&OutOfFoldPrediction]) -> PhotoCalibration {
    let of_ten: Vec<&&OutOfFoldPrediction> = predictions
        .iter()
        .filter(|prediction| prediction.target.is_some())
        .collect();
    let logits: Vec<[f32; CLASSES]> = of_ten
        .iter()
        .map(|prediction| pooled_logits(&prediction.logits))
        .collect();
    let labels: Vec<u8> = of_ten
        .iter()
        .filter_map(|prediction| prediction.target)
        .collect();
    let samples: Vec<Sample> = predictions
        .iter()
        .map(|prediction| {
            let class = predicted_class(prediction);
            Sample {
                features: features(&prediction.logits, &evidence(prediction)),
                class,
                is_correct: prediction.target == Some(class as u8),
            }
        })
        .collect();
    let model = fit_confidence(&samples);
    let confidences: Vec<f64> = of_ten
        .iter()
        .map(|prediction| {
            let features = features(&prediction.logits, &evidence(prediction));
            model.confidence(&features, predicted_class(prediction))
        })
        .collect();
    PhotoCalibration {
        temperature: fit_temperature(&logits, &labels),
        confidence: model,
        threshold: threshold(&confidences, CONFIDENT_SHARE),
    }
}

fn evidence(prediction: &OutOfFoldPrediction) -> GarmentEvidence {
    GarmentEvidence::of_quality(prediction.quality)
}

fn predicted_class(prediction: &OutOfFoldPrediction) -> usize {
    most_likely(&pooled_logits(&prediction.logits))
}

/// Evaluates every photo but the borderline ones, each with a calibration fitted on the other folds.
pub fn evaluate_out_of_fold(predictions: &[OutOfFoldPrediction]) -> Vec<LabeledPrediction> {
    let clear = || predictions.iter().filter(|photo| !photo.is_borderline);
    let mut evaluated = Vec::new();
    for fold in 0..FOLDS {
        let others: Vec<_> = clear().filter(|photo| photo.fold != fold).collect();
        let calibration = calibrate(&others);
        let inside = clear().filter(|photo| photo.fold == fold);
        evaluated.extend(inside.map(|photo| evaluate(photo, &calibration)));
    }
    evaluated
}

/// Scores the first view of the photos of the ten classes, and then more and more views: view by view, each with its
/// mirror image. Leaves borderline photos out.
pub fn scores_by_views(predictions: &[OutOfFoldPrediction]) -> Vec<PhotoViews> {
    let clear = predictions.iter().filter(|photo| !photo.is_borderline);
    let (labels, logits): (Vec<u8>, Vec<&[[f32; CLASSES]]>) = clear
        .filter_map(|photo| Some((photo.target?, photo.logits.as_slice())))
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

/// Evaluates one photo with a calibration.
pub fn evaluate(photo: &OutOfFoldPrediction, calibration: &PhotoCalibration) -> LabeledPrediction {
    let prediction = calibration.predict(&Observation {
        views: photo.logits.clone(),
        evidence: evidence(photo),
    });
    let logits = divide_logits(&[pooled_logits(&photo.logits)], calibration.temperature);
    LabeledPrediction {
        sender: photo.sender.clone(),
        fold: Some(photo.fold),
        target: photo.target,
        logits: logits.first().copied().unwrap_or_default(),
        confidence: prediction.confidence,
        is_confident: prediction.is_confident,
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

    fn prediction(
        target: Option<u8>,
        classes: [usize; 2],
        is_borderline: bool,
    ) -> OutOfFoldPrediction {
        OutOfFoldPrediction {
            image: "photo".to_owned(),
            sender: "1".to_owned(),
            target,
            is_borderline,
            fold: 0,
            quality: QUALITY,
            // The second view is more confident.
            logits: vec![row(classes[0], 2.0), row(classes[1], 6.0)],
        }
    }

    #[test]
    fn views_are_pooled_for_photos_of_the_ten_classes() {
        let photos = [
            prediction(Some(3), [3, 3], false),
            prediction(Some(4), [5, 4], false),
            prediction(Some(4), [4, 5], false),
            prediction(Some(4), [5, 4], false),
            prediction(None, [1, 1], false),
            prediction(Some(3), [1, 1], true),
        ];
        let found = scores_by_views(&photos);
        let expected = [(1, 0.5, 2.0 / 3.0), (2, 0.75, 5.0 / 6.0)];
        assert_eq!(found.len(), expected.len());
        for (found, (views, top1, mean)) in found.iter().zip(expected) {
            assert_eq!((found.views, found.top1), (views, top1));
            assert!((found.macro_average - mean).abs() < 1e-12);
        }
        assert_eq!(scores_by_views(&[]), []);
    }
}
