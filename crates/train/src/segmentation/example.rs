//! Photos whose pixels have parts.

use crate::data::{FlatPhoto, WornLabel, WornPhoto};
use thimble::parts::Part;
use thimble::photo::{ColourImage, Downscaled, Plane};

/// The label of pixels whose part is not known.
pub const UNKNOWN: u8 = u8::MAX;

/// Foreground probabilities up to which a pixel of a mask by colour is background.
const MAX_BACKGROUND: f32 = 0.1;
/// Foreground probabilities from which it belongs to the garment.
const MIN_GARMENT: f32 = 0.9;
/// Least certainty of a mask by colour.
const MIN_CERTAINTY: f32 = 0.8;

/// A photo whose pixels have parts.
#[derive(Clone, Debug)]
pub struct Example {
    /// Name of the photo.
    pub name: String,
    /// The photo.
    pub image: ColourImage,
    /// Width and height of the map of parts.
    pub map_size: [usize; 2],
    /// The part of each of its pixels, or [`UNKNOWN`].
    pub map: Vec<u8>,
}

impl Example {
    fn new(name: &str, photo: &Downscaled, map_size: [usize; 2], map: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            image: ColourImage::of_planes(photo.planes()),
            map_size,
            map,
        }
    }

    /// Returns the width and the height of the pixels of a map or a photo of `size` pixels that covers the example, in
    /// pixels of its image.
    pub fn pixel_of(&self, size: [usize; 2]) -> [f32; 2] {
        let image = self.image.size();
        [0, 1].map(|axis| image[axis] as f32 / size[axis] as f32)
    }

    /// Returns whether the part of any pixel is known.
    pub fn is_labelled(&self) -> bool {
        self.map.iter().any(|part| *part != UNKNOWN)
    }

    /// Returns the part at a point of the photo; [`UNKNOWN`] beyond it.
    pub fn part(&self, [x, y]: [f32; 2]) -> u8 {
        let column = (x / self.image.size()[0] as f32 * self.map_size[0] as f32).floor();
        let row = (y / self.image.size()[1] as f32 * self.map_size[1] as f32).floor();
        let is_inside = (0.0..self.map_size[0] as f32).contains(&column)
            && (0.0..self.map_size[1] as f32).contains(&row);
        match is_inside {
            true => self.map[row as usize * self.map_size[0] + column as usize],
            false => UNKNOWN,
        }
    }
}

/// Makes examples of photos of worn clothes.
pub fn worn_examples(photos: &[WornPhoto], labels: &[WornLabel]) -> Vec<Example> {
    let part = |value: &u8| {
        let label = labels.get(usize::from(*value));
        let part = label.and_then(|label| label.part);
        part.map_or(UNKNOWN, |part| part.index() as u8)
    };
    let example = |photo: &WornPhoto| {
        let map = photo.mask.iter().map(part).collect();
        Example::new(&photo.name, &photo.photo, photo.size, map)
    };
    photos.iter().map(example).collect()
}

/// Makes an example of a photo of one garment and its mask by colour. All is [`UNKNOWN`] where the mask is uncertain, or
/// the garment may be several parts.
pub fn garment_example(photo: &Downscaled, cropped: &FlatPhoto) -> Example {
    let segmentation = &cropped.segmentation;
    let part = garment_part(&cropped.label.source_label, cropped.label.target);
    let is_certain =
        segmentation.quality.certainty >= MIN_CERTAINTY && !cropped.label.is_borderline;
    let Plane {
        width,
        height,
        values,
    } = &segmentation.foreground;
    let map = values.iter().map(|&probability| match (probability, part) {
        (..=MAX_BACKGROUND, Some(_)) if is_certain => Part::Background.index() as u8,
        (MIN_GARMENT.., Some(part)) if is_certain => part.index() as u8,
        _ => UNKNOWN,
    });
    let size = [*width, *height];
    Example::new(&cropped.label.image, photo, size, map.collect())
}

/// Returns the part of a garment, by its class or, where it is none of the ten, by the sender's word.
fn garment_part(source_label: &str, target: Option<u8>) -> Option<Part> {
    match target {
        Some(class) => Part::of_class(usize::from(class)),
        None => match source_label {
            "Shorts" | "Skirt" => Some(Part::Bottoms),
            "Hat" => Some(Part::Other),
            "Shoes" => Some(Part::Shoes),
            "Body" => Some(Part::Top),
            _ => None,
        },
    }
}

/// Returns the bounds `[left, top, right, bottom]` and the number of the pixels that are `inside`; `None` where there are none.
pub(crate) fn bounds(
    [width, height]: [usize; 2],
    inside: impl Fn(&usize) -> bool,
) -> Option<([usize; 4], usize)> {
    let mut bounds = [width, height, 0, 0];
    let mut count = 0;
    for place in (0..width * height).filter(inside) {
        let (x, y) = (place % width, place / width);
        bounds = [
            bounds[0].min(x),
            bounds[1].min(y),
            bounds[2].max(x + 1),
            bounds[3].max(y + 1),
        ];
        count += 1;
    }
    (count > 0).then_some((bounds, count))
}
