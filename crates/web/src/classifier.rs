//! The class that every package exports.

use js_sys::Float32Array;
use thimble::garments::{GarmentEvidence, Observation};
use thimble::labels::{CLASSES, LABELS};
use thimble::network::{
    INPUT_VALUES, Logits, Model, NetworkName, ShippedNetwork, ShippedPhotoNetwork, UnknownNetwork,
    grey_values,
};
use thimble::photo::{PreparedPhoto, prepare, prepare_downscaled};
use thimble::prediction::{PhotoCalibration, most_likely, softmax};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::backend::{self, Backend};
use super::clock::Clock;
use super::downscaler;
use super::error::WebError;
use super::lazy_model::LazyModel;
use super::to_js;
use super::types::{Info, Milliseconds, NetworkInfo, Prediction, Versions};

/// Lists the networks that a classifier can be created with, the default one first. Needs no device.
///
/// # Errors
/// A `ThimbleError`: `internal`.
#[wasm_bindgen(unchecked_return_type = "NetworkInfo[]")]
pub fn networks() -> Result<JsValue, WebError> {
    let offered = ShippedNetwork::all()
        .iter()
        .filter(|shipped| is_offered(shipped));
    to_js(&offered.map(NetworkInfo::of).collect::<Vec<_>>())
}

/// Returns whether a network is offered: teachers only train other networks.
fn is_offered(shipped: &ShippedNetwork) -> bool {
    !shipped.name.spec().is_teacher
}

/// A network loaded on a backend.
#[wasm_bindgen]
pub struct Classifier {
    backend_name: &'static str,
    backend: Box<dyn Backend>,
    network: LazyModel,
    photos: Option<PhotoClassifier>,
    clock: Clock,
}

/// The network for photos with its calibration.
struct PhotoClassifier {
    model: Box<dyn Model>,
    calibration: PhotoCalibration,
}

#[wasm_bindgen]
impl Classifier {
    /// Opens `backend` and loads `network`, or the default one.
    ///
    /// `weights` are the bytes of NAME.bpk. `networks` tells which networks are `embedded` in the package,
    /// and which come with a network for photos (`classifiesPhotos`), as the default one does. With such a
    /// network, photos need no weights; images in Fashion-MNIST's format, `logits` and `repeat` fail with
    /// `weights-missing` until the weights are passed, here or to `addWeights`.
    ///
    /// A page or worker can create only one WebGPU classifier.
    ///
    /// # Errors
    /// A `ThimbleError`: `unknown-backend`, `unknown-network`, `weights-missing`, `weights`, `no-int8`,
    /// `no-webgpu`, `no-adapter`, `webgpu-busy`.
    pub async fn create(
        backend: String,
        #[wasm_bindgen(unchecked_optional_param_type = "string | null")] network: Option<String>,
        #[wasm_bindgen(unchecked_optional_param_type = "Uint8Array | null")] weights: JsValue,
    ) -> Result<Classifier, WebError> {
        let name = match network {
            Some(name) => name.parse()?,
            None => NetworkName::default(),
        };
        let shipped = ShippedNetwork::find(name)?;
        if !is_offered(shipped) {
            return Err(UnknownNetwork {
                name: name.as_str().to_owned(),
            }
            .into());
        }
        let photos = ShippedPhotoNetwork::beside(name);
        // Checked before the device is opened: a page can open only one, and an invalid call must not use it.
        let kind = backend::find(&backend)?;
        kind.check(shipped)?;
        let network = LazyModel::new(shipped, weights, photos.is_some())?;
        let backend = kind.open().await?;
        // Only what the first photo needs is loaded now.
        let photos = match photos {
            Some(photos) => Some(PhotoClassifier {
                calibration: PhotoCalibration::of(&photos),
                model: backend.load_for_photos(photos.weights)?,
            }),
            None => {
                network.model(backend.as_ref())?;
                None
            }
        };
        Ok(Self {
            backend_name: kind.name(),
            backend,
            network,
            photos,
            clock: Clock::new(),
        })
    }

    /// Adds the network's weights, the bytes of NAME.bpk, to a classifier that was created without them. Has
    /// no effect if it has them already.
    ///
    /// # Errors
    /// A `ThimbleError`: `weights` if they are not this network's.
    #[wasm_bindgen(js_name = addWeights)]
    pub fn add_weights(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] weights: JsValue,
    ) -> Result<(), WebError> {
        self.network.add_weights(weights)
    }

    /// Classifies a photo of straight (not premultiplied) RGBA, row by row.
    ///
    /// # Errors
    /// A `ThimbleError`: `photo-size`, `photo-too-small`, `photo-transparent`, `weights-missing` for an image
    /// in Fashion-MNIST's format, `device-lost`, `bad-logits`.
    #[wasm_bindgen(unchecked_return_type = "Prediction")]
    pub async fn classify(
        &self,
        rgba: Vec<u8>,
        width: u32,
        height: u32,
    ) -> Result<JsValue, WebError> {
        let started = self.clock.now();
        let prepared = prepare(&rgba, width as usize, height as usize)?;
        drop(rgba);
        self.predict(prepared, started).await
    }

    /// Classifies a photo that a `PhotoDownscaler` has downscaled, with a user's edit. Without one, the
    /// prediction is exactly that of `classify`.
    ///
    /// # Errors
    /// A `ThimbleError`: `photo-size`, `photo-downscaled`, `photo-box`, `photo-edit`, `weights-missing` for
    /// an image in Fashion-MNIST's format, `device-lost`, `bad-logits`.
    #[wasm_bindgen(js_name = classifyDownscaled, unchecked_return_type = "Prediction")]
    pub async fn classify_downscaled(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DownscaledPhoto")] photo: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "PhotoEdit | null")] edit: JsValue,
    ) -> Result<JsValue, WebError> {
        let started = self.clock.now();
        let photo = downscaler::from_js(photo)?;
        let prepared = prepare_downscaled(&photo, &downscaler::edit_from_js(edit)?)?;
        drop(photo);
        self.predict(prepared, started).await
    }

    /// Returns the raw logits `[n, 10]`, row by row, for `n` inputs of 784 bytes each, light on dark.
    ///
    /// # Errors
    /// A `ThimbleError`: `inputs-length`, `weights-missing`, `device-lost`, `bad-logits`.
    pub async fn logits(&self, inputs: Vec<u8>) -> Result<Float32Array, WebError> {
        check_inputs(&inputs)?;
        let model = self.network.model(self.backend.as_ref())?;
        let logits = read_back(&model.run(&grey_values(&inputs))).await?;
        Ok(Float32Array::from(logits.as_slice()))
    }

    /// Runs the network `repetitions` times on the same inputs and reads back each result before the next
    /// run. Times runs that are shorter than the clock's resolution.
    ///
    /// # Errors
    /// A `ThimbleError`: `inputs-length`, `weights-missing`, `device-lost`, `bad-logits`.
    pub async fn repeat(&self, inputs: Vec<u8>, repetitions: u32) -> Result<(), WebError> {
        check_inputs(&inputs)?;
        let model = self.network.model(self.backend.as_ref())?;
        for _ in 0..repetitions {
            read_back(&model.run(&grey_values(&inputs))).await?;
        }
        Ok(())
    }

    /// Describes this classifier: its network, backend and versions.
    ///
    /// # Errors
    /// A `ThimbleError`: `internal`.
    #[wasm_bindgen(unchecked_return_type = "Info")]
    pub fn info(&self) -> Result<JsValue, WebError> {
        to_js(&Info {
            backend: self.backend_name,
            adapter: self.backend.adapter(),
            network: NetworkInfo::of(self.network.shipped()),
            labels: &LABELS,
            versions: Versions {
                thimble: env!("CARGO_PKG_VERSION"),
                burn: thimble::BURN_VERSION,
            },
            simd: cfg!(target_feature = "simd128"),
        })
    }
}

impl Classifier {
    /// Predicts the class of a prepared photo, whose preparation began at `started`, in milliseconds of the
    /// clock.
    async fn predict(&self, prepared: PreparedPhoto, started: f64) -> Result<JsValue, WebError> {
        let ready = self.clock.now();
        let photo = self.photos.as_ref().zip(prepared.segmentation.as_ref());
        let (model, inputs) = match photo {
            Some((photos, _)) => (photos.model.as_ref(), prepared.tta_inputs()),
            None => (
                self.network.model(self.backend.as_ref())?,
                prepared.input.to_vec(),
            ),
        };
        let logits = model.run(&grey_values(&inputs));
        // So far a GPU has only received its commands. The first read waits for the computation; a second
        // read of the same result takes only as long as the copy.
        read_back(&logits).await?;
        let computed = self.clock.now();
        let values = read_back(&logits).await?;
        let done = self.clock.now();
        let (rows, _) = values.as_chunks::<CLASSES>();
        let row = rows
            .first()
            .ok_or_else(|| WebError::lost("it returned no logits"))?;
        let read_back = done - computed;
        let photo_prediction = photo.map(|(photos, segmentation)| {
            photos.calibration.predict(&Observation {
                views: rows.to_vec(),
                evidence: GarmentEvidence::of_quality(segmentation.quality),
            })
        });
        let probabilities =
            photo_prediction.map_or_else(|| softmax(row), |prediction| prediction.probabilities);
        let index = most_likely(&probabilities);
        let quality = prepared
            .segmentation
            .as_ref()
            .map(|segmentation| segmentation.quality);
        to_js(&Prediction {
            label: LABELS[index],
            index,
            probabilities: probabilities.to_vec(),
            input: prepared.input.to_vec(),
            crop: prepared.crop,
            rotated_box: prepared.rotated_box,
            outline: downscaler::polygons_to_js(&prepared.outline()),
            inverted: prepared.inverted,
            confidence: photo_prediction.map(|prediction| prediction.confidence),
            confident: photo_prediction.map(|prediction| prediction.is_confident),
            issue: quality.and_then(|quality| quality.issue()),
            quality,
            milliseconds: Milliseconds {
                prepare: ready - started,
                inference: (computed - ready - read_back).max(0.0),
                read_back,
            },
        })
    }
}

/// Checks that the bytes are one or more whole inputs.
fn check_inputs(inputs: &[u8]) -> Result<(), WebError> {
    match inputs.len() {
        found if found == 0 || found % INPUT_VALUES != 0 => Err(WebError::InputsLength { found }),
        _ => Ok(()),
    }
}

/// Waits for the logits, copies them and checks that they are finite.
async fn read_back(logits: &Logits) -> Result<Vec<f32>, WebError> {
    let values = logits.read().await.map_err(WebError::lost)?;
    match values.iter().all(|value| value.is_finite()) {
        true => Ok(values),
        false => Err(WebError::BadLogits),
    }
}
