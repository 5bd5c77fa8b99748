//! Finds and classifies the garments on a photo: two networks and what lies between them.
//!
//! 1. The segmentation network finds the [parts](crate::parts::Part) of the photo, from which garments follow.
//! 2. Each garment is segmented by its colours and these parts, which gives its outline.
//! 3. The network for garments classifies [views](crate::photo::GarmentView) of it: its colours, its parts and its box.
//! 4. A [`PhotoCalibration`](crate::prediction::PhotoCalibration) turns the logits into probabilities and a confidence.

mod classifier;
mod evidence;

pub use classifier::{
    ClassifiedGarment, ClassifiedPhoto, ClassifyError, PhotoClassifier, VIEWS, segment_boxed,
};
pub use evidence::{GarmentEvidence, Observation};
