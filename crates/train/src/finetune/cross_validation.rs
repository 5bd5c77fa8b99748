//! Cross-validation by sender: each photo is predicted by a network that never saw a photo of its sender.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::{Backbone, BatchMix, CroppedPhoto, FinetuneError, FinetuneRecipe, finetune};
use crate::data::{Dataset, Folds};
use crate::evaluate::{SCORING_BATCH, model, predict_with};
use thimble::labels::CLASSES;
use thimble::network::{DeviceError, Model};
use thimble::photo::{Quality, View};
use thimble_burn::BurnNetwork;

/// The prediction of a photo by a network that was fine-tuned on the other folds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutOfFoldPrediction {
    /// Name of the photo.
    pub image: String,
    /// Its sender.
    pub sender: String,
    /// Its class, 0 to 9; `None` for none of the ten.
    pub target: Option<u8>,
    /// Whether people would disagree on the class.
    pub is_borderline: bool,
    /// Its fold, from 0.
    pub fold: usize,
    /// Quality of the segmentation.
    pub quality: Quality,
    /// Logits of each view.
    pub logits: Vec<[f32; CLASSES]>,
}

impl OutOfFoldPrediction {
    /// The prediction of a photo in fold `fold` by the logits of its views.
    pub fn new(photo: &CroppedPhoto, fold: usize, logits: Vec<[f32; CLASSES]>) -> Self {
        let label = &photo.label;
        Self {
            image: label.image.clone(),
            sender: label.sender.clone(),
            target: label.target,
            is_borderline: label.is_borderline,
            fold,
            quality: photo.segmentation.quality,
            logits,
        }
    }
}

/// Computes the logits of all `views` of each photo.
///
/// # Errors
/// [`DeviceError`] where the device returns no result.
pub fn predict_views(
    model: &dyn Model,
    photos: &[&CroppedPhoto],
    views: &[View],
) -> Result<Vec<Vec<[f32; CLASSES]>>, DeviceError> {
    let pixels = photos.iter().flat_map(|photo| {
        let crop = &photo.segmentation.masked_crop;
        views.iter().flat_map(|view| view.render(crop))
    });
    let inputs = Dataset {
        pixels: pixels.collect(),
        labels: vec![0; photos.len() * views.len()],
    };
    let logits = predict_with(model, &inputs, SCORING_BATCH)?;
    Ok(logits
        .chunks(views.len().max(1))
        .map(<[_]>::to_vec)
        .collect())
}

/// A cross-validation.
pub struct CrossValidation<'a> {
    /// The network that is fine-tuned for each fold.
    pub backbone: &'a Backbone,
    /// The recipe of the fine-tuning.
    pub recipe: &'a FinetuneRecipe,
    /// Seed of the fine-tuning.
    pub seed: u64,
    /// The photos of all folds.
    pub photos: &'a [CroppedPhoto],
    /// The fold of each photo.
    pub folds: &'a Folds,
    /// Training images of Fashion-MNIST.
    pub fashion_mnist: &'a Dataset,
    /// The views that are predicted.
    pub views: &'a [View],
}

impl CrossValidation<'_> {
    /// Fine-tunes on the photos of the other folds and predicts those of fold `fold`. Calls `on_step` with each
    /// step's number, from 0, and loss.
    ///
    /// # Errors
    /// [`FinetuneError`].
    pub fn run_fold(
        &self,
        fold: usize,
        device: &Device,
        on_step: impl FnMut(usize, f64),
    ) -> Result<(BurnNetwork, Vec<OutOfFoldPrediction>), FinetuneError> {
        let fold_of = |photo: &CroppedPhoto| self.folds.of(&photo.label.image);
        let training = self.photos.iter();
        let training = training.filter(|photo| fold_of(photo).is_some_and(|other| other != fold));
        let mix = BatchMix::new(self.recipe, self.seed, training, self.fashion_mnist);
        let network = finetune(
            self.backbone,
            self.recipe,
            &mix,
            self.fashion_mnist,
            device,
            on_step,
        )?;
        let held_out = self.photos.iter();
        let held_out: Vec<&CroppedPhoto> = held_out
            .filter(|photo| fold_of(photo) == Some(fold))
            .collect();
        let logits = predict_views(model(&network, device)?.as_ref(), &held_out, self.views)?;
        let predictions = held_out
            .iter()
            .zip(logits)
            .map(|(photo, logits)| OutOfFoldPrediction::new(photo, fold, logits));
        Ok((network, predictions.collect()))
    }
}
