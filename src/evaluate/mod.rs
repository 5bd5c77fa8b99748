//! From logits to probabilities, and how good a network is.

#[cfg(feature = "train")]
mod photos;
#[cfg(feature = "train")]
mod predict;
mod probabilities;
#[cfg(feature = "train")]
mod ranking;
#[cfg(feature = "train")]
mod scores;
mod sureness;
#[cfg(feature = "train")]
mod temperature;
mod verdict;

#[cfg(feature = "train")]
pub use photos::{Interval, Judged, PhotoClass, PhotoFold, PhotoLooks, PhotoScores};
#[cfg(feature = "train")]
pub use predict::{predict, predict_with};
pub use probabilities::{most_likely, softmax};
#[cfg(feature = "train")]
pub use ranking::{auroc, threshold};
#[cfg(feature = "train")]
pub use scores::{ClassScores, ECE_BINS, Reliability, Scores};
#[cfg(feature = "train")]
pub use sureness::Heard;
pub use sureness::{SIGNS, Signs, Sureness};
#[cfg(feature = "train")]
pub use temperature::{divided, temperature};
#[cfg(all(test, feature = "train"))]
pub(crate) use verdict::tests as tests_of_verdicts;
pub use verdict::{PhotoCalibration, Verdict, pooled, signs};
