//! Prepares photos: from RGBA to what the networks see of them.
//!
//! 1. A [`Downscaler`] averages the rows of a photo as they arrive, to at most 256 pixels a side.
//! 2. For the networks for photos, a [`PartWindow`] renders what the segmentation network sees; its [`PartMap`] tells
//!    where the garments are ([`find_garments`]), and a [`GarmentView`] renders what the network for garments sees.
//! 3. For a network of images in Fashion-MNIST's format, [`segment`] separates the garment from the background by colour
//!    ([`Segmentation`]), and a [`View`] of its [`MaskedCrop`] is rendered the way the images of Fashion-MNIST were made: longer side 28
//!    pixels, centred, inverted, grey on black.
//!
//! A user's corrections ([`PhotoEdit`]) apply to the downscaled photo, which is kept to prepare it again.
//!
//! ```
//! use thimble::photo::{PhotoError, prepare};
//!
//! // A dark square on white, as straight RGBA.
//! let rgba: Vec<u8> = (0..64 * 64)
//!     .flat_map(|pixel| {
//!         let inside = (16..48).contains(&(pixel % 64)) && (16..48).contains(&(pixel / 64));
//!         let grey = if inside { 40 } else { 250 };
//!         [grey, grey, grey, 255]
//!     })
//!     .collect();
//! let prepared = prepare(&rgba, 64, 64)?;
//! assert_eq!((prepared.crop.x, prepared.crop.width), (16, 32));
//! assert_eq!(prepared.input.len(), 784);
//! # Ok::<(), PhotoError>(())
//! ```

mod bounds;
mod colour;
mod colour_image;
mod colour_segmentation;
mod components;
mod downscaled;
mod downscaler;
mod edit;
mod error;
#[cfg(feature = "decode")]
pub mod file;
mod found_garment;
mod garment_view;
mod masked_crop;
mod mixture;
mod outline;
mod part_map;
mod part_window;
mod plane;
mod quality;
mod rotated_box;
mod segmentation;
mod spatial_prior;
mod view;

pub use bounds::Crop;
pub use colour_image::ColourImage;
pub use downscaled::Downscaled;
pub use downscaler::Downscaler;
pub use edit::{PhotoEdit, Region};
pub use error::PhotoError;
pub use found_garment::{FoundGarment, find_garments, most_likely_parts};
pub(crate) use garment_view::mirrored_input;
pub use garment_view::{GarmentPlace, GarmentView};
pub use masked_crop::{CROP_SIDE, MaskedCrop};
pub use part_map::PartMap;
pub use part_window::PartWindow;
pub use plane::Plane;
pub use quality::{PhotoIssue, Quality};
pub use rotated_box::RotatedBox;
pub use segmentation::{Segmentation, segment};
pub(crate) use segmentation::{segment_by_colours, segment_garment};
pub use view::{TTA_VIEWS, View};

use crate::network::{INPUT_SIDE, INPUT_VALUES};

/// Most pixels of a photo.
pub const MAX_PIXELS: usize = 50_000_000;
/// Most bytes of a photo's file, checked before it is decoded.
pub const MAX_BYTES: usize = 40 * 1024 * 1024;
/// Shortest side of a photo in pixels: no garment is recognisable on smaller ones.
pub const MIN_SIDE: usize = 8;

/// A photo prepared for a network.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedPhoto {
    /// The network's input, 784 grey values row by row, 0 for the
    /// background.
    pub input: [u8; INPUT_VALUES],
    /// The part of the rotated photo that the input shows, in its pixels.
    pub crop: Crop,
    /// The box whose longer side becomes the input's side, in pixels of the rotated photo; `crop` is the
    /// upright rectangle around it in whole pixels.
    pub rotated_box: RotatedBox,
    /// Whether the greys were inverted, dark to light.
    pub inverted: bool,
    /// The garment found on the photo; `None` for an image in Fashion-MNIST's format.
    pub segmentation: Option<Segmentation>,
}

impl PreparedPhoto {
    /// Traces the outline of the garment, as [`Segmentation::outline`]; empty for an image in Fashion-MNIST's
    /// format.
    pub fn outline(&self) -> Vec<Vec<[f32; 2]>> {
        self.segmentation
            .as_ref()
            .map(Segmentation::outline)
            .unwrap_or_default()
    }
}

/// Prepares a photo of straight (not premultiplied) RGBA bytes, row by row from the top left.
///
/// # Errors
/// Those of [`Downscaled::of_rgba`].
pub fn prepare(rgba: &[u8], width: usize, height: usize) -> Result<PreparedPhoto, PhotoError> {
    let downscaled = Downscaled::of_rgba(rgba, width, height)?;
    prepare_downscaled(&downscaled, &PhotoEdit::default())
}

/// Prepares a downscaled photo with a user's edit. With the default edit it returns what [`prepare`] returns.
///
/// # Errors
/// [`PhotoError::Box`] if the edit's box does not fit the rotated photo.
pub fn prepare_downscaled(
    photo: &Downscaled,
    edit: &PhotoEdit,
) -> Result<PreparedPhoto, PhotoError> {
    let rotated = photo.rotated(edit.quarter_turns);
    let whole = RotatedBox::whole(rotated.size);
    let (segmentation, masked_crop) = match edit.region {
        Region::Auto => {
            if let Some(input) = fashion_mnist_image(&rotated.planes) {
                let inverted = edit.invert.unwrap_or(false);
                return Ok(PreparedPhoto {
                    input: input.map(|grey| if inverted { 255 - grey } else { grey }),
                    crop: whole.bounds(0.0).crop(rotated.size),
                    rotated_box: whole,
                    inverted,
                    segmentation: None,
                });
            }
            segment_by_colours(&rotated, None)
        }
        Region::Box(rotated_box) => {
            segment_by_colours(&rotated, Some(rotated_box.checked(rotated.size)?))
        }
        Region::Whole => segment_by_colours(&rotated, Some(whole)),
    };
    let plain = View::default();
    let view = View {
        invert: edit.invert.unwrap_or(plain.invert),
        ..plain
    };
    Ok(PreparedPhoto {
        input: view.render(&masked_crop),
        crop: segmentation.bounds.crop(rotated.size),
        rotated_box: segmentation.rotated_box,
        inverted: view.invert,
        segmentation: Some(segmentation),
    })
}

/// Brightest black corner of a Fashion-MNIST image, in grey levels: its conversion trimmed corners to within
/// 5 % of black.
const MAX_BLACK: f32 = 0.05 * 255.0;

/// Returns the pixels of an image in Fashion-MNIST's format, which is the network's input as it is; `None`
/// for photos.
///
/// The format is 28x28 pixels, grey, with at least two black corners, as all 70,000 images of Fashion-MNIST
/// have.
fn fashion_mnist_image(planes: &[Plane; 3]) -> Option<[u8; INPUT_VALUES]> {
    let [red, green, blue] = planes;
    let is_grey = red.values == green.values && red.values == blue.values;
    if !is_grey || [red.width, red.height] != [INPUT_SIDE, INPUT_SIDE] {
        return None;
    }
    let corners = [
        0,
        INPUT_SIDE - 1,
        INPUT_VALUES - INPUT_SIDE,
        INPUT_VALUES - 1,
    ];
    let black = corners
        .iter()
        .filter(|&&corner| red.values[corner] <= MAX_BLACK)
        .count();
    if black < 2 {
        return None;
    }
    let mut input = [0; INPUT_VALUES];
    for (pixel, value) in input.iter_mut().zip(&red.values) {
        *pixel = value.round() as u8;
    }
    Some(input)
}

#[cfg(test)]
mod edit_tests;
#[cfg(test)]
mod tests;
