//! The shipped weights give the golden logits on the CPU kernels, in 32-bit floats and int8.
#![allow(clippy::unwrap_used)] // A test that cannot go on has failed.

use std::collections::BTreeMap;

use base64::Engine as _;
use serde::Deserialize;
use thimble::Precision;
use thimble::garments::PhotoClassifier;
use thimble::network::{
    CpuModel, INPUT_VALUES, Model as _, NetworkName, ShippedNetwork, ShippedPhotoNetworks,
    WeightsError, grey_values,
};
use thimble::photo::PhotoEdit;
use thimble::photo::file::downscale_file;
use thimble::prediction::PhotoCalibration;

/// Twenty test images and their logits, written by `thimble-train golden`.
#[derive(Deserialize)]
struct Golden {
    network: String,
    inputs: Vec<String>,
    logits: Vec<[f32; 10]>,
    /// Where the network runs in int8 too.
    logits_int8: Option<Vec<[f32; 10]>>,
    /// The probabilities of each garment on the photos of www/samples.
    photos: BTreeMap<String, Vec<[f32; 10]>>,
}

/// Largest difference of a probability of a garment on a photo.
const PHOTO_TOLERANCE: f32 = 1e-3;
const TOLERANCE: f32 = 1e-4;
/// Sums of integers are exact; an activation between two of them may be rounded either way, since it was computed
/// in floats.
const TOLERANCE_INT8: f32 = 0.02;

fn golden() -> (Golden, Vec<f32>) {
    let golden: Golden = serde_json::from_str(include_str!("golden.json")).unwrap();
    assert_eq!(golden.inputs.len(), 20);
    let decode = |text: &String| {
        base64::engine::general_purpose::STANDARD
            .decode(text)
            .unwrap()
    };
    let inputs: Vec<u8> = golden.inputs.iter().flat_map(decode).collect();
    assert_eq!(inputs.len(), 20 * INPUT_VALUES);
    (golden, grey_values(&inputs))
}

/// The logits of `inputs`, `batch` at a time.
fn logits(model: &CpuModel, inputs: &[f32], batch: usize) -> Vec<[f32; 10]> {
    let mut rows = Vec::new();
    for inputs in inputs.chunks(batch * INPUT_VALUES) {
        let logits = model.run(inputs).wait().unwrap();
        rows.extend_from_slice(logits.as_chunks().0);
    }
    rows
}

fn assert_close(found: &[[f32; 10]], expected: &[[f32; 10]], tolerance: f32, batch: usize) {
    assert_eq!(found.len(), expected.len());
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        for (a, b) in found.iter().zip(expected) {
            assert!(
                (a - b).abs() <= tolerance,
                "batch {batch}, input {index}: {found:?}, not {expected:?}"
            );
        }
    }
}

#[test]
fn f32_gives_the_golden_logits() {
    let (golden, inputs) = golden();
    let name: NetworkName = golden.network.parse().unwrap();
    let weights = ShippedNetwork::find(name).unwrap().weights(None).unwrap();
    let model = weights.load(Precision::F32).unwrap();
    for batch in [1, 7, 20] {
        let found = logits(&model, &inputs, batch);
        assert_close(&found, &golden.logits, TOLERANCE, batch);
    }
}

#[test]
fn photos_have_the_golden_garments() {
    let (golden, _) = golden();
    assert!(!golden.photos.is_empty());
    let shipped = ShippedPhotoNetworks::beside(NetworkName::default()).unwrap();
    let calibration = PhotoCalibration::of(&shipped);
    let classifier = PhotoClassifier::load(shipped, Precision::F32).unwrap();
    for (name, expected) in golden.photos {
        let path = format!("{}/www/samples/{name}", env!("CARGO_MANIFEST_DIR"));
        let photo = downscale_file(path.as_ref()).unwrap();
        let edit = PhotoEdit::default();
        let classified = classifier.classify(&photo, &edit, &|| 0.0);
        let garments = pollster::block_on(classified).unwrap().garments;
        let found: Vec<[f32; 10]> = (garments.iter())
            .map(|garment| calibration.predict(&garment.observation).probabilities)
            .collect();
        assert_close(&found, &expected, PHOTO_TOLERANCE, 1);
    }
}

#[test]
fn int8_gives_the_golden_logits() {
    let (golden, inputs) = golden();
    let name: NetworkName = golden.network.parse().unwrap();
    let shipped = ShippedNetwork::find(name).unwrap();
    let Some(expected) = golden.logits_int8 else {
        assert!(
            shipped.test_accuracy_int8.is_none(),
            "run `thimble-train golden` again"
        );
        return;
    };
    let weights = shipped.weights(None).unwrap();
    let model = weights.load(Precision::Int8).unwrap();
    // No input's logits depend on the others of its batch.
    let alone = logits(&model, &inputs, 1);
    for batch in [1, 7, 20] {
        let found = logits(&model, &inputs, batch);
        assert_eq!(found, alone, "batch {batch}");
        assert_close(&found, &expected, TOLERANCE_INT8, batch);
    }
}

#[test]
fn networks_whose_int8_was_rejected_do_not_load_in_int8() {
    for shipped in ShippedNetwork::all() {
        let is_kept = shipped.test_accuracy_int8.is_some();
        let weights = shipped.weights(None).unwrap();
        assert_eq!(weights.has_int8(), is_kept);
        match weights.load(Precision::Int8) {
            Ok(_) => assert!(is_kept, "{}", shipped.name),
            Err(error) => {
                assert!(!is_kept, "{error}");
                assert!(matches!(error, WeightsError::NoInt8(_)), "{error}");
            }
        }
    }
}
