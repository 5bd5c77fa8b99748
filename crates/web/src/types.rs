//! The types of the JavaScript API, from which `thimble.d.ts` is generated.

use super::downscaler::polygons_to_js;
use js_sys::{Array, Float32Array};
use serde::{Deserialize, Serialize};
use thimble::garments::PredictedGarment;
use thimble::labels::LABELS;
use thimble::network::{Activations, ShippedNetwork, ShippedPhotoNetworks};
use thimble::photo::{Crop, PhotoIssue, Quality, RotatedBox};
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const ERROR: &str = r#"
/** An `Error` of name "ThimbleError". */
export interface ThimbleError extends Error {
  code:
    | "photo-size" | "photo-too-small" | "photo-transparent" | "photo-downscaled" | "photo-box" | "photo-edit"
    | "inputs-length"
    | "unknown-backend" | "unknown-network" | "weights" | "weights-missing"
    | "no-int8" | "no-webgpu"
    | "no-adapter" | "webgpu-busy" | "device-lost" | "bad-logits" | "internal";
}

/** The backend of a classifier: the CPU kernels in 32-bit floats or int8, or one of burn's devices. */
export type Backend = "cpu" | "cpu-int8" | "webgpu" | "ndarray";
"#;

/// A classified photo or Fashion-MNIST image: its garments, and the label of the first.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct Prediction {
    /// The garments, at most six, the largest first. Empty if none was found; one for a photo with a box, for an image in
    /// Fashion-MNIST's format, and without networks for photos.
    pub garments: Vec<Garment>,
    /// Label of the first garment; null if none was found.
    pub label: Option<&'static str>,
    /// Its index, 0 to 9; null if none was found.
    pub index: Option<usize>,
    /// Its confidence.
    pub confidence: Option<f64>,
    /// Whether its confidence is high enough; false if none was found.
    pub confident: Option<bool>,
    /// Why it may be misclassified, or "nothing-found".
    pub issue: Option<PhotoIssue>,
    /// Time that each step took.
    pub milliseconds: Milliseconds,
}

impl Prediction {
    /// Summarizes garments.
    pub(crate) fn new(garments: Vec<PredictedGarment>, milliseconds: Milliseconds) -> Self {
        let garments: Vec<Garment> = garments.into_iter().map(Garment::from).collect();
        let first = garments.first();
        Self {
            label: first.map(|garment| garment.label),
            index: first.map(|garment| garment.index),
            confidence: first.and_then(|garment| garment.confidence),
            confident: first.map_or(Some(false), |garment| garment.confident),
            issue: first.map_or(Some(PhotoIssue::NothingFound), |garment| garment.issue),
            garments,
            milliseconds,
        }
    }
}

/// A classified garment of a photo, or an image in Fashion-MNIST's format.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct Garment {
    /// Name of the most likely class.
    pub label: &'static str,
    /// Its index, 0 to 9.
    pub index: usize,
    /// Probabilities of the ten classes, in the order of `Info.labels`; they sum to 1.
    pub probabilities: Vec<f32>,
    /// What the network saw.
    pub input: NetworkInput,
    /// The upright rectangle around `box`, in whole pixels of the rotated photo.
    pub crop: Crop,
    /// The garment's box, in pixels of the rotated photo: the user's, or the one that was found.
    #[serde(rename = "box")]
    pub rotated_box: RotatedBox,
    /// The garment's outline: closed polygons of alternating x and y, in pixels of the rotated photo. Empty
    /// for images in Fashion-MNIST's format.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Float32Array[]")]
    pub outline: Array,
    /// Whether the greys were inverted, dark to light; false with networks for photos, which see colours.
    pub inverted: bool,
    /// Probability that the label is correct, given that the photo may show none of the ten classes; null for
    /// images in Fashion-MNIST's format, and without networks for photos.
    pub confidence: Option<f64>,
    /// Whether the confidence is high enough to show the label without a caveat; null if `confidence` is.
    pub confident: Option<bool>,
    /// Whether someone wears the garment, as far as skin and hair tell; null for images in Fashion-MNIST's format, and
    /// without networks for photos.
    pub worn: Option<bool>,
    /// How well the garment was segmented; null for images in Fashion-MNIST's format.
    pub quality: Option<Quality>,
    /// Why the garment may be misclassified; null if nothing indicates it.
    pub issue: Option<PhotoIssue>,
}

impl From<PredictedGarment> for Garment {
    fn from(garment: PredictedGarment) -> Self {
        let index = garment.class();
        Self {
            label: LABELS[index],
            index,
            probabilities: garment.probabilities.to_vec(),
            crop: garment.crop,
            rotated_box: garment.rotated_box,
            outline: polygons_to_js(&garment.outline),
            inverted: garment.inverted,
            confidence: garment.prediction.map(|prediction| prediction.confidence),
            confident: garment.prediction.map(|prediction| prediction.is_confident),
            worn: garment.worn,
            quality: garment.quality,
            issue: garment.issue(),
            input: NetworkInput {
                side: garment.input.side,
                channels: garment.input.channels,
                values: garment.input.values,
            },
        }
    }
}

/// The image that a network saw.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct NetworkInput {
    /// Width and height in pixels: 28 for images in Fashion-MNIST's format, else 64.
    pub side: usize,
    /// 1 for grey, light on dark; 3 for red, green and blue.
    pub channels: usize,
    /// The values of each pixel, row by row, 0 to 255.
    #[serde(serialize_with = "as_bytes")]
    #[tsify(type = "Uint8Array")]
    pub values: Vec<u8>,
}

/// Serializes as bytes, which serde-wasm-bindgen turns into a `Uint8Array`; a sequence would become a slower
/// array.
fn as_bytes<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// What the prediction of a garment on a photo depends on, by the network for garments in one view. Its probabilities are
/// not calibrated.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The square that the network saw, in pixels of the rotated photo.
    pub view: RotatedBox,
    /// Places along each side of the map, 12.
    pub places: usize,
    /// Probabilities of the ten classes and, last, of none of them.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Float32Array")]
    pub whole: Float32Array,
    /// The same with a patch over each place of the view, row by row: `places * places * 11` values.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Float32Array")]
    pub occluded: Float32Array,
    /// What the first convolutions put out for the view; empty on burn's devices.
    pub layers: Vec<FeatureMaps>,
    /// Time that each step took.
    pub milliseconds: Milliseconds,
}

/// The feature maps of a convolution.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FeatureMaps {
    /// Width and height of each map, in pixels.
    pub side: usize,
    /// Number of maps.
    pub channels: usize,
    /// The values of each map, row by row, map after map, from 0 to its largest value as 0 to 255.
    #[serde(serialize_with = "as_bytes")]
    #[tsify(type = "Uint8Array")]
    pub values: Vec<u8>,
}

impl From<&Activations> for FeatureMaps {
    fn from(Activations { channels, values }: &Activations) -> Self {
        let pixels = values.len() / (*channels).max(1);
        let maps = (0..*channels).flat_map(|channel| {
            let map = move || values.iter().copied().skip(channel).step_by(*channels);
            let scale = 255.0 / map().fold(f32::MIN_POSITIVE, f32::max);
            map().map(move |value| (value * scale).round() as u8)
        });
        Self {
            side: pixels.isqrt(),
            channels: *channels,
            values: maps.collect(),
        }
    }
}

/// Milliseconds of each step, at the resolution of the browser's clock.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Milliseconds {
    /// Preparing the network's inputs from the photo's pixels.
    pub prepare: f64,
    /// The network's forward pass.
    pub inference: f64,
    /// Copying the logits from the device; 0 for photos, where `inference` has it.
    pub read_back: f64,
}

/// A photo at its working size, a plain object that can be kept and posted: the result of
/// `PhotoDownscaler.finish`.
#[derive(Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct DownscaledPhoto {
    /// Width of the original photo, in pixels.
    pub width: f64,
    /// Height of the original photo, in pixels.
    pub height: f64,
    /// Width of the planes, at most 256 pixels.
    pub columns: f64,
    /// Height of the planes, at most 256 pixels.
    pub rows: f64,
    /// The red, green and blue planes, 0 to 255, each row by row.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Float32Array")]
    pub planes: Float32Array,
}

/// A user's corrections to how a photo is prepared. Omitted and null fields correct nothing.
#[derive(Default, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", default)]
pub struct PhotoEdit {
    /// Quarter turns of the photo, clockwise, before anything else.
    #[tsify(optional, type = "number | null")]
    pub quarter_turns: Option<f64>,
    /// The box that holds the garment, in pixels of the rotated photo; everything outside is background.
    /// "whole" is a box around the whole photo.
    #[serde(rename = "box", with = "serde_wasm_bindgen::preserve")]
    #[tsify(optional, type = "RotatedBox | \"whole\" | null")]
    pub region: JsValue,
    /// Whether to invert the greys, so that dark garments become light; no effect on photos where there are networks
    /// for them.
    #[tsify(optional, type = "boolean | null")]
    pub invert: Option<bool>,
}

/// A network and the figures of its model card.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct NetworkInfo {
    /// The network's name.
    pub name: &'static str,
    /// Number of trained values, biases included.
    pub parameters: f64,
    /// Multiply-accumulates for one input.
    pub macs: f64,
    /// Share of the 10,000 test images that it classifies correctly, 0 to 1.
    pub test_accuracy: f64,
    /// The same in int8, on "cpu-int8"; null if quantization changes too many predictions or was not
    /// evaluated.
    pub test_accuracy_int8: Option<f64>,
    /// Whether "cpu-int8" classifies photos in int8 too, rather than in 32-bit floats.
    pub photos_int8: bool,
    /// Whether the package contains its weights; otherwise they are in the file NAME.bpk.
    pub embedded: bool,
    /// Whether networks for photos come with it, so that photos need none of its own weights.
    pub classifies_photos: bool,
}

impl NetworkInfo {
    /// Describes a shipped network.
    pub(crate) fn of(shipped: &ShippedNetwork) -> Self {
        let photos = ShippedPhotoNetworks::beside(shipped.name);
        Self {
            name: shipped.name.as_str(),
            parameters: shipped.parameters as f64,
            macs: shipped.macs as f64,
            test_accuracy: shipped.test_accuracy,
            test_accuracy_int8: shipped.test_accuracy_int8,
            photos_int8: match &photos {
                Some(photos) => photos.has_int8(),
                None => shipped.test_accuracy_int8.is_some(),
            },
            embedded: shipped.is_embedded(),
            classifies_photos: photos.is_some(),
        }
    }
}

/// A classifier's network, backend and versions.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct Info {
    /// The backend.
    #[tsify(type = "Backend")]
    pub backend: &'static str,
    /// The graphics adapter's name; null on the CPU.
    pub adapter: Option<String>,
    /// The network.
    pub network: NetworkInfo,
    /// Names of the ten classes, in the order of their indices.
    #[tsify(type = "string[]")]
    pub labels: &'static [&'static str],
    /// Versions of the packages.
    pub versions: Versions,
    /// Whether the package was built with WebAssembly SIMD.
    pub simd: bool,
}

/// Versions of the packages.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Versions {
    /// Version of Thimble.
    pub thimble: &'static str,
    /// Version of burn, which trained the networks.
    pub burn: &'static str,
}
