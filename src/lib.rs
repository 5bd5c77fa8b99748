//! Thimble says what piece of clothing is on a photo.
//!
//! Data flows one way: photo → [`photo`] (a small image, and what networks see of it) → [`garments`] (the garments on it,
//! and the logits of the [`network`]s) → [`prediction`] (probabilities, label, confidence) → command line or page. The
//! networks are trained with [burn] on [Fashion-MNIST] and on photos; this crate runs their embedded weights on the CPU kernels of
//! `thimble-kernels` and needs of burn only the reader of its weights format.
//!
//! ```
//! use thimble::Precision;
//! use thimble::garments::PhotoClassifier;
//! use thimble::labels::LABELS;
//! use thimble::network::{NetworkName, ShippedPhotoNetworks};
//! use thimble::photo::{Downscaled, PhotoEdit};
//! use thimble::prediction::PhotoCalibration;
//!
//! // A photo as straight RGBA, here a dark square on white.
//! let rgba: Vec<u8> = (0..64 * 64)
//!     .flat_map(|pixel| {
//!         let inside = (16..48).contains(&(pixel % 64)) && (16..48).contains(&(pixel / 64));
//!         let grey = if inside { 40 } else { 250 };
//!         [grey, grey, grey, 255]
//!     })
//!     .collect();
//! let photo = Downscaled::of_rgba(&rgba, 64, 64)?;
//!
//! let shipped = ShippedPhotoNetworks::beside(NetworkName::default()).ok_or("no networks for photos")?;
//! let calibration = PhotoCalibration::of(&shipped);
//! let classifier = PhotoClassifier::load(shipped, Precision::F32)?;
//! let classified = pollster::block_on(classifier.classify(&photo, &PhotoEdit::default(), &|| 0.0))?;
//! for garment in &classified.garments {
//!     let prediction = calibration.predict(&garment.observation);
//!     println!("{} ({:.0} % confident)", LABELS[prediction.class()], 100.0 * prediction.confidence);
//! }
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
