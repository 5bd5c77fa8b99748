//! Fine-tuning: training a network of Fashion-MNIST further on photos, cross-validated by sender.

mod backbone;
mod batch_mix;
mod calibrate;
mod cropping;
mod cross_validation;
mod fine_tuning;
mod recipe;

pub use backbone::{Backbone, BackboneError};
pub use batch_mix::BatchMix;
pub use calibrate::{CONFIDENT_SHARE, calibrate, evaluate, evaluate_out_of_fold, scores_by_views};
pub use cropping::{CroppedPhoto, Cropping, NotAPhoto, prepare_photos};
pub use cross_validation::{CrossValidation, OutOfFoldPrediction, predict_views};
pub use fine_tuning::{FinetuneError, finetune};
pub use recipe::FinetuneRecipe;
