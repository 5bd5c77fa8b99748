//! Training the network that classifies masked crops: garments that no one wears, in grey as in Fashion-MNIST.
//!
//! A network for images in Fashion-MNIST's format is fine-tuned on crops of photos. Their masks come from a segmentation
//! network that never saw the photo, as they will when the network is used.

mod batch;
mod recipe;
mod train;

pub use batch::CropExample;
pub use recipe::CropRecipe;
pub use train::{CropData, train};
