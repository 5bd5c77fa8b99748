//! Training the network that classifies garments in photos.
//!
//! It sees a square window around the garment: the colours, the segmentation network's probabilities of the parts, and
//! the garment's box. While it is trained, the parts of a photo come from a segmentation network that never saw this
//! photo, as they will when it is used.

mod boxed;
mod drawn;
mod made;
mod observe;
mod outcome;
mod recipe;
mod scores;
mod subject;
mod train;
mod training_set;

pub use boxed::{BoxedGarment, GarmentExamples, flat_garments, texture_garments, worn_garments};
pub use observe::{
    ObservedPhoto, ObservedPicture, PictureKind, classify, observe, observe_made, observe_photo,
    observe_worn,
};
pub use outcome::{OUTCOMES, Outcome};
pub use recipe::GarmentRecipe;
pub use scores::{
    GarmentScores, KindScores, NoneScores, ObservedFold, WholeScores, calibrate, score,
};
pub use train::{TrainingData, pretrain, train};
pub use training_set::{Segmenter, TrainingSet};
