//! From logits to probabilities, and from the views of a photo to a prediction with its confidence.

mod calibration;
mod confidence;
mod probabilities;

pub use calibration::{PhotoCalibration, Prediction, Scale, features, pooled_logits};
pub use confidence::{ConfidenceModel, FEATURES, Features, logistic};
pub use probabilities::{most_likely, softmax};
