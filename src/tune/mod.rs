//! Fine-tuning: a network that has seen Fashion-MNIST alone learns photos, and does not forget.

mod cross;
mod cutouts;
mod draw;
mod fit;
mod judge;
mod mix;
mod photos;
mod trunk;
mod tuning;

pub use cross::{Cross, Held, look_at};
pub use cutouts::Cutouts;
pub use fit::{TuneError, tune};
pub use judge::{SURE_SHARE, calibrate, judge, judge_across, judge_by_looks};
pub use mix::Mix;
pub use photos::{CutPhoto, TinyPhoto, cut_photos};
pub use trunk::{Trunk, TrunkError};
pub use tuning::Tuning;
