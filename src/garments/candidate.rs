//! Garments before they are classified: what is known of each, and what the network for garments sees of it.

use super::evidence::is_worn;
use crate::parts::{PARTS, Part};
use crate::photo::{
    ColourImage, Downscaled, FoundGarment, GarmentPlace, GarmentView, MaskedCrop, PartMap,
    RotatedBox, Segmentation, mirrored_input, segment_by_colours, segment_garment,
};

/// Least intersection over union of a mask by colours with the place where the garment was found.
const MIN_AGREEMENT: f32 = 0.6;

/// A garment to classify, and the parts of the photo around it.
pub(super) struct Candidate {
    /// Its box, in pixels of the image that the networks see.
    pub(super) garment: RotatedBox,
    /// The box that the user drew, in pixels of the photo.
    pub(super) users_box: Option<RotatedBox>,
    /// The parts that belong to it.
    pub(super) parts: [bool; PARTS],
    /// Where it is on the photo; `None` for all of the box.
    pub(super) found: Option<FoundGarment>,
    /// The parts around it.
    pub(super) map: PartMap,
    /// Share of what is around it that is skin and hair, or of the whole photo where that is more, 0 to 1.
    pub(super) person: f32,
}

impl Candidate {
    /// Renders what the network sees of the garment, and its mirror image, `[2, 64, 64, 16]`. `mask` returns the
    /// probability that a point shows the garment.
    pub(super) fn inputs(&self, image: &ColourImage, mask: impl Fn([f32; 2]) -> f32) -> Vec<f32> {
        let [width, height] = image.size().map(|side| side as f32);
        let place = GarmentPlace {
            garment: self.garment,
            photo: [0.0, 0.0, width, height],
        };
        let mut inputs = (self.view()).render(&place, &self.map, image, mask, |_| {});
        inputs.extend(mirrored_input(&inputs));
        inputs
    }

    /// Returns the square that the network sees, in pixels of the image.
    pub(super) fn view_box(&self) -> RotatedBox {
        self.view().shown(&self.garment)
    }

    fn view(&self) -> GarmentView {
        match self.users_box {
            // The user has drawn the margin too.
            Some(_) => GarmentView {
                margin: 0.0,
                ..GarmentView::default()
            },
            None => GarmentView::default(),
        }
    }

    /// Segments the garment, and crops the photo to it.
    ///
    /// The only garment of a photo and that in a user's box are segmented by their colours where no one wears them, as long
    /// as that agrees with the parts; others by their colours and their parts.
    pub(super) fn segment(&self, photo: &Downscaled, is_alone: bool) -> (Segmentation, MaskedCrop) {
        if !is_worn(self.person) && (is_alone || self.users_box.is_some()) {
            let by_colours = segment_by_colours(photo, self.users_box);
            if self.is_plausible(&by_colours.0, photo.size()) {
                return by_colours;
            }
        }
        self.segment_by_parts(photo)
    }

    /// Returns whether a mask on a photo of `[width, height]` pixels shows something, and what was found where something
    /// was.
    fn is_plausible(&self, segmentation: &Segmentation, [width, height]: [usize; 2]) -> bool {
        let Some(FoundGarment { mask, .. }) = &self.found else {
            return segmentation.foreground_points().next().is_some();
        };
        let place =
            |at: usize, side: usize, length: usize| (at as f32 + 0.5) / side as f32 * length as f32;
        let (mut both, mut either) = (0, 0);
        for (index, &found) in mask.values.iter().enumerate() {
            let point = [
                place(index % mask.width, mask.width, width),
                place(index / mask.width, mask.height, height),
            ];
            let pair = [found >= 0.5, segmentation.foreground_at(point) >= 0.5];
            both += usize::from(pair == [true; 2]);
            either += usize::from(pair != [false; 2]);
        }
        both as f32 >= MIN_AGREEMENT * either as f32
    }

    /// Segments the garment by its colours and its parts, and crops the photo to it.
    fn segment_by_parts(&self, photo: &Downscaled) -> (Segmentation, MaskedCrop) {
        let scale = photo.scale();
        let [width, height] = [0, 1].map(|axis| photo.planes()[0].size()[axis] as f32);
        let to_box = self.garment.photo_to_box();
        let probability = |point: [f32; 2]| {
            let is_possible = match &self.found {
                Some(FoundGarment { mask, .. }) => {
                    let place = |at: f32, length: f32, side: usize| at / length * side as f32;
                    mask.sample(
                        place(point[0], width, mask.width),
                        place(point[1], height, mask.height),
                    ) > 0.0
                }
                None => {
                    let [x, y] = to_box(point);
                    2.0 * x.abs() <= self.garment.width && 2.0 * y.abs() <= self.garment.height
                }
            };
            let parts = self.map.probabilities(point).into_iter().zip(self.parts);
            let shares = parts
                .filter(|(_, is_included)| *is_included)
                .map(|(share, _)| share);
            if is_possible { shares.sum() } else { 0.0 }
        };
        segment_garment(
            photo,
            &self.garment.scaled(scale),
            self.users_box,
            probability,
        )
    }
}

/// Segments the garment in a box as a photo's garment is, and crops the image to it; the box and the segmentation are in
/// pixels of `image`. `person` is the share of skin and hair, and `is_alone` tells whether it is the photo's only
/// garment.
pub fn segment_boxed(
    image: &ColourImage,
    garment: RotatedBox,
    map: &PartMap,
    person: f32,
    is_alone: bool,
) -> (Segmentation, MaskedCrop) {
    let candidate = Candidate {
        garment,
        users_box: None,
        parts: boxed_parts(map, &garment),
        found: None,
        map: map.clone(),
        person,
    };
    candidate.segment(&Downscaled::of_image(image), is_alone)
}

/// Returns which parts belong to the garment in a box: the kind of clothes that covers most of it where someone wears
/// them, else all clothes.
pub(super) fn boxed_parts(map: &PartMap, garment: &RotatedBox) -> [bool; PARTS] {
    /// Points along each side of the box.
    const POINTS: usize = 32;
    /// Least share of skin and hair in a box where someone wears the clothes.
    const MIN_PERSON: f32 = 0.03;
    let to_photo = garment.box_to_photo();
    let place = |index: usize, length: f32| ((index as f32 + 0.5) / POINTS as f32 - 0.5) * length;
    let mut sums = [0.0; PARTS];
    for index in 0..POINTS * POINTS {
        let point = to_photo([
            place(index % POINTS, garment.width),
            place(index / POINTS, garment.height),
        ]);
        for (sum, share) in sums.iter_mut().zip(map.probabilities(point)) {
            *sum += share / (POINTS * POINTS) as f32;
        }
    }
    if sums[Part::Skin.index()] + sums[Part::Hair.index()] < MIN_PERSON {
        return Part::ALL.map(|part| Part::GARMENTS.contains(&part));
    }
    let most =
        (Part::GARMENTS.into_iter()).max_by(|a, b| sums[a.index()].total_cmp(&sums[b.index()]));
    Part::ALL.map(|part| Some(part) == most)
}
