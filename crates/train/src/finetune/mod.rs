//! Fine-tuning: a network that has seen Fashion-MNIST alone learns photos, and does not forget.

mod backbone;
mod crops;
mod cross;
mod draw;
mod fit;
mod judge;
mod mix;
mod photos;
mod recipe;

pub use backbone::{Backbone, TrunkError};
pub use crops::MaskedCrops;
pub use cross::{Cross, Held, look_at};
pub use fit::{FinetuneError, tune};
pub use judge::{CONFIDENT_SHARE, calibrate, judge, judge_across, judge_by_views};
pub use mix::Mix;
pub use photos::{CroppedPhoto, TinyPhoto, cut_photos};
pub use recipe::FinetuneRecipe;
