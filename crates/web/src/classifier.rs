//! The class that every package exports.

use js_sys::Float32Array;
use thimble::garments::{ClassifyError, PLACES, PhotoClassifier, PredictedGarment};
use thimble::labels::{CLASSES, LABELS};
use thimble::network::{
    INPUT_VALUES, Logits, NetworkName, ShippedNetwork, ShippedPhotoNetworks, UnknownNetwork,
    grey_values,
};
use thimble::photo::{Downscaled, PhotoEdit, PreparedPhoto, prepare_downscaled};
use thimble::prediction::PhotoCalibration;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::backend::{self, Backend};
use super::clock::Clock;
use super::downscaler;
use super::error::WebError;
use super::lazy_model::LazyModel;
use super::to_js;
use super::types::{
    Explanation, FeatureMaps, Info, Milliseconds, NetworkInfo, Prediction, Versions,
};

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
    /// The networks for photos with their calibration.
    photos: Option<(PhotoClassifier, PhotoCalibration)>,
    clock: Clock,
}

#[wasm_bindgen]
impl Classifier {
    /// Opens `backend` and loads `network`, or the default one.
    ///
    /// `weights` are the bytes of NAME.bpk. `networks` tells which networks are `embedded` in the package,
    /// and which come with networks for photos (`classifiesPhotos`), as the default one does. With such a
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
        let photos = ShippedPhotoNetworks::beside(name);
        // Checked before the device is opened: a page can open only one, and an invalid call must not use it.
        let kind = backend::find(&backend)?;
        kind.check(shipped)?;
        let network = LazyModel::new(shipped, weights, photos.is_some())?;
        let backend = kind.open().await?;
        // Only what the first photo needs is loaded now.
        let photos = match photos {
            Some(photos) => {
                let calibration = PhotoCalibration::of(&photos);
                let classifier = PhotoClassifier {
                    levels: photos.levels,
                    segmentation: backend.load_for_photos(photos.segmentation)?,
                    garments: backend.load_for_photos(photos.garments)?,
                    crops: backend.load_for_photos(photos.crops)?,
                };
                Some((classifier, calibration))
            }
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
        let photo = Downscaled::of_rgba(&rgba, width as usize, height as usize)?;
        drop(rgba);
        self.predict(&photo, &PhotoEdit::default(), started).await
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
        let edit = downscaler::edit_from_js(edit)?;
        self.predict(&photo, &edit, started).await
    }

    /// Explains the prediction of a garment on a photo, by its place in `Prediction.garments` for the same edit: runs the
    /// network with a patch over each place, which takes as long as some ten photos. Returns null for an image in
    /// Fashion-MNIST's format, without networks for photos, and where there is no such garment.
    ///
    /// # Errors
    /// A `ThimbleError`: `photo-size`, `photo-downscaled`, `photo-box`, `photo-edit`, `device-lost`, `bad-logits`.
    #[wasm_bindgen(unchecked_return_type = "Explanation | null")]
    pub async fn explain(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DownscaledPhoto")] photo: JsValue,
        #[wasm_bindgen(unchecked_param_type = "PhotoEdit | null")] edit: JsValue,
        garment: u32,
    ) -> Result<JsValue, WebError> {
        let started = self.clock.now();
        let photo = downscaler::from_js(photo)?;
        let edit = downscaler::edit_from_js(edit)?;
        let Some((classifier, _)) = &self.photos else {
            return Ok(JsValue::NULL);
        };
        if photo.is_fashion_mnist_image(&edit) {
            return Ok(JsValue::NULL);
        }
        let downscaled = self.clock.now() - started;
        let clock = || self.clock.now();
        let explained = classifier.explain(&photo, &edit, garment as usize, &clock);
        match explained.await.map_err(classify_error)? {
            Some(explanation) => to_js(&Explanation {
                view: explanation.view,
                places: PLACES,
                whole: Float32Array::from(explanation.whole.as_slice()),
                occluded: Float32Array::from(explanation.occluded.as_flattened()),
                layers: explanation.layers.iter().map(FeatureMaps::from).collect(),
                milliseconds: Milliseconds {
                    prepare: downscaled + explanation.prepare,
                    inference: explanation.inference,
                    read_back: 0.0,
                },
            }),
            None => Ok(JsValue::NULL),
        }
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

    /// Runs the networks for photos `repetitions` times, as for a photo of one garment, for timing; without networks for
    /// photos, the network itself on one input.
    ///
    /// # Errors
    /// A `ThimbleError`: `weights-missing`, `device-lost`, `bad-logits`.
    #[wasm_bindgen(js_name = repeatPhoto)]
    pub async fn repeat_photo(&self, repetitions: u32) -> Result<(), WebError> {
        match &self.photos {
            Some((classifier, _)) => {
                for _ in 0..repetitions {
                    classifier.reference().await.map_err(classify_error)?;
                }
                Ok(())
            }
            None => self.repeat(vec![0; INPUT_VALUES], repetitions).await,
        }
    }

    /// Returns what the networks for photos say of made-up inputs, to compare backends; empty without such networks.
    ///
    /// # Errors
    /// A `ThimbleError`: `device-lost`, `bad-logits`.
    #[wasm_bindgen(js_name = photoReference)]
    pub async fn photo_reference(&self) -> Result<Float32Array, WebError> {
        let logits = match &self.photos {
            Some((classifier, _)) => classifier.reference().await.map_err(classify_error)?,
            None => Vec::new(),
        };
        Ok(Float32Array::from(logits.as_slice()))
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
    /// Classifies a photo, whose preparation began at `started`, in milliseconds of the clock.
    async fn predict(
        &self,
        photo: &Downscaled,
        edit: &PhotoEdit,
        started: f64,
    ) -> Result<JsValue, WebError> {
        match &self.photos {
            Some((classifier, calibration)) if !photo.is_fashion_mnist_image(edit) => {
                let downscaled = self.clock.now() - started;
                let clock = || self.clock.now();
                let classified = classifier.classify(photo, edit, &clock).await;
                let classified = classified.map_err(classify_error)?;
                let size = photo.rotated_size(edit.quarter_turns);
                let garment = |garment| PredictedGarment::of_photo(garment, calibration, size);
                to_js(&Prediction::new(
                    classified.garments.iter().map(garment).collect(),
                    Milliseconds {
                        prepare: downscaled + classified.prepare,
                        inference: classified.inference,
                        read_back: 0.0,
                    },
                ))
            }
            _ => {
                let prepared = prepare_downscaled(photo, edit)?;
                to_js(&self.predict_image(prepared, started).await?)
            }
        }
    }

    /// Predicts the class of an image in Fashion-MNIST's format, or of a photo prepared to look like one.
    async fn predict_image(
        &self,
        prepared: PreparedPhoto,
        started: f64,
    ) -> Result<Prediction, WebError> {
        let ready = self.clock.now();
        let model = self.network.model(self.backend.as_ref())?;
        let logits = model.run(&grey_values(&prepared.input));
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
        let garment = PredictedGarment::of_image(&prepared, row);
        Ok(Prediction::new(
            vec![garment],
            Milliseconds {
                prepare: ready - started,
                inference: (computed - ready - read_back).max(0.0),
                read_back,
            },
        ))
    }
}

fn classify_error(error: ClassifyError) -> WebError {
    match error {
        ClassifyError::Photo(error) => error.into(),
        ClassifyError::Device(error) => WebError::lost(error),
        ClassifyError::NotFinite => WebError::BadLogits,
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
