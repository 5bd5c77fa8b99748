//! The types of the JavaScript API, from which `thimble.d.ts` is generated.

use js_sys::{Array, Float32Array};
use serde::{Deserialize, Serialize};
use thimble::network::{ShippedNetwork, ShippedPhotoNetwork};
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

/** What a classifier runs on: the CPU kernels in 32-bit floats or int8, or one of burn's devices. */
export type Backend = "cpu" | "cpu-int8" | "webgpu" | "ndarray";
"#;

/// What is on a photo.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct Prediction {
    /// Name of the most likely class.
    pub label: &'static str,
    /// Its index, 0 to 9.
    pub index: usize,
    /// Probabilities of the ten classes; they sum to 1.
    pub probabilities: Vec<f32>,
    /// The network's input: 28x28 grey values row by row, light on dark.
    #[serde(serialize_with = "as_bytes")]
    #[tsify(type = "Uint8Array")]
    pub input: Vec<u8>,
    /// The part of the photo that the input shows.
    pub crop: Crop,
    /// The box whose longer side becomes the input's side; `crop` is the upright rectangle around it in whole pixels.
    #[serde(rename = "box")]
    pub rotated_box: RotatedBox,
    /// The garment's outline on the photo: closed lines, each as x and y in turn, in the photo's pixels. Empty for
    /// images in Fashion-MNIST's format.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Float32Array[]")]
    pub outline: Array,
    /// Whether the photo was dark on light and was inverted.
    pub inverted: bool,
    /// The probability that the label is right, where the photo may show none of the ten classes; null for images in
    /// Fashion-MNIST's format, and where there is no network for photos.
    pub confidence: Option<f64>,
    /// Whether the confidence is high enough to show the label without a caveat.
    pub confident: Option<bool>,
    /// How well the garment was segmented; null for images in Fashion-MNIST's format.
    pub quality: Option<Quality>,
    /// What may keep the garment from being recognised.
    pub issue: Option<PhotoIssue>,
    /// How long the steps took.
    pub milliseconds: Milliseconds,
}

/// serde-wasm-bindgen makes a `Uint8Array` of bytes, and a slower plain array of a sequence.
fn as_bytes<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// Milliseconds of each step, at the resolution of the browser's clock.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Milliseconds {
    /// From pixels to the network's inputs.
    pub prepare: f64,
    /// The network's forward pass.
    pub inference: f64,
    /// Copying the logits from the device.
    pub read_back: f64,
}

/// A photo at its working size, a plain object that can be kept and posted: the result of `PhotoDownscaler.finish`.
#[derive(Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct DownscaledPhoto {
    /// Width of the photo itself, in pixels.
    pub width: f64,
    /// Height of the photo itself, in pixels.
    pub height: f64,
    /// Width at the working size, at most 256 pixels.
    pub columns: f64,
    /// Height at the working size, at most 256 pixels.
    pub rows: f64,
    /// The red, green and blue planes, 0 to 255, each row by row.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    #[tsify(type = "Float32Array")]
    pub planes: Float32Array,
}

/// A person's corrections to a photo; what is left out or null is found automatically.
#[derive(Default, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", default)]
pub struct PhotoEdit {
    /// Quarter turns of the photo, clockwise, before anything else.
    #[tsify(optional, type = "number | null")]
    pub quarter_turns: Option<f64>,
    /// The box that the garment is in, on the rotated photo: everything outside is background. "whole" stands for
    /// the whole photo.
    #[serde(rename = "box", with = "serde_wasm_bindgen::preserve")]
    #[tsify(optional, type = "RotatedBox | \"whole\" | null")]
    pub region: JsValue,
    /// Whether dark becomes light.
    #[tsify(optional, type = "boolean | null")]
    pub invert: Option<bool>,
}

/// The facts of a network.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct NetworkInfo {
    /// The network's name.
    pub name: &'static str,
    /// Trained values, biases included.
    pub parameters: f64,
    /// Multiply-accumulates of one input.
    pub macs: f64,
    /// Share of the 10,000 test images that it classifies correctly, 0 to 1.
    pub test_accuracy: f64,
    /// The same in int8, on "cpu-int8"; null where quantization changes too many predictions.
    pub test_accuracy_int8: Option<f64>,
    /// Whether "cpu-int8" runs photos in int8 too, and not in 32-bit floats.
    pub photos_int8: bool,
    /// Whether its weights are in the package; otherwise they are the file NAME.bpk.
    pub embedded: bool,
    /// Whether the package has a network for photos beside it, and so classifies photos without its weights.
    pub classifies_photos: bool,
}

impl NetworkInfo {
    pub(crate) fn of(shipped: &ShippedNetwork) -> Self {
        let photos = ShippedPhotoNetwork::beside(shipped.name);
        Self {
            name: shipped.name.as_str(),
            parameters: shipped.parameters as f64,
            macs: shipped.macs as f64,
            test_accuracy: shipped.test_accuracy,
            test_accuracy_int8: shipped.test_accuracy_int8,
            photos_int8: match &photos {
                Some(photos) => photos.weights.has_int8(),
                None => shipped.test_accuracy_int8.is_some(),
            },
            embedded: shipped.is_embedded(),
            classifies_photos: photos.is_some(),
        }
    }
}

/// What a classifier is and runs on.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct Info {
    /// What it runs on.
    #[tsify(type = "Backend")]
    pub backend: &'static str,
    /// The graphics adapter's name; null on the CPU.
    pub adapter: Option<String>,
    /// The network.
    pub network: NetworkInfo,
    /// The ten classes in the order of their indices.
    #[tsify(type = "string[]")]
    pub labels: &'static [&'static str],
    /// Versions of the packages.
    pub versions: Versions,
    /// Whether the package was built for the processor's vector instructions.
    pub simd: bool,
}

/// Versions of the packages.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Versions {
    /// Thimble's.
    pub thimble: &'static str,
    /// That of burn, with which the networks were trained.
    pub burn: &'static str,
}
