//! What a garment's prediction depends on: an occlusion map, and what the network's first layers see.
//!
//! The map follows Zeiler and Fergus, *Visualizing and Understanding Convolutional Networks* (2014): a patch covers
//! one place of the input after the other, and the network runs on each.

use super::class_logits;
use super::classifier::{ClassifyError, PhotoClassifier, Run, too_few_logits};
use crate::labels::CLASSES;
use crate::network::{Activations, GarmentStages, Model};
use crate::parts::{PARTS, Part};
use crate::photo::{Downscaled, PhotoEdit, RotatedBox};
use crate::prediction::softmax;

/// Places along each side of an occlusion map.
pub const PLACES: usize = 12;
/// Side of the patch over a place, in pixels of the network's input: about two places, so that each part of a garment is
/// covered whole by some patch.
const PATCH: usize = 10;
/// Side of the network's input, in pixels.
const SIDE: usize = GarmentStages::SIDES[0];
/// Channels of the network's input.
const CHANNELS: usize = GarmentStages::CHANNELS;
/// The first channels: red, green and blue, and the probabilities of the parts.
const COLOURS_AND_PARTS: usize = 3 + PARTS;
/// The channel that tells how likely a pixel shows the garment.
const MASK: usize = CHANNELS - 1;
/// Convolutions whose activations are returned.
const LAYERS: usize = 2;

/// Probabilities of the ten classes and, last, of none of them; they sum to 1.
pub type Shares = [f32; CLASSES + 1];

/// What the prediction of a garment depends on, in one view and by the network for garments alone. Its probabilities are
/// not calibrated.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The square that the network saw, in pixels of the rotated photo.
    pub view: RotatedBox,
    /// The prediction from the whole view.
    pub whole: Shares,
    /// The predictions with a patch over each of 12x12 places of the view, row by row.
    pub occluded: Vec<Shares>,
    /// What the first convolutions put out for the view; empty on a backend that cannot tell.
    pub layers: Vec<Activations>,
    /// Time of preparing the inputs, in the unit of the clock.
    pub prepare: f64,
    /// Time of the networks' forward passes.
    pub inference: f64,
}

impl<M: Model + ?Sized> PhotoClassifier<M> {
    /// Explains the prediction of the garment `index` of those that [`classify`](Self::classify) finds with the same edit;
    /// `None` if there is no such garment.
    ///
    /// # Errors
    /// Those of [`classify`](Self::classify).
    pub async fn explain(
        &self,
        photo: &Downscaled,
        edit: &PhotoEdit,
        index: usize,
        clock: &dyn Fn() -> f64,
    ) -> Result<Option<Explanation>, ClassifyError> {
        let started = clock();
        let mut run = Run::new(self, photo.rotated(edit.quarter_turns), clock);
        let candidates = run.candidates(edit.region).await?;
        let Some(candidate) = candidates.get(index) else {
            return Ok(None);
        };
        let (segmentation, _) = candidate.segment(&run.photo, candidates.len() == 1);
        let mut input = run.inputs(candidate, &segmentation);
        // The first view; the other one is its mirror image.
        input.truncate(SIDE * SIDE * CHANNELS);
        let whole = run.forward(&self.garments, &input).await?;
        let whole = shares(&whole).pop().ok_or_else(too_few_logits)?;
        let patch = neutral(&input);
        let mut occluded = Vec::with_capacity(PLACES * PLACES);
        for row in 0..PLACES {
            let inputs: Vec<f32> = (0..PLACES)
                .flat_map(|column| covered(&input, [column, row], &patch))
                .collect();
            occluded.extend(shares(&run.forward(&self.garments, &inputs).await?));
        }
        if occluded.len() != PLACES * PLACES {
            return Err(too_few_logits().into());
        }
        let layers = self.garments.first_activations(&input, LAYERS);
        Ok(Some(Explanation {
            view: candidate.view_box().scaled(run.photo.scale()),
            whole,
            occluded,
            layers,
            prepare: clock() - started - run.inference,
            inference: run.inference,
        }))
    }
}

/// Returns the probabilities that the logits `[n, outputs]` of the network for garments stand for.
fn shares(logits: &[f32]) -> Vec<Shares> {
    let (rows, _) = logits.as_chunks::<{ GarmentStages::OUTPUTS }>();
    let of_row = |row| {
        // The logit of none of the ten is 0.
        let mut logits = [0.0; CLASSES + 1];
        logits[..CLASSES].copy_from_slice(&class_logits(row));
        softmax(&logits)
    };
    rows.iter().map(of_row).collect()
}

/// Returns the channels of a pixel that shows nothing: the view's mean colour, and background. The flags of the garment's box
/// and of the photo, which a patch leaves as they are, are 0.
fn neutral(input: &[f32]) -> [f32; CHANNELS] {
    let (pixels, _) = input.as_chunks::<CHANNELS>();
    let mut pixel = [0.0; CHANNELS];
    for (channel, value) in pixel.iter_mut().take(3).enumerate() {
        let sum: f32 = pixels.iter().map(|pixel| pixel[channel]).sum();
        *value = sum / pixels.len().max(1) as f32;
    }
    pixel[3 + Part::Background.index()] = 1.0;
    pixel
}

/// Returns an input with a patch over a place, `[column, row]`.
fn covered(input: &[f32], place: [usize; 2], patch: &[f32; CHANNELS]) -> Vec<f32> {
    let range = |place: usize| {
        let middle = (2 * place + 1) * SIDE / (2 * PLACES);
        middle.saturating_sub(PATCH / 2)..(middle + PATCH / 2).min(SIDE)
    };
    let [columns, rows] = place.map(range);
    let mut covered = input.to_vec();
    let (pixels, _) = covered.as_chunks_mut::<CHANNELS>();
    for row in rows {
        for pixel in &mut pixels[row * SIDE..][columns.clone()] {
            pixel[..COLOURS_AND_PARTS].copy_from_slice(&patch[..COLOURS_AND_PARTS]);
            pixel[MASK] = patch[MASK];
        }
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::garments::fake::{Fake, LEVELS};
    use crate::network::{NetworkName, ShippedPhotoNetworks};
    use thimble_kernels::Precision;

    /// A grey rectangle with a small bright square in its upper left quarter.
    fn photo() -> Downscaled {
        let rgba: Vec<u8> = (0..80 * 80)
            .flat_map(|index| {
                let (x, y) = (index % 80, index / 80);
                let is_inside = (15..65).contains(&x) && (15..65).contains(&y);
                let is_bright = (23..27).contains(&x) && (23..27).contains(&y);
                let grey = if is_bright {
                    255
                } else {
                    u8::from(is_inside) * 170
                };
                [grey, grey, grey, 255]
            })
            .collect();
        Downscaled::of_rgba(&rgba, 80, 80).unwrap()
    }

    #[test]
    fn a_map_is_strongest_where_the_class_depends_on_the_input() {
        let classifier = PhotoClassifier {
            segmentation: Box::new(Fake::Parts([Part::Top; 3])),
            levels: LEVELS,
            garments: Box::new(Fake::UpperLeft),
            crops: Box::new(Fake::UpperLeft),
        };
        let explain = |index| {
            let edit = PhotoEdit::default();
            pollster::block_on(classifier.explain(&photo(), &edit, index, &|| 0.0)).unwrap()
        };
        let explanation = explain(0).unwrap();
        assert!(explanation.whole[3] > 0.5);
        assert_eq!(explanation.occluded.len(), PLACES * PLACES);
        let changed: Vec<usize> = (explanation.occluded.iter().enumerate())
            .filter(|(_, shares)| shares[6] > shares[3])
            .map(|(place, _)| place)
            .collect();
        assert!(!changed.is_empty() && changed.len() < 10, "{changed:?}");
        for place in changed {
            assert!(place % PLACES < PLACES / 2 && place / PLACES < PLACES / 2);
        }
        for shares in &explanation.occluded {
            assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
        assert!(explanation.layers.is_empty());
        let RotatedBox {
            cx,
            cy,
            width,
            height,
            ..
        } = explanation.view;
        assert!((cx - 40.0).abs() < 3.0 && (cy - 40.0).abs() < 3.0);
        assert!(width > 50.0 && (width - height).abs() < 1e-3);
        assert_eq!(explain(1), None);
    }

    #[test]
    fn a_patch_leaves_the_rest_of_the_input_as_it_is() {
        let input: Vec<f32> = (0..SIDE * SIDE * CHANNELS)
            .map(|index| (index % 89) as f32 / 88.0)
            .collect();
        let patch = neutral(&input);
        let mut times = vec![0_usize; SIDE * SIDE];
        for place in 0..PLACES * PLACES {
            let covered = covered(&input, [place % PLACES, place / PLACES], &patch);
            let (before, _) = input.as_chunks::<CHANNELS>();
            let (after, _) = covered.as_chunks::<CHANNELS>();
            for ((times, before), after) in times.iter_mut().zip(before).zip(after) {
                assert_eq!(
                    before[COLOURS_AND_PARTS..MASK],
                    after[COLOURS_AND_PARTS..MASK]
                );
                if before != after {
                    *times += 1;
                    assert_eq!(after[..COLOURS_AND_PARTS], patch[..COLOURS_AND_PARTS]);
                    assert_eq!(after[MASK], 0.0);
                }
            }
        }
        // Every pixel is covered, and those in the middle by about four patches.
        assert!(
            times.iter().all(|times| (1..=4).contains(times)),
            "{times:?}"
        );
    }

    #[test]
    fn the_first_layers_are_those_of_the_network() {
        let photos = ShippedPhotoNetworks::beside(NetworkName::default()).unwrap();
        let model = photos.garments.load(Precision::F32).unwrap();
        let input = vec![0.25; SIDE * SIDE * CHANNELS];
        let layers = model.first_activations(&input, LAYERS);
        let shapes: Vec<_> = (layers.iter())
            .map(|layer| (layer.channels, layer.values.len() / layer.channels))
            .collect();
        assert_eq!(shapes, [(16, SIDE * SIDE), (32, SIDE * SIDE / 4)]);
        for layer in &layers {
            assert!(layer.values.iter().all(|value| *value >= 0.0));
            assert!(layer.values.iter().any(|value| *value > 0.0));
        }
        assert!(model.first_activations(&input[1..], LAYERS).is_empty());
    }
}
