//! From logits to probabilities, and how good a network is.

#[cfg(feature = "train")]
mod predict;
mod probabilities;
#[cfg(feature = "train")]
mod scores;
#[cfg(feature = "train")]
mod temperature;

#[cfg(feature = "train")]
pub use predict::{PredictError, predict};
pub use probabilities::{most_likely, softmax};
#[cfg(feature = "train")]
pub use scores::{ClassScores, ECE_BINS, Reliability, Scores};
#[cfg(feature = "train")]
pub use temperature::{divided, temperature};
