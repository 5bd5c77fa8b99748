//! The shipped weights give the golden logits on each of burn's CPU devices.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used)] // A test that cannot go on has failed.

use base64::Engine as _;
use burn::tensor::Device;
use serde::Deserialize;
use thimble::data::Pictures;
use thimble::evaluate::{most_likely, predict};
use thimble::network::{NetworkName, PIXELS, Shipped};

#[derive(Deserialize)]
struct Golden {
    network: String,
    pictures: Vec<String>,
    labels: Vec<u8>,
    logits: Vec<[f32; 10]>,
}

const TOLERANCE: f32 = 1e-4;

#[test]
fn every_cpu_device_gives_the_golden_logits() {
    let golden: Golden = serde_json::from_str(include_str!("golden.json")).unwrap();
    assert_eq!(golden.pictures.len(), 20);
    let decode = |text: &String| {
        base64::engine::general_purpose::STANDARD
            .decode(text)
            .unwrap()
    };
    let pixels: Vec<u8> = golden.pictures.iter().flat_map(decode).collect();
    assert_eq!(pixels.len(), 20 * PIXELS);
    let pictures = Pictures {
        pixels,
        labels: golden.labels,
    };
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
