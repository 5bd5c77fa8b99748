//! Cross-validation by sender.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::{Backbone, CroppedPhoto, FinetuneError, FinetuneRecipe, Mix, tune};
use crate::data::{Folds, Pictures};
use crate::evaluate::{model, predict_with};
use thimble::labels::CLASSES;
use thimble::network::Model;
use thimble::photo::{Quality, View};
use thimble_burn::BurnNetwork;

/// Pictures scored at once.
const BATCH: usize = 250;

/// What a network that never saw a photo's sender says about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// The photo's name.
    pub image: String,
    /// Its sender.
    pub sender: String,
    /// Its class; `None` for none of the ten.
    pub target: Option<u8>,
    /// Whether people would not agree on the class.
    pub is_borderline: bool,
    /// Its fold.
    pub fold: usize,
    /// How well its garment was found.
    pub quality: Quality,
    /// The network's logits for each view.
    pub logits: Vec<[f32; CLASSES]>,
}

/// Logits of all `views` of the photos, photo by photo.
///
/// # Errors
/// [`FinetuneError::Engine`].
pub fn look_at(
    model: &dyn Model,
    photos: &[&CroppedPhoto],
    views: &[View],
) -> Result<Vec<Vec<[f32; CLASSES]>>, FinetuneError> {
    let pixels = photos.iter().flat_map(|cut| {
        let crop = &cut.segmentation.masked_crop;
        views.iter().flat_map(|view| view.render(crop))
    });
    let pictures = Pictures {
        pixels: pixels.collect(),
        labels: vec![0; photos.len() * views.len()],
    };
    let logits = predict_with(model, &pictures, BATCH)?;
    Ok(logits
        .chunks(views.len().max(1))
        .map(<[_]>::to_vec)
        .collect())
}

/// What cross-validation is over.
pub struct Cross<'a> {
    /// The network that is fine-tuned for each fold.
    pub backbone: &'a Backbone,
    /// How.
    pub recipe: &'a FinetuneRecipe,
    /// Seed of the fine-tuning.
    pub seed: u64,
    /// All photos.
    pub photos: &'a [CroppedPhoto],
    /// The fold of each.
    pub folds: &'a Folds,
    /// Fashion-MNIST's pictures to go on training on.
    pub fashion: &'a Pictures,
    /// The views that a photo is judged by.
    pub views: &'a [View],
}

impl Cross<'_> {
    /// Fine-tunes on the photos outside fold `fold`, and has the network look at those inside.
    /// `heard` is told each step's number and loss.
    ///
    /// # Errors
    /// [`FinetuneError`].
    pub fn hold_out(
        &self,
        fold: usize,
        device: &Device,
        heard: impl FnMut(usize, f64),
    ) -> Result<(BurnNetwork, Vec<Held>), FinetuneError> {
        let fold_of = |cut: &CroppedPhoto| self.folds.of(&cut.photo.image);
        let seen = self.photos.iter();
        let seen = seen.filter(|cut| fold_of(cut).is_some_and(|other| other != fold));
        let mix = Mix::new(self.recipe, self.seed, seen, self.fashion);
        let network = tune(
            self.backbone,
            self.recipe,
            &mix,
            self.fashion,
            device,
            heard,
        )?;
        let held = self.photos.iter();
        let held: Vec<&CroppedPhoto> = held.filter(|cut| fold_of(cut) == Some(fold)).collect();
        let logits = look_at(model(&network, device)?.as_ref(), &held, self.views)?;
        let held = held.iter().zip(logits);
        let held = held.map(|(cut, logits)| Held::of(cut, fold, logits));
        Ok((network, held.collect()))
    }
}

impl Held {
    /// What a network says about a photo of fold `fold` by its views' logits.
    pub fn of(cut: &CroppedPhoto, fold: usize, logits: Vec<[f32; CLASSES]>) -> Self {
        Self {
            image: cut.photo.image.clone(),
            sender: cut.photo.sender.clone(),
            target: cut.photo.target,
            is_borderline: cut.photo.is_borderline,
            fold,
            quality: cut.segmentation.quality,
            logits,
        }
    }
}
