//! Semantic segmentation: training a network that tells the parts of a photo apart, on photos of worn clothes with
//! masks and on photos of single garments whose masks are made by colour.

mod draw;
mod evaluate;
mod example;
mod recipe;
mod synthetic;
mod target_garment;
mod texture;
mod train;

pub(crate) use draw::change_colours;
pub use draw::{Drawn, draw, labeled_windows, target};
pub use evaluate::{PartScores, evaluate};
pub(crate) use example::bounds;
pub use example::{Example, UNKNOWN, garment_example, worn_examples};
pub use recipe::SegmentationRecipe;
pub use synthetic::{Sources, scene};
pub use target_garment::TargetGarment;
pub use texture::texture;
pub use train::train;
