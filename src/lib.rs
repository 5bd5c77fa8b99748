//! Thimble says what piece of clothing is on a photo.
//!
//! Data flows one way: photo → [`photo`] (28x28 grey inputs, light on dark) → [`network`] (logits) →
//! [`prediction`] (probabilities, label, confidence) → command line or page. The networks are trained with
//! [burn] on [Fashion-MNIST] and on photos; this crate runs their embedded weights on the CPU kernels of
//! `thimble-kernels` and needs of burn only the reader of its weights format.
//!
//! ```
//! use thimble::garments::{GarmentEvidence, Observation};
//! use thimble::labels::LABELS;
//! use thimble::network::{Model, NetworkName, ShippedPhotoNetwork, grey_values};
//! use thimble::photo::prepare;
//! use thimble::prediction::PhotoCalibration;
//! use thimble::Precision;
//!
//! // A photo as straight RGBA, here a dark square on white.
//! let rgba: Vec<u8> = (0..64 * 64)
//!     .flat_map(|pixel| {
//!         let inside = (16..48).contains(&(pixel % 64)) && (16..48).contains(&(pixel / 64));
//!         let grey = if inside { 40 } else { 250 };
//!         [grey, grey, grey, 255]
//!     })
//!     .collect();
//! let prepared = prepare(&rgba, 64, 64)?;
//! let segmentation = prepared.segmentation.as_ref().ok_or("a photo has a segmentation")?;
//!
//! let shipped = ShippedPhotoNetwork::beside(NetworkName::default()).ok_or("no network for photos")?;
//! let calibration = PhotoCalibration::of(&shipped);
//! let model = shipped.weights.load(Precision::F32)?;
//! let logits = model.run(&grey_values(&prepared.tta_inputs())).wait()?;
//! let (views, _) = logits.as_chunks::<10>();
//! let prediction = calibration.predict(&Observation {
//!     views: views.to_vec(),
//!     evidence: GarmentEvidence::of_quality(segmentation.quality),
//! });
//! println!("{} ({:.0} % confident)", LABELS[prediction.class()], 100.0 * prediction.confidence);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [burn]: https://burn.dev
//! [Fashion-MNIST]: https://github.com/zalandoresearch/fashion-mnist

pub mod garments;
pub mod labels;
pub mod network;
pub mod parts;
pub mod photo;
pub mod prediction;

pub use thimble_kernels::Precision;

/// The version of burn that the networks were built with.
pub const BURN_VERSION: &str = env!("THIMBLE_BURN_VERSION");
