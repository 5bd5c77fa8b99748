//! The class that both packages export.

use js_sys::Float32Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::backend::Backend;
use super::clock::Clock;
use super::error::WebError;
use super::hand_over::hand_over;
use super::network::Network;
use super::reducer;
use super::types::{Classification, Info, Milliseconds, NetworkInfo, Versions};
use crate::evaluate::{PhotoCalibration, most_likely, softmax};
use crate::labels::{CLASSES, LABELS};
use crate::network::{Engine, Logits, NetworkName, PIXELS, Shipped, grey_values};
use crate::photo::{Prepared, prepare, prepare_reduced};

/// A network on a backend.
#[wasm_bindgen]
pub struct Classifier {
    backend: Backend,
    network: Network,
    /// For photos, with what makes verdicts of its logits.
    photos: Option<(Engine, &'static PhotoCalibration)>,
    clock: Clock,
}

#[wasm_bindgen]
impl Classifier {
    /// Sets up `backend` and loads `network`, or the default one.
    ///
    /// `weights` are the bytes of NAME.bpk: `networks` says of which networks the package holds
    /// them, and for which of the others it has a network for photos, as for the default one. Such
    /// a classifier answers photos without them; pictures in the data set's own form, `logits` and
    /// `repeat` fail with `weights-missing` until it has them, from here or from `addWeights`.
    ///
    /// A page or worker can have one WebGPU classifier in its life.
    ///
    /// # Errors
    /// A `ThimbleError`: `unknown-backend`, `unknown-network`, `weights-missing`, `weights`,
    /// `no-integers`, `no-webgpu`, `no-adapter`, `webgpu-busy`.
    pub async fn create(
        backend: String,
        #[wasm_bindgen(unchecked_optional_param_type = "string | null")] network: Option<String>,
        #[wasm_bindgen(unchecked_optional_param_type = "Uint8Array | null")] weights: JsValue,
    ) -> Result<Classifier, WebError> {
        let name: NetworkName = match network {
            Some(name) => name.parse()?,
            None => NetworkName::default(),
        };
        let photos = PhotoCalibration::shipped(name);
        // Before the device: a page may have only one, which a wrong call shall not spend.
        let shipped = Shipped::find(name)?;
        Backend::check(&backend, shipped)?;
        let network = Network::new(shipped, weights, photos.is_some())?;
        let backend = Backend::open(&backend).await?;
        // What photos are judged by is made ready now, and nothing that the first one would wait for in vain.
        let photos = match photos {
            Some((weights, calibration)) => Some((backend.photo_engine(weights)?, calibration)),
            None => {
                network.engine(&backend)?;
                None
            }
        };
        Ok(Self {
            backend,
            network,
            photos,
            clock: Clock::new(),
        })
    }

    /// Hands the network's own weights in, the bytes of NAME.bpk, to a classifier that answers
    /// photos without them. They may be handed in again.
    ///
    /// # Errors
    /// A `ThimbleError`: `weights` where they are none, or not this network's.
    #[wasm_bindgen(js_name = addWeights)]
    pub fn add_weights(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] weights: JsValue,
    ) -> Result<(), WebError> {
        self.network.add(weights)
    }

    /// Says what is on a photo of straight (not premultiplied) RGBA, row by row.
    ///
    /// # Errors
    /// A `ThimbleError`: `photo-size`, `photo-too-small`, `photo-transparent`, `weights-missing` for
    /// a picture in the data set's own form, `device-lost`, `bad-logits`.
    #[wasm_bindgen(unchecked_return_type = "Classification")]
    pub async fn classify(
        &self,
        rgba: Vec<u8>,
        width: u32,
        height: u32,
    ) -> Result<JsValue, WebError> {
        let started = self.clock.now();
        let prepared = prepare(&rgba, width as usize, height as usize)?;
        drop(rgba);
        self.answer(prepared, started).await
    }

    /// Says what is on a photo that a `PhotoReducer` has reduced, as a person has adjusted it or,
    /// with nothing adjusted, exactly as `classify`.
    ///
    /// # Errors
    /// A `ThimbleError`: `photo-size`, `photo-reduced`, `photo-frame`, `adjustment`,
    /// `weights-missing` for a picture in the data set's own form, `device-lost`, `bad-logits`.
    #[wasm_bindgen(js_name = classifyReduced, unchecked_return_type = "Classification")]
    pub async fn classify_reduced(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ReducedPhoto")] photo: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Adjustment | null")] adjustment: JsValue,
    ) -> Result<JsValue, WebError> {
        let started = self.clock.now();
        let photo = reducer::reduced(&photo)?;
        let prepared = prepare_reduced(&photo, &reducer::adjustment(&adjustment)?)?;
        drop(photo);
        self.answer(prepared, started).await
    }

    /// Raw logits `[n, 10]`, row by row, for n pictures of 784 bytes, light on dark.
    ///
    /// # Errors
    /// A `ThimbleError`: `pictures-length`, `weights-missing`, `device-lost`, `bad-logits`.
    pub async fn logits(&self, pictures: Vec<u8>) -> Result<Float32Array, WebError> {
        check_pictures(&pictures)?;
        let logits = (self.network.engine(&self.backend)?).run(&grey_values(&pictures));
        Ok(Float32Array::from(read_back(&logits).await?.as_slice()))
    }

    /// Runs the network `repetitions` times on the same pictures, each run read back before the
    /// next: for timing runs that are shorter than the clock's tick.
    ///
    /// # Errors
    /// A `ThimbleError`: `pictures-length`, `weights-missing`, `device-lost`, `bad-logits`.
    pub async fn repeat(&self, pictures: Vec<u8>, repetitions: u32) -> Result<(), WebError> {
        check_pictures(&pictures)?;
        let network = self.network.engine(&self.backend)?;
        for _ in 0..repetitions {
            read_back(&network.run(&grey_values(&pictures))).await?;
        }
        Ok(())
    }

    /// What this classifier is and runs on.
    ///
    /// # Errors
    /// A `ThimbleError`: `internal`.
    #[wasm_bindgen(unchecked_return_type = "Info")]
    pub fn info(&self) -> Result<JsValue, WebError> {
        hand_over(&Info {
            backend: self.backend.name,
            adapter: self.backend.adapter.clone(),
            network: NetworkInfo::of(self.network.shipped()),
            labels: &LABELS,
            versions: Versions {
                thimble: env!("CARGO_PKG_VERSION"),
                burn: crate::BURN_VERSION,
            },
            simd: cfg!(target_feature = "simd128"),
        })
    }
}

impl Classifier {
    /// The verdict on a photo whose preparation began at `started`.
    async fn answer(&self, prepared: Prepared, started: f64) -> Result<JsValue, WebError> {
        let ready = self.clock.now();
        let of_photo = self.photos.as_ref().zip(prepared.sight.as_ref());
        let (network, pictures) = match of_photo {
            Some(((network, _), _)) => (network, prepared.looks()),
            None => (
                self.network.engine(&self.backend)?,
                prepared.picture.to_vec(),
            ),
        };
        let logits = network.run(&grey_values(&pictures));
        // A GPU is only given its commands so far. Reading the result waits for it to compute;
        // reading the same result again takes what reading alone takes.
        read_back(&logits).await?;
        let computed = self.clock.now();
        let values = read_back(&logits).await?;
        let done = self.clock.now();
        let (rows, _) = values.as_chunks::<CLASSES>();
        let row = rows
            .first()
            .ok_or_else(|| WebError::lost("no logits came back"))?;
        let read_back = done - computed;
        let verdict =
            of_photo.map(|((_, calibration), sight)| calibration.verdict(rows, &sight.quality));
        let probabilities = verdict.map_or_else(|| softmax(row), |verdict| verdict.probabilities);
        let index = most_likely(&probabilities);
        let outline = reducer::lines(&prepared.outline());
        let found = hand_over(&Classification {
            label: LABELS[index],
            index,
            probabilities: probabilities.to_vec(),
            picture: prepared.picture.to_vec(),
            crop: prepared.crop,
            frame: prepared.frame,
            inverted: prepared.inverted,
            sureness: verdict.map(|verdict| verdict.sureness),
            sure: verdict.map(|verdict| verdict.is_sure),
            trouble: (prepared.sight.as_ref()).and_then(|sight| sight.quality.trouble()),
            quality: prepared.sight.map(|sight| sight.quality),
            milliseconds: Milliseconds {
                prepare: ready - started,
                inference: (computed - ready - read_back).max(0.0),
                read_back,
            },
        })?;
        reducer::set(&found, "outline", &outline)?;
        Ok(found)
    }
}

fn check_pictures(pictures: &[u8]) -> Result<(), WebError> {
    match pictures.len() {
        found if found == 0 || found % PIXELS != 0 => Err(WebError::PicturesLength { found }),
        _ => Ok(()),
    }
}

/// Waits for the logits and copies them over.
async fn read_back(logits: &Logits) -> Result<Vec<f32>, WebError> {
    let values = logits.read().await.map_err(WebError::lost)?;
    match values.iter().all(|value| value.is_finite()) {
        true => Ok(values),
        false => Err(WebError::BadLogits),
    }
}
