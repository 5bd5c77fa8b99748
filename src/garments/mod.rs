//! Finds and classifies the garments on a photo: three networks and what lies between them.
//!
//! 1. The segmentation network finds the [parts](crate::parts::Part) of the photo, from which garments follow.
//! 2. Each garment is segmented by its colours and these parts, which gives its outline.
//! 3. The network for garments classifies [views](crate::photo::GarmentView) of it: its colours, its parts and its box.
//! 4. A garment that no one wears is also cut out in grey, like an image of Fashion-MNIST, and its
//!    [masked crop](crate::photo::MaskedCrop) classified by the third network.
//! 5. A [`PhotoCalibration`](crate::prediction::PhotoCalibration) turns the logits into probabilities and a confidence.

mod candidate;
mod classifier;
mod evidence;
mod explanation;
#[cfg(test)]
mod fake;
mod predicted;

pub use candidate::segment_boxed;
pub use classifier::{
    ClassifiedGarment, ClassifiedPhoto, ClassifyError, PhotoClassifier, VIEWS, class_logits,
};
pub use evidence::{GarmentEvidence, Observation};
pub use explanation::{Explanation, PLACES, Shares};
pub use predicted::{NetworkInput, PredictedGarment};
