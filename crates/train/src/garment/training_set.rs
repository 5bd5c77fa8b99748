//! The garments that the network is trained on.

use std::sync::Arc;

use rand::Rng;
use rayon::prelude::*;

use super::made::draw_made;
use super::subject::{CROP_MARGIN, Drawn, Subject, cropped, extent};
use super::{GarmentExamples, GarmentRecipe};
use crate::segmentation::{Example, Sources};
use thimble::garments::segment_boxed;
use thimble::network::{DeviceError, Levels, Model};
use thimble::photo::{GarmentView, MaskedCrop, PartMap, PartWindow, Segmentation};

/// The network that finds the parts.
pub struct Segmenter<'a> {
    /// The network.
    pub model: &'a (dyn Model + Send + Sync),
    /// Its levels.
    pub levels: Levels,
    /// The fold whose photos it did not see.
    pub fold: usize,
}

impl Segmenter<'_> {
    /// Finds the parts in a window of an example.
    ///
    /// # Errors
    /// [`DeviceError`] where the network returns no result.
    pub(super) fn parts(
        &self,
        example: &Example,
        window: PartWindow,
    ) -> Result<PartMap, DeviceError> {
        self.parts_within(example, window, extent(example))
    }

    /// Finds the parts in a window of an example that ends at `[left, top, right, bottom]`.
    ///
    /// # Errors
    /// [`DeviceError`] where the network returns no result.
    fn parts_within(
        &self,
        example: &Example,
        window: PartWindow,
        photo: [f32; 4],
    ) -> Result<PartMap, DeviceError> {
        let input = window.render_within(self.levels.side, &example.image, photo);
        let logits = self.model.run(&input).wait()?;
        PartMap::from_logits(&logits, window)
            .ok_or_else(|| DeviceError("it returned too few logits".to_owned()))
    }
}

/// Garments with the parts around them, of which views are drawn.
pub struct TrainingSet<'a> {
    /// The garments.
    pub set: &'a GarmentExamples,
    /// The parts at each garment.
    parts: Vec<GarmentParts>,
}

/// What the segmentations say of a garment.
struct GarmentParts {
    /// The parts on its photo.
    around: Arc<PartMap>,
    /// The parts on its photo cropped to it, for garments that someone wears.
    cropped: Option<PartMap>,
    /// The mask that follows from its colours and the parts, in pixels of the example.
    mask: Segmentation,
    /// The example cropped to the mask.
    crop: MaskedCrop,
}

impl<'a> TrainingSet<'a> {
    /// Finds the parts at garments by the segmentation network of their photo's fold, which did not see it, and their
    /// masks; where there is no network of this fold, by another.
    ///
    /// # Errors
    /// [`DeviceError`] where a network returns no result.
    pub fn new(
        set: &'a GarmentExamples,
        segmenters: &[Segmenter<'_>],
    ) -> Result<Self, DeviceError> {
        let GarmentExamples {
            examples,
            folds,
            garments,
        } = set;
        let segmenter = |index: usize| {
            let of_fold = segmenters
                .iter()
                .find(|segmenter| segmenter.fold == folds[index]);
            of_fold.unwrap_or(&segmenters[folds[index] % segmenters.len()])
        };
        let indexed = examples.par_iter().enumerate();
        let whole: Vec<Arc<PartMap>> = indexed
            .map(|(index, example)| {
                let window = PartWindow::whole(example.image.size());
                Ok(Arc::new(segmenter(index).parts(example, window)?))
            })
            .collect::<Result<_, DeviceError>>()?;
        let parts = garments.par_iter().map(|garment| {
            let index = garment.example;
            let example = &examples[index];
            let rotated_box = &garment.rotated_box;
            let around = match PartWindow::around_garment(rotated_box, example.image.size()) {
                Some(window) => Arc::new(segmenter(index).parts(example, window)?),
                None => whole[index].clone(),
            };
            let cropped = match garment.mask_pixels {
                0 => None,
                _ => {
                    let photo = cropped(rotated_box, extent(example), || CROP_MARGIN);
                    let window = window_of(photo);
                    Some(segmenter(index).parts_within(example, window, photo)?)
                }
            };
            let is_alone = garment.mask_pixels == 0;
            // No one wears the garments of photos of one, whatever the segmentation network takes for skin.
            let person = match is_alone {
                true => 0.0,
                false => around.person().max(whole[index].person()),
            };
            let (mask, crop) =
                segment_boxed(&example.image, *rotated_box, &around, person, is_alone);
            Ok(GarmentParts {
                around,
                cropped,
                mask,
                crop,
            })
        });
        let parts = parts.collect::<Result<_, DeviceError>>()?;
        Ok(Self { set, parts })
    }

    /// Renders what the network sees of a garment, `[64, 64, 16]`.
    pub fn input(&self, index: usize, view: &GarmentView, recipe: &GarmentRecipe) -> Vec<f32> {
        let subject = self.subject(index);
        let photo = extent(subject.example);
        subject.render(photo, subject.parts[0], view, recipe, |_| {})
    }

    /// Returns the photo of a garment cropped to its mask.
    pub fn crop(&self, index: usize) -> &MaskedCrop {
        &self.parts[index].crop
    }

    fn subject(&self, index: usize) -> Subject<'_, impl Fn([f32; 2]) -> f32> {
        let garment = &self.set.garments[index];
        let GarmentParts {
            around,
            cropped,
            mask,
            ..
        } = &self.parts[index];
        Subject {
            example: &self.set.examples[garment.example],
            garment,
            parts: [around.as_ref(), cropped.as_ref().unwrap_or(around)],
            mask: |point| mask.foreground_at(point),
        }
    }

    /// Draws a random view of a garment, for a share of them cut out and pasted on another background.
    ///
    /// # Errors
    /// [`DeviceError`] where there are no parts.
    pub(super) fn draw(
        &self,
        index: usize,
        sources: &Sources<'_>,
        recipe: &GarmentRecipe,
        generator: &mut impl Rng,
    ) -> Result<Drawn, DeviceError> {
        let subject = self.subject(index);
        let Subject {
            example, garment, ..
        } = subject;
        // Without a mask of its own there is nothing but the garment to cut out.
        let is_single = garment.mask_pixels == 0;
        if is_single && generator.random_bool(recipe.pasted) {
            let pasted = sources.pasted(example, generator);
            return draw_made(&pasted, garment.outcome, None, recipe, generator);
        }
        Ok(subject.draw(recipe, generator))
    }
}

/// Returns the window of a photo with these edges.
fn window_of([left, top, right, bottom]: [f32; 4]) -> PartWindow {
    let centre = [(left + right) / 2.0, (top + bottom) / 2.0];
    PartWindow::upright(centre, [right - left, bottom - top])
}
