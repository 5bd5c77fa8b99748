//! What the networks say of photos that they did not see: every kind of photo, through the whole pipeline.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::BoxedGarment;
use super::drawn::{DRAWN_SIDE, DrawnFamily};
use crate::data::{WornLabel, WornPhoto};
use crate::segmentation::{Example, Sources, TargetGarment, scene, texture};
use thimble::garments::{ClassifiedGarment, ClassifyError, Observation, PhotoClassifier};
use thimble::network::CpuModel;
use thimble::parts::Part;
use thimble::photo::file::DecodedPhoto;
use thimble::photo::{Downscaled, PhotoEdit, PhotoError, Region, RotatedBox};
use thimble::prediction::{most_likely, pooled_logits};

/// Least pixels of a worn garment's mask that is measured.
const MIN_MASK_PIXELS: usize = 1500;
/// Margin of a worn garment's box on each side, as a share of its longer side.
const BOX_MARGIN: f32 = 0.15;
/// Distance of the pixels on which masks are compared.
const STRIDE: usize = 2;

/// A kind of picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PictureKind {
    /// A photo of one garment laid flat or hung up.
    Flat,
    /// A worn garment, its photo cropped.
    WornCrop,
    /// A worn garment with a box on the whole photo.
    WornBox,
    /// An image of Fashion-MNIST on another background.
    Composite,
    /// A piece of a photo without clothes and people.
    Scene,
    /// A texture of the families that training draws.
    Texture,
    /// A picture of the families that training does not draw.
    Drawn,
}

/// What the networks say of a picture.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ObservedPicture {
    /// Its kind.
    pub kind: PictureKind,
    /// Who sent the photo, or the photo's name: pictures of one group may show the same garment.
    pub group: String,
    /// Its class, 0 to 9; `None` for none of the ten.
    pub target: Option<u8>,
    /// The garment, the largest one; `None` where none was found.
    pub observation: Option<Observation>,
}

/// What the networks say of a whole photo of someone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ObservedPhoto {
    /// Its name.
    pub name: String,
    /// The classes of the garments that should be found, 0 to 9.
    pub targets: Vec<u8>,
    /// The garments that were found, with the index of the target that each matches.
    pub garments: Vec<(Observation, Option<usize>)>,
}

type Classifier = PhotoClassifier<CpuModel>;

/// Classifies a photo on the CPU kernels.
///
/// # Errors
/// Those of [`PhotoClassifier::classify`].
pub fn classify(
    classifier: &Classifier,
    photo: &Downscaled,
    region: Region,
) -> Result<Vec<ClassifiedGarment>, ClassifyError> {
    let edit = PhotoEdit {
        region,
        ..PhotoEdit::default()
    };
    let classified = pollster::block_on(classifier.classify(photo, &edit, &|| 0.0))?;
    Ok(classified.garments)
}

/// Observes the largest garment of a photo.
///
/// # Errors
/// Those of [`PhotoClassifier::classify`].
pub fn observe(
    classifier: &Classifier,
    kind: PictureKind,
    group: &str,
    target: Option<u8>,
    photo: &Downscaled,
    region: Region,
) -> Result<ObservedPicture, ClassifyError> {
    let garments = classify(classifier, photo, region)?;
    Ok(ObservedPicture {
        kind,
        group: group.to_owned(),
        target,
        observation: garments
            .into_iter()
            .next()
            .map(|garment| garment.observation),
    })
}

/// Observes a worn garment: with a box on the whole photo, and as the photo of `pixels` cropped to this box.
///
/// # Errors
/// Those of [`PhotoClassifier::classify`].
pub fn observe_worn(
    classifier: &Classifier,
    photo: &WornPhoto,
    pixels: &DecodedPhoto,
    example: &Example,
    garment: &BoxedGarment,
) -> Result<Vec<ObservedPicture>, ClassifyError> {
    if garment.mask_pixels < MIN_MASK_PIXELS {
        return Ok(Vec::new());
    }
    let [width, height] = photo.size.map(|side| side as f32);
    let scale = example.pixel_of(photo.size).map(f32::recip);
    let found = garment.rotated_box;
    let margin = BOX_MARGIN * (found.width * scale[0]).max(found.height * scale[1]);
    let edges = |centre: f32, side: f32, scale: f32, length: f32| {
        let half = side * scale / 2.0 + margin;
        [
            (centre * scale - half).max(0.0),
            (centre * scale + half).min(length),
        ]
    };
    let [left, right] = edges(found.cx, found.width, scale[0], width);
    let [top, bottom] = edges(found.cy, found.height, scale[1], height);
    let region = Region::Box(RotatedBox {
        cx: (left + right) / 2.0,
        cy: (top + bottom) / 2.0,
        width: right - left,
        height: bottom - top,
        angle: 0.0,
    });
    let boxed = observe(
        classifier,
        PictureKind::WornBox,
        &photo.name,
        garment.outcome.class(),
        &photo.photo,
        region,
    )?;
    let corners = [left, top, right, bottom].map(|edge| edge.round() as usize);
    let cropped = observe(
        classifier,
        PictureKind::WornCrop,
        &photo.name,
        garment.outcome.class(),
        &pixels.cropped(corners).downscaled()?,
        Region::Whole,
    )?;
    Ok(vec![boxed, cropped])
}

/// Observes the garments of a whole photo, and which of them match those that should be found.
///
/// # Errors
/// Those of [`PhotoClassifier::classify`].
pub fn observe_photo(
    classifier: &Classifier,
    photo: &WornPhoto,
    labels: &[WornLabel],
) -> Result<ObservedPhoto, ClassifyError> {
    let garments = classify(classifier, &photo.photo, Region::Auto)?;
    let [width, height] = photo.size;
    let columns = width / STRIDE;
    let pixels = columns * (height / STRIDE);
    let at = |index: usize| [index % columns * STRIDE, index / columns * STRIDE];
    let labelled: Vec<u8> = (0..pixels)
        .map(|index| photo.mask[at(index)[1] * width + at(index)[0]])
        .collect();
    let targets = TargetGarment::all(&labelled, labels);
    let mut is_matched = vec![false; targets.len()];
    let mut observed = Vec::new();
    for garment in garments {
        let class = most_likely(&pooled_logits(&garment.observation));
        let part = Part::of_class(class);
        let inside: Vec<bool> = (0..pixels)
            .map(|index| {
                let point = at(index).map(|place| place as f32 + 0.5);
                garment.segmentation.foreground_at(point) >= 0.5
            })
            .collect();
        let is_found = |index: &usize| {
            let target: &TargetGarment = &targets[*index];
            !is_matched[*index] && part.is_some_and(|part| target.is_found_by(part, &inside))
        };
        let matched = (0..targets.len()).find(is_found);
        if let Some(index) = matched {
            is_matched[index] = true;
        }
        observed.push((garment.observation, matched));
    }
    Ok(ObservedPhoto {
        name: photo.name.clone(),
        targets: targets.iter().map(|target| target.class).collect(),
        garments: observed,
    })
}

/// Observes pictures that are made up: composites and textures, which training draws too, and drawn families, which it
/// does not. `count` of each kind; scenes are tried once for each photo of `scenes`.
///
/// # Errors
/// Those of [`PhotoClassifier::classify`].
pub fn observe_made(
    classifier: &Classifier,
    sources: &Sources<'_>,
    scenes: &[&Example],
    count: usize,
    seed: u64,
) -> Result<Vec<ObservedPicture>, ClassifyError> {
    let kinds = [
        PictureKind::Composite,
        PictureKind::Texture,
        PictureKind::Drawn,
    ];
    let made = (0..kinds.len() * count).into_par_iter().map(|index| {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(index as u64);
        let kind = kinds[index / count];
        let (photo, target) = match kind {
            PictureKind::Composite => {
                let (example, class) = sources.composite(&mut generator);
                (downscaled(&example)?, Some(class))
            }
            PictureKind::Texture => (downscaled(&texture(&mut generator))?, None),
            _ => {
                let family = DrawnFamily::ALL[index % DrawnFamily::ALL.len()];
                let rgba = family.draw(&mut generator);
                (Downscaled::of_rgba(&rgba, DRAWN_SIDE, DRAWN_SIDE)?, None)
            }
        };
        let group = format!("{kind:?} {index}");
        observe(classifier, kind, &group, target, &photo, Region::Auto).map(Some)
    });
    let scenes = scenes.par_iter().enumerate().map(|(index, photo)| {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream((1 << 32) | index as u64);
        let tried = (0..8).find_map(|_| scene(photo, &mut generator));
        let Some(scene) = tried else { return Ok(None) };
        let scene = downscaled(&scene)?;
        let kind = PictureKind::Scene;
        observe(classifier, kind, &photo.name, None, &scene, Region::Auto).map(Some)
    });
    let observed: Vec<Option<ObservedPicture>> = made.chain(scenes).collect::<Result<_, _>>()?;
    Ok(observed.into_iter().flatten().collect())
}

/// Converts a made-up example to a photo.
fn downscaled(example: &Example) -> Result<Downscaled, PhotoError> {
    let [width, height] = example.image.size();
    let (pixels, _) = example.image.rgb().as_chunks::<3>();
    let rgba: Vec<u8> = (pixels.iter())
        .flat_map(|&[red, green, blue]| [red, green, blue, 255])
        .collect();
    Downscaled::of_rgba(&rgba, width, height)
}
