//! Cross-validation by sender.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::{CutPhoto, Mix, Trunk, TuneError, Tuning, tune};
use crate::data::{Folds, Pictures};
use crate::evaluate::predict_with;
use crate::labels::CLASSES;
use crate::network::{Engine, Network};
use crate::photo::{Quality, View};

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
/// [`TuneError::Engine`].
pub fn look_at(
    engine: &Engine,
    photos: &[&CutPhoto],
    views: &[View],
) -> Result<Vec<Vec<[f32; CLASSES]>>, TuneError> {
    let pixels = photos.iter().flat_map(|cut| {
        let cutout = &cut.sight.cutout;
        views.iter().flat_map(|view| view.render(cutout))
    });
    let pictures = Pictures {
        pixels: pixels.collect(),
        labels: vec![0; photos.len() * views.len()],
    };
    let logits = predict_with(engine, &pictures, BATCH)?;
    Ok(logits
        .chunks(views.len().max(1))
        .map(<[_]>::to_vec)
        .collect())
}

/// What cross-validation is over.
pub struct Cross<'a> {
    /// The network that is fine-tuned for each fold.
    pub trunk: &'a Trunk,
    /// How.
    pub tuning: &'a Tuning,
    /// Seed of the fine-tuning.
    pub seed: u64,
    /// All photos.
    pub photos: &'a [CutPhoto],
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
    /// [`TuneError`].
    pub fn hold_out(
        &self,
        fold: usize,
        device: &Device,
        heard: impl FnMut(usize, f64),
    ) -> Result<(Network, Vec<Held>), TuneError> {
        let fold_of = |cut: &CutPhoto| self.folds.of(&cut.photo.image);
        let seen = self.photos.iter();
        let seen = seen.filter(|cut| fold_of(cut).is_some_and(|other| other != fold));
        let mix = Mix::new(self.tuning, self.seed, seen, self.fashion);
        let network = tune(self.trunk, self.tuning, &mix, self.fashion, device, heard)?;
        let held = self.photos.iter();
        let held: Vec<&CutPhoto> = held.filter(|cut| fold_of(cut) == Some(fold)).collect();
        let logits = look_at(&Engine::new(network.clone(), device)?, &held, self.views)?;
        let held = held.iter().zip(logits);
        let held = held.map(|(cut, logits)| Held::of(cut, fold, logits));
        Ok((network, held.collect()))
    }
}

impl Held {
    /// What a network says about a photo of fold `fold` by its views' logits.
    pub fn of(cut: &CutPhoto, fold: usize, logits: Vec<[f32; CLASSES]>) -> Self {
        Self {
            image: cut.photo.image.clone(),
            sender: cut.photo.sender.clone(),
            target: cut.photo.target,
            is_borderline: cut.photo.is_borderline,
            fold,
            quality: cut.sight.quality,
            logits,
        }
    }
}
