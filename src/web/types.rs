//! What the API gives to JavaScript. The TypeScript text and the structs say the same.

use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::evaluate::PhotoCalibration;
use crate::network::{Shipped, photo_weights};
use crate::photo::{Crop, Frame, Quality, Trouble};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What a classifier runs on: the project's kernels, in floats or in 8-bit integers, or one of burn's devices. */
export type Backend = "cpu" | "cpu-int8" | "webgpu" | "ndarray";

/** A rectangle in a photo, in its pixels. */
export interface Crop { x: number; y: number; width: number; height: number }

/** A rectangle of any angle in a photo: its middle and its sides in the photo's pixels, its angle in degrees, clockwise. */
export interface Frame { cx: number; cy: number; width: number; height: number; angle: number }

/** A photo at its working size, a plain object to be kept and sent about: what `PhotoReducer.finish` gives. */
export interface ReducedPhoto {
  /** Pixels of the photo itself. */
  width: number;
  height: number;
  /** Pixels at the working size, at most 256 each. */
  columns: number;
  rows: number;
  /** Red, then green, then blue, 0 to 255, each row by row. */
  planes: Float32Array;
}

/** What a person says of a photo; all that is left out or null is found out. */
export interface Adjustment {
  /** Quarter turns of the photo, clockwise, before anything else. */
  turns?: number | null;
  /** The box that the garment is in, on the turned photo: all outside is background. "whole" for the whole photo. */
  frame?: Frame | "whole" | null;
  /** Whether dark becomes light. */
  negate?: boolean | null;
}

/** Signs of how well the garment was found on a photo. */
export interface Quality {
  /** How plainly the photo's pixels are garment or not, 0 to 1. */
  certainty: number;
  /** The garment's share of the photo, 0 to 1. */
  area: number;
  /** The share of the photo's edge that the garment touches, 0 to 1. */
  edge: number;
  /** Connected parts of the garment. */
  parts: number;
  /** How far its colours are from the background's, in nats a pixel, 0 to 12. */
  contrast: number;
  /** The photo's mean grey, 0 to 1. */
  light: number;
}

/** Milliseconds of each step, as finely as the browser's clock ticks. */
export interface Milliseconds { prepare: number; inference: number; readBack: number }

/** What `Classifier.classify` gives. */
export interface Classification {
  /** The most likely class's name. */
  label: string;
  /** Its number, 0 to 9. */
  index: number;
  /** Probabilities of the ten classes; they sum to 1. */
  probabilities: number[];
  /** What the network saw: 28x28 grey values row by row, light on dark. */
  picture: Uint8Array;
  /** The part of the photo that the picture shows. */
  crop: Crop;
  /** The box whose longer side is the picture's; `crop` is the upright rectangle around it, in whole pixels. */
  frame: Frame;
  /** The garment's outline on the photo: closed lines, each as x and y in turn in the photo's pixels. Empty for
   * pictures of the data set's form. */
  outline: Float32Array[];
  /** Whether the photo was dark on light, and so was negated. */
  inverted: boolean;
  /** The probability that the label is right, where the photo may show none of the ten classes; null for
   * pictures of the data set's form, and where there is no network for photos. */
  sureness: number | null;
  /** Whether that is enough for a plain answer. */
  sure: boolean | null;
  /** How well the garment was found; null for pictures of the data set's form. */
  quality: Quality | null;
  /** What may have kept the garment from being seen well. */
  trouble: "nothing-found" | "too-dark" | "cut-off" | "too-small" | "several-parts" | "busy-background" | null;
  milliseconds: Milliseconds;
}

/** The facts of a network. */
export interface NetworkInfo {
  name: string;
  parameters: number;
  /** Multiply-accumulates for one picture. */
  macs: number;
  /** Share of the 10,000 test images that it gets right, 0 to 1. */
  testAccuracy: number;
  /** The same in 8-bit integers, by "cpu-int8"; null where its answers would too often be others. */
  testAccuracyInIntegers: number | null;
  /** Whether "cpu-int8" answers photos in integers too, and not in floats. */
  photosInIntegers: boolean;
  /** Whether its weights are in the package; otherwise they are the file NAME.bpk. */
  embedded: boolean;
  /** Whether the package has a network for photos beside it, and so answers photos without its weights. */
  photos: boolean;
}

/** What `Classifier.info` gives. */
export interface Info {
  backend: Backend;
  /** The graphics adapter's name; null on the CPU. */
  adapter: string | null;
  network: NetworkInfo;
  /** The ten classes in the order of their numbers. */
  labels: string[];
  versions: { thimble: string; burn: string };
  /** Whether the package was built for the processor's vector instructions. */
  simd: boolean;
}

/** An `Error` of name "ThimbleError". */
export interface ThimbleError extends Error {
  code:
    | "photo-size" | "photo-too-small" | "photo-transparent" | "photo-reduced" | "photo-frame"
    | "adjustment" | "pictures-length"
    | "unknown-backend" | "unknown-network" | "weights" | "weights-missing"
    | "no-integers" | "no-webgpu"
    | "no-adapter" | "webgpu-busy" | "device-lost" | "bad-logits" | "internal";
}
"#;

/// See the TypeScript `Classification`, which has the outline too.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Classification {
    pub(super) label: &'static str,
    pub(super) index: usize,
    pub(super) probabilities: Vec<f32>,
    #[serde(serialize_with = "as_bytes")]
    pub(super) picture: Vec<u8>,
    pub(super) crop: Crop,
    pub(super) frame: Frame,
    pub(super) inverted: bool,
    pub(super) sureness: Option<f64>,
    pub(super) sure: Option<bool>,
    pub(super) quality: Option<Quality>,
    pub(super) trouble: Option<Trouble>,
    pub(super) milliseconds: Milliseconds,
}

/// serde-wasm-bindgen makes a `Uint8Array` of bytes, and a slow plain array of a sequence.
fn as_bytes<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// See the TypeScript `Milliseconds`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Milliseconds {
    pub(super) prepare: f64,
    pub(super) inference: f64,
    pub(super) read_back: f64,
}

/// See the TypeScript `Info`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Info {
    pub(super) backend: &'static str,
    pub(super) adapter: Option<String>,
    pub(super) network: NetworkInfo,
    pub(super) labels: &'static [&'static str],
    pub(super) versions: Versions,
    pub(super) simd: bool,
}

/// See the TypeScript `NetworkInfo`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NetworkInfo {
    name: &'static str,
    parameters: f64,
    macs: f64,
    test_accuracy: f64,
    test_accuracy_in_integers: Option<f64>,
    photos_in_integers: bool,
    embedded: bool,
    photos: bool,
}

impl NetworkInfo {
    pub(super) fn of(shipped: &Shipped) -> Self {
        Self {
            name: shipped.name.as_str(),
            parameters: shipped.parameters as f64,
            macs: shipped.macs as f64,
            test_accuracy: shipped.test_accuracy,
            test_accuracy_in_integers: shipped.test_accuracy_in_integers,
            photos_in_integers: match photo_weights(shipped.name) {
                Some(weights) => weights.have_integers(),
                None => shipped.test_accuracy_in_integers.is_some(),
            },
            embedded: shipped.is_embedded(),
            photos: PhotoCalibration::shipped(shipped.name).is_some(),
        }
    }
}

/// The versions' part of [`Info`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Versions {
    pub(super) thimble: &'static str,
    pub(super) burn: &'static str,
}
