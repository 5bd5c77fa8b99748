//! The shipped weights compute the golden logits on each of burn's CPU devices.
#![allow(clippy::unwrap_used)] // A test that cannot go on has failed.

use base64::Engine as _;
use burn::tensor::Device;
use serde::Deserialize;
use thimble::network::{INPUT_VALUES, NetworkName, ShippedNetwork};
use thimble::prediction::most_likely;
use thimble_burn::BurnNetwork;
use thimble_train::data::Dataset;
use thimble_train::evaluate::predict;

#[derive(Deserialize)]
struct Golden {
    network: String,
    inputs: Vec<String>,
    labels: Vec<u8>,
    logits: Vec<[f32; 10]>,
}

const TOLERANCE: f32 = 1e-4;

fn golden() -> (Golden, Dataset) {
    let golden: Golden = serde_json::from_str(include_str!("../../../tests/golden.json")).unwrap();
    assert_eq!(golden.inputs.len(), 20);
    let decode = |text: &String| {
        base64::engine::general_purpose::STANDARD
            .decode(text)
            .unwrap()
    };
    let pixels: Vec<u8> = golden.inputs.iter().flat_map(decode).collect();
    assert_eq!(pixels.len(), 20 * INPUT_VALUES);
    let labels = golden.labels.clone();
    (golden, Dataset { pixels, labels })
}

#[test]
fn every_burn_cpu_device_computes_the_golden_logits() {
    let (golden, images) = golden();
    let name: NetworkName = golden.network.parse().unwrap();
    #[allow(deprecated)]
    let devices = [("flex", Device::flex()), ("ndarray", Device::ndarray())];
    for (device_name, device) in devices {
        let network = BurnNetwork::load(
            ShippedNetwork::find(name).unwrap().weights(None).unwrap(),
            &device,
        )
        .unwrap();
        for batch in [1, 7, 20] {
            let logits = predict(&network, &images, batch, &device).unwrap();
            for (index, (found, expected)) in logits.iter().zip(&golden.logits).enumerate() {
                for (a, b) in found.iter().zip(expected) {
                    assert!(
                        (a - b).abs() <= TOLERANCE,
                        "{device_name}, batch {batch}, input {index}: {found:?}, not {expected:?}"
                    );
                }
            }
        }
    }
    let correct = golden.logits.iter().zip(&images.labels);
    let correct = correct
        .filter(|(row, label)| most_likely(row) == usize::from(**label))
        .count();
    assert!(
        correct >= 15,
        "only {correct} of 20 test images are correct: were the labels mixed up?"
    );
}
