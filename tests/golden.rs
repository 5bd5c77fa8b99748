//! The shipped weights give the golden logits on each of burn's CPU devices.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used)] // A test that cannot go on has failed.

use base64::Engine as _;
use burn::tensor::Device;
use serde::Deserialize;
use thimble::data::Pictures;
use thimble::evaluate::{most_likely, predict, predict_with};
use thimble::network::{NetworkName, PIXELS, Shipped, WeightsError};

#[derive(Deserialize)]
struct Golden {
    network: String,
    pictures: Vec<String>,
    labels: Vec<u8>,
    logits: Vec<[f32; 10]>,
    /// Where the network is computed in 8-bit integers too.
    logits_int8: Option<Vec<[f32; 10]>>,
}

const TOLERANCE: f32 = 1e-4;
/// Sums of integers are exact; an activation between two of them may be rounded to either, since
/// what comes before is in floats.
const TOLERANCE_INT8: f32 = 0.02;

fn golden() -> (Golden, Pictures) {
    let golden: Golden = serde_json::from_str(include_str!("golden.json")).unwrap();
    assert_eq!(golden.pictures.len(), 20);
    let decode = |text: &String| {
        base64::engine::general_purpose::STANDARD
            .decode(text)
            .unwrap()
    };
    let pixels: Vec<u8> = golden.pictures.iter().flat_map(decode).collect();
    assert_eq!(pixels.len(), 20 * PIXELS);
    let labels = golden.labels.clone();
    (golden, Pictures { pixels, labels })
}

#[test]
fn integers_give_their_golden_logits() {
    let (golden, pictures) = golden();
    let name: NetworkName = golden.network.parse().unwrap();
    let shipped = Shipped::find(name).unwrap();
    let Some(expected) = golden.logits_int8 else {
        assert!(
            shipped.test_accuracy_in_integers.is_none(),
            "run `thimble golden` again"
        );
        return;
    };
    let engine = shipped.weights(None).unwrap();
    let engine = engine.engine_of_integers().unwrap();
    // No picture's answer depends on others.
    let alone = predict_with(&engine, &pictures, 1).unwrap();
    for batch in [1, 7, 20] {
        let found = predict_with(&engine, &pictures, batch).unwrap();
        assert_eq!(found, alone, "batch {batch}");
        for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
            for (a, b) in found.iter().zip(expected) {
                assert!(
                    (a - b).abs() <= TOLERANCE_INT8,
                    "batch {batch}, picture {index}: {found:?}, not {expected:?}"
                );
            }
        }
    }
}

#[test]
fn weights_that_were_not_kept_are_not_computed_in_integers() {
    for shipped in Shipped::all() {
        let are_kept = shipped.test_accuracy_in_integers.is_some();
        let weights = shipped.weights(None).unwrap();
        assert_eq!(weights.have_integers(), are_kept);
        match weights.engine_of_integers() {
            Ok(_) => assert!(are_kept, "{}", shipped.name),
            Err(error) => {
                assert!(!are_kept, "{error}");
                assert!(matches!(error, WeightsError::NoIntegers(_)), "{error}");
            }
        }
    }
}

#[test]
fn every_cpu_device_gives_the_golden_logits() {
    let (golden, pictures) = golden();
    let name: NetworkName = golden.network.parse().unwrap();
    #[allow(deprecated)]
    let devices = [("flex", Device::flex()), ("ndarray", Device::ndarray())];
    for (device_name, device) in devices {
        let network = Shipped::find(name).unwrap().load(&device).unwrap();
        for batch in [1, 7, 20] {
            let logits = predict(&network, &pictures, batch, &device).unwrap();
            for (index, (found, expected)) in logits.iter().zip(&golden.logits).enumerate() {
                for (a, b) in found.iter().zip(expected) {
                    assert!(
                        (a - b).abs() <= TOLERANCE,
                        "{device_name}, batch {batch}, picture {index}: {found:?}, not {expected:?}"
                    );
                }
            }
        }
    }
    let right = golden.logits.iter().zip(&pictures.labels);
    let right = right
        .filter(|(row, label)| most_likely(row) == usize::from(**label))
        .count();
    assert!(
        right >= 15,
        "only {right} of 20 test images are right: were the labels mixed up?"
    );
}
