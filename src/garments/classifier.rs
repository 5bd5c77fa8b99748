//! From a photo to its classified garments.

use super::candidate::{Candidate, boxed_parts};
use super::{GarmentEvidence, Observation};
use crate::labels::CLASSES;
use crate::network::{
    Architecture, CpuModel, DeviceError, GarmentStages, INPUT_VALUES, Levels, Model,
    ShippedPhotoNetworks, WeightsError,
};
use crate::photo::{
    ColourImage, Downscaled, FoundGarment, MaskedCrop, PartMap, PartWindow, PhotoEdit, PhotoError,
    Region, RotatedBox, Segmentation, TTA_VIEWS, View, find_garments,
};
use thimble_kernels::Precision;

/// Views of each garment: it and its mirror image.
pub const VIEWS: usize = 2;
/// Most garments of a photo that are classified.
const MAX_GARMENTS: usize = 6;

/// Why a photo cannot be classified.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ClassifyError {
    /// The edit's box does not fit the photo.
    #[error(transparent)]
    Photo(#[from] PhotoError),
    /// A device returned no result.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A network returned logits that are not finite.
    #[error("the network returned logits that are not finite")]
    NotFinite,
}

/// The networks that classify the garments of a photo.
pub struct PhotoClassifier<M: ?Sized = dyn Model> {
    /// The segmentation network.
    pub segmentation: Box<M>,
    /// Its levels.
    pub levels: Levels,
    /// The network for garments.
    pub garments: Box<M>,
    /// The network for masked crops of garments that no one wears.
    pub crops: Box<M>,
}

impl PhotoClassifier<CpuModel> {
    /// Loads the networks for photos on the CPU kernels.
    ///
    /// # Errors
    /// Those of [`WeightsFile::load`](crate::network::WeightsFile::load).
    pub fn load(shipped: ShippedPhotoNetworks, precision: Precision) -> Result<Self, WeightsError> {
        Ok(Self {
            levels: shipped.levels,
            segmentation: Box::new(shipped.segmentation.load(precision)?),
            garments: Box::new(shipped.garments.load(precision)?),
            crops: Box::new(shipped.crops.load(precision)?),
        })
    }
}

/// Side of the images that the network for garments sees, in pixels.
const INPUT_SIDE: usize = GarmentStages::SIDES[0];

/// The garments of a photo, and the time that each step took.
#[derive(Clone, Debug)]
pub struct ClassifiedPhoto {
    /// The garments, the largest first: none if nothing was found, and one where the edit has a box.
    pub garments: Vec<ClassifiedGarment>,
    /// Time of preparing inputs and masks, in the unit of the clock.
    pub prepare: f64,
    /// Time of the networks' forward passes.
    pub inference: f64,
}

/// A garment and what the networks say of it.
#[derive(Clone, Debug)]
pub struct ClassifiedGarment {
    /// Logits and evidence.
    pub observation: Observation,
    /// The garment's mask, outline and box.
    pub segmentation: Segmentation,
    /// What the network saw in its first view: 64x64 pixels of red, green and blue, row by row.
    pub input: Vec<u8>,
}

impl<M: Model + ?Sized> PhotoClassifier<M> {
    /// Finds the garments of a photo with a user's edit, and runs the networks on them. `clock` returns the time in
    /// any unit.
    ///
    /// # Errors
    /// [`PhotoError::Box`] if the edit's box does not fit the rotated photo, [`DeviceError`] if a device returns no
    /// result, [`ClassifyError::NotFinite`].
    pub async fn classify(
        &self,
        photo: &Downscaled,
        edit: &PhotoEdit,
        clock: &dyn Fn() -> f64,
    ) -> Result<ClassifiedPhoto, ClassifyError> {
        let started = clock();
        let mut run = Run::new(self, photo.rotated(edit.quarter_turns), clock);
        let candidates = run.candidates(edit.region).await?;
        let garments = run.classify(&candidates).await?;
        Ok(ClassifiedPhoto {
            garments,
            prepare: clock() - started - run.inference,
            inference: run.inference,
        })
    }

    /// Runs the networks on made-up inputs, as for a photo of one garment, and returns all their logits: to compare
    /// backends, and to time them.
    ///
    /// # Errors
    /// [`DeviceError`] if a device returns no result, [`ClassifyError::NotFinite`].
    pub async fn reference(&self) -> Result<Vec<f32>, ClassifyError> {
        let inputs = |count: usize| -> Vec<f32> {
            (0..count)
                .map(|index| (index * 7 % 97) as f32 / 96.0)
                .collect()
        };
        let of_photo = Architecture::Segmentation(self.levels).input_values();
        let of_garment = INPUT_SIDE * INPUT_SIDE * GarmentStages::CHANNELS;
        let mut logits = self.segmentation.run(&inputs(of_photo)).read().await?;
        let of_garments = self
            .garments
            .run(&inputs(VIEWS * of_garment))
            .read()
            .await?;
        logits.extend(of_garments);
        let of_crops = self.crops.run(&inputs(TTA_VIEWS * INPUT_VALUES));
        logits.extend(of_crops.read().await?);
        finite(logits)
    }
}

/// The networks on their way through a photo.
pub(super) struct Run<'a, M: ?Sized> {
    networks: &'a PhotoClassifier<M>,
    /// The rotated photo.
    pub(super) photo: Downscaled,
    pub(super) image: ColourImage,
    clock: &'a dyn Fn() -> f64,
    /// Time of the forward passes so far.
    pub(super) inference: f64,
}

impl<'a, M: Model + ?Sized> Run<'a, M> {
    /// Begins with a photo that is rotated already.
    pub(super) fn new(
        networks: &'a PhotoClassifier<M>,
        photo: Downscaled,
        clock: &'a dyn Fn() -> f64,
    ) -> Self {
        Self {
            networks,
            image: ColourImage::of_planes(photo.planes()),
            photo,
            clock,
            inference: 0.0,
        }
    }

    /// Finds the garments of the whole photo, or the one in a user's box.
    pub(super) async fn candidates(
        &mut self,
        region: Region,
    ) -> Result<Vec<Candidate>, ClassifyError> {
        match region {
            Region::Auto => self.find().await,
            Region::Box(rotated_box) => self.in_box(rotated_box.checked(self.photo.size())?).await,
            Region::Whole => self.in_box(RotatedBox::whole(self.photo.size())).await,
        }
    }

    /// Finds the garments of the whole photo, with the parts around each.
    async fn find(&mut self) -> Result<Vec<Candidate>, ClassifyError> {
        let size = self.image.size();
        let maps = self.maps(&[PartWindow::whole(size)]).await?;
        let whole = maps.into_iter().next().ok_or_else(too_few_logits)?;
        let mut found = find_garments(&whole, size);
        found.truncate(MAX_GARMENTS);
        let windows: Vec<Option<PartWindow>> = (found.iter())
            .map(|garment| PartWindow::around_garment(&garment.rotated_box, size))
            .collect();
        let closer: Vec<PartWindow> = windows.iter().copied().flatten().collect();
        let mut closer = self.maps(&closer).await?.into_iter();
        let person = whole.person();
        let candidate = |(found, window): (FoundGarment, Option<PartWindow>)| {
            let map = window.and_then(|_| closer.next());
            let map = map.unwrap_or_else(|| whole.clone());
            Candidate {
                garment: found.rotated_box,
                users_box: None,
                parts: found.parts,
                // A window around shoes may show nothing of the person.
                person: person.max(map.person()),
                map,
                found: Some(found),
            }
        };
        Ok(found.into_iter().zip(windows).map(candidate).collect())
    }

    /// Returns the garment in a user's box, in pixels of the photo, with the parts around it.
    async fn in_box(&mut self, users_box: RotatedBox) -> Result<Vec<Candidate>, ClassifyError> {
        let garment = users_box.scaled(self.photo.scale().map(|side| 1.0 / side));
        let size = self.image.size();
        let window =
            PartWindow::around_garment(&garment, size).unwrap_or_else(|| PartWindow::whole(size));
        let maps = self.maps(&[window]).await?;
        let candidate = |map: PartMap| Candidate {
            garment,
            users_box: Some(users_box),
            parts: boxed_parts(&map, &garment),
            found: None,
            person: map.person(),
            map,
        };
        Ok(maps.into_iter().map(candidate).collect())
    }

    /// Classifies and segments the garments.
    async fn classify(
        &mut self,
        candidates: &[Candidate],
    ) -> Result<Vec<ClassifiedGarment>, ClassifyError> {
        let scale = self.photo.scale();
        let is_alone = candidates.len() == 1;
        let (segmentations, crops): (Vec<Segmentation>, Vec<MaskedCrop>) = candidates
            .iter()
            .map(|candidate| candidate.segment(&self.photo, is_alone))
            .unzip();
        let pairs = candidates.iter().zip(&segmentations);
        let evidence: Vec<GarmentEvidence> = (pairs.clone())
            .map(|(candidate, segmentation)| {
                GarmentEvidence::new(segmentation, &candidate.map, candidate.person, scale)
            })
            .collect();
        let inputs: Vec<Vec<f32>> = pairs
            .map(|(candidate, segmentation)| self.inputs(candidate, segmentation))
            .collect();
        let inputs = inputs.concat();
        let logits = self.forward(&self.networks.garments, &inputs).await?;
        let (logits, _) = logits.as_chunks::<{ GarmentStages::OUTPUTS }>();
        let crops = self.classify_crops(&crops, &evidence).await?;
        let of_garment = inputs.len() / candidates.len().max(1);
        let garments = segmentations.into_iter().zip(evidence).zip(crops);
        let classified = |(index, ((segmentation, evidence), crops))| {
            let logits = logits
                .get(index * VIEWS..(index + 1) * VIEWS)
                .ok_or_else(too_few_logits)?;
            Ok(ClassifiedGarment {
                observation: Observation {
                    views: logits.iter().map(class_logits).collect(),
                    crops,
                    evidence,
                },
                segmentation,
                input: colours(&inputs[index * of_garment..]),
            })
        };
        garments.enumerate().map(classified).collect()
    }

    /// Renders the views of a garment, `[2, 64, 64, 16]`.
    pub(super) fn inputs(&self, candidate: &Candidate, segmentation: &Segmentation) -> Vec<f32> {
        let scale = self.photo.scale();
        let mask = |[x, y]: [f32; 2]| segmentation.foreground_at([x * scale[0], y * scale[1]]);
        candidate.inputs(&self.image, mask)
    }

    /// Returns the logits of the masked crops of garments that no one wears, and none for the others.
    async fn classify_crops(
        &mut self,
        crops: &[MaskedCrop],
        evidence: &[GarmentEvidence],
    ) -> Result<Vec<Vec<[f32; CLASSES]>>, ClassifyError> {
        let shown = |(crop, evidence): (&MaskedCrop, &GarmentEvidence)| match evidence.is_worn() {
            true => Vec::new(),
            // Not rounded to bytes: a last bit that differs in the mask would move a grey by a whole level.
            false => View::tta_views().map(|view| view.greys(crop)).concat(),
        };
        let inputs: Vec<Vec<f32>> = crops.iter().zip(evidence).map(shown).collect();
        let logits = self.forward(&self.networks.crops, &inputs.concat()).await?;
        let (mut rest, _) = logits.as_chunks::<CLASSES>();
        let mut of_crops = Vec::with_capacity(inputs.len());
        for input in &inputs {
            let views = input.len() / INPUT_VALUES;
            let (of_crop, others) = rest.split_at_checked(views).ok_or_else(too_few_logits)?;
            of_crops.push(of_crop.to_vec());
            rest = others;
        }
        Ok(of_crops)
    }

    /// Finds the parts in windows of the photo.
    async fn maps(&mut self, windows: &[PartWindow]) -> Result<Vec<PartMap>, ClassifyError> {
        let side = self.networks.levels.side;
        let inputs: Vec<Vec<f32>> = (windows.iter())
            .map(|window| window.render(side, &self.image))
            .collect();
        let inputs = inputs.concat();
        let logits = self.forward(&self.networks.segmentation, &inputs).await?;
        let of_window = logits.len() / windows.len().max(1);
        let map = |(index, window): (usize, &PartWindow)| {
            let logits = &logits[index * of_window..][..of_window];
            Ok(PartMap::from_logits(logits, *window).ok_or_else(too_few_logits)?)
        };
        windows.iter().enumerate().map(map).collect()
    }

    /// Runs a network and adds the time. Does nothing without inputs.
    pub(super) async fn forward(
        &mut self,
        model: &M,
        inputs: &[f32],
    ) -> Result<Vec<f32>, ClassifyError> {
        if inputs.is_empty() {
            return Ok(Vec::new());
        }
        let started = (self.clock)();
        let logits = model.run(inputs).read().await?;
        self.inference += (self.clock)() - started;
        finite(logits)
    }
}

/// Returns the colours of an input `[64, 64, 16]` as bytes.
fn colours(input: &[f32]) -> Vec<u8> {
    let (pixels, _) = input.as_chunks::<{ GarmentStages::CHANNELS }>();
    let pixels = pixels.iter().take(INPUT_SIDE * INPUT_SIDE);
    pixels
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .map(|value| (255.0 * value).round().clamp(0.0, 255.0) as u8)
        .collect()
}

/// Returns the logits of the ten classes, `[10]`, from the outputs of the network for garments: those where the logit of all
/// else together, the [other kinds](crate::labels::OtherKind) and what is none of them, is 0.
pub fn class_logits(outputs: &[f32; GarmentStages::OUTPUTS]) -> [f32; CLASSES] {
    let (classes, kinds) = outputs.split_at(CLASSES);
    let largest = kinds.iter().copied().fold(0.0, f32::max);
    let sum: f32 = kinds.iter().map(|logit| (logit - largest).exp()).sum();
    let none = largest + (sum + (-largest).exp()).ln();
    core::array::from_fn(|class| classes[class] - none)
}

/// Returns logits if all are finite.
fn finite(logits: Vec<f32>) -> Result<Vec<f32>, ClassifyError> {
    match logits.iter().all(|logit| logit.is_finite()) {
        true => Ok(logits),
        false => Err(ClassifyError::NotFinite),
    }
}

pub(super) fn too_few_logits() -> DeviceError {
    DeviceError("it returned too few logits".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::garments::fake::{Fake, LEVELS};
    use crate::parts::Part;
    use crate::prediction::{pooled_logits, softmax};

    fn classifier(segmentation: Fake, garments: Fake) -> PhotoClassifier<Fake> {
        PhotoClassifier {
            segmentation: Box::new(segmentation),
            levels: LEVELS,
            garments: Box::new(garments),
            crops: Box::new(Fake::Crop(3)),
        }
    }

    /// A photo of 80x60 pixels with rectangles `[left, top, right, bottom]` of red, green and blue on black.
    fn photo(rectangles: &[(usize, [usize; 4])]) -> Downscaled {
        let rgba: Vec<u8> = (0..80 * 60)
            .flat_map(|index| {
                let (x, y) = (index % 80, index / 80);
                let mut pixel = [0, 0, 0, 255];
                for (channel, [left, top, right, bottom]) in rectangles {
                    if (*left..*right).contains(&x) && (*top..*bottom).contains(&y) {
                        pixel[*channel] = 255;
                    }
                }
                pixel
            })
            .collect();
        Downscaled::of_rgba(&rgba, 80, 60).unwrap()
    }

    fn classify(
        classifier: &PhotoClassifier<Fake>,
        photo: &Downscaled,
        edit: &PhotoEdit,
    ) -> Result<Vec<ClassifiedGarment>, ClassifyError> {
        let classified = pollster::block_on(classifier.classify(photo, edit, &|| 0.0))?;
        Ok(classified.garments)
    }

    #[test]
    fn other_kinds_count_as_none_of_the_ten() {
        let mut outputs = [0.0; GarmentStages::OUTPUTS];
        (outputs[3], outputs[CLASSES], outputs[CLASSES + 2]) = (2.0, 3.0, -1.0);
        let probability = |logits: &[f32], index: usize| {
            let sum: f32 = logits.iter().map(|logit| logit.exp()).sum();
            logits[index].exp() / (sum + 1.0)
        };
        let logits = class_logits(&outputs);
        for class in 0..CLASSES {
            let difference = probability(&outputs, class) - probability(&logits, class);
            assert!(difference.abs() < 1e-6, "class {class}: {difference}");
        }
        outputs[CLASSES] = 1000.0;
        assert!(class_logits(&outputs)[3] < -900.0);
    }

    const CLOTHES: [Part; 3] = [Part::Top, Part::Bottoms, Part::Skin];

    #[test]
    fn garments_that_someone_wears_are_found_and_classified() {
        let photo = photo(&[
            (0, [20, 10, 60, 30]),
            (1, [20, 30, 60, 58]),
            (2, [32, 0, 48, 10]),
        ]);
        let classifier = classifier(Fake::Parts(CLOTHES), Fake::Class(6));
        let garments = classify(&classifier, &photo, &PhotoEdit::default()).unwrap();
        assert_eq!(garments.len(), 2);
        for (garment, [top, bottom]) in garments.iter().zip([[30.0, 58.0], [10.0, 30.0]]) {
            assert_eq!(garment.observation.views.len(), VIEWS);
            assert!(garment.observation.crops.is_empty());
            let RotatedBox { cy, height, .. } = garment.segmentation.rotated_box();
            assert!((cy - height / 2.0 - top).abs() < 4.0, "{cy} {height}");
            assert!((cy + height / 2.0 - bottom).abs() < 4.0, "{cy} {height}");
            assert_eq!(garment.input.len(), 3 * INPUT_SIDE * INPUT_SIDE);
            assert!(!garment.segmentation.outline().is_empty());
        }
    }

    #[test]
    fn both_networks_classify_a_garment_that_no_one_wears() {
        let photo = photo(&[(0, [20, 10, 60, 50])]);
        let classifier = classifier(Fake::Parts(CLOTHES), Fake::Class(6));
        let garments = classify(&classifier, &photo, &PhotoEdit::default()).unwrap();
        let observation = &garments[0].observation;
        assert_eq!(observation.crops.len(), TTA_VIEWS);
        let probabilities = softmax(&pooled_logits(observation));
        for (class, share) in [(3, 0.6), (6, 0.4)] {
            assert!(
                (probabilities[class] - share).abs() < 0.01,
                "{probabilities:?}"
            );
        }
    }

    #[test]
    fn a_photo_is_rotated_first() {
        let photo = photo(&[(0, [0, 10, 30, 50])]);
        let classifier = classifier(Fake::Parts(CLOTHES), Fake::Class(0));
        let edit = PhotoEdit {
            quarter_turns: 1,
            ..PhotoEdit::default()
        };
        let garments = classify(&classifier, &photo, &edit).unwrap();
        // Clockwise, the left edge becomes the upper one.
        let RotatedBox { cx, cy, .. } = garments[0].segmentation.rotated_box();
        assert!(
            (cx - 30.0).abs() < 3.0 && (cy - 15.0).abs() < 3.0,
            "{cx} {cy}"
        );
    }

    #[test]
    fn a_box_has_one_garment_and_stays_as_it_was_drawn() {
        let photo = photo(&[(0, [20, 10, 60, 30]), (1, [20, 30, 60, 58])]);
        let classifier = classifier(Fake::Parts(CLOTHES), Fake::Class(1));
        let rotated_box = RotatedBox {
            cx: 40.0,
            cy: 44.0,
            width: 50.0,
            height: 30.0,
            angle: 10.0,
        };
        let edit = PhotoEdit {
            region: Region::Box(rotated_box),
            ..PhotoEdit::default()
        };
        let garments = classify(&classifier, &photo, &edit).unwrap();
        assert_eq!(garments.len(), 1);
        assert_eq!(garments[0].segmentation.rotated_box(), rotated_box);
        let far = RotatedBox {
            cx: 500.0,
            ..rotated_box
        };
        let edit = PhotoEdit {
            region: Region::Box(far),
            ..PhotoEdit::default()
        };
        let error = classify(&classifier, &photo, &edit).unwrap_err();
        assert!(matches!(error, ClassifyError::Photo(_)), "{error}");
    }

    #[test]
    fn a_photo_without_clothes_has_no_garments_but_in_a_box() {
        let classifier = classifier(Fake::Parts(CLOTHES), Fake::Class(1));
        let photo = photo(&[]);
        let found = classify(&classifier, &photo, &PhotoEdit::default()).unwrap();
        assert!(found.is_empty());
        let edit = PhotoEdit {
            region: Region::Whole,
            ..PhotoEdit::default()
        };
        assert_eq!(classify(&classifier, &photo, &edit).unwrap().len(), 1);
    }

    #[test]
    fn a_device_that_returns_too_little_is_an_error() {
        let photo = photo(&[(0, [20, 10, 60, 30])]);
        for classifier in [
            classifier(Fake::Silent, Fake::Class(0)),
            classifier(Fake::Parts(CLOTHES), Fake::Silent),
        ] {
            let error = classify(&classifier, &photo, &PhotoEdit::default()).unwrap_err();
            assert!(matches!(error, ClassifyError::Device(_)), "{error}");
        }
    }
}
