//! From a photo to the 28x28 grey inputs of a network: a light garment on black.
//!
//! The rows of a photo are downscaled as they arrive ([`Downscaler`]); [`segment`] finds the garment by its
//! colours ([`Segmentation`]) and crops it with its mask ([`MaskedCrop`]); a [`View`] renders an input from the
//! crop, as the images of Fashion-MNIST were made: longest side 28 pixels, centred, inverted, grey, black around
//! it. A person's corrections come as a [`PhotoEdit`] of a photo that is downscaled already.
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
mod colour_segmentation;
mod components;
mod downscaled;
mod downscaler;
mod edit;
mod error;
mod expectation;
#[cfg(feature = "decode")]
pub mod file;
mod masked_crop;
mod math;
mod mixture;
mod outline;
mod plane;
mod quality;
mod rotated_box;
mod segmentation;
mod view;

pub use bounds::Crop;
pub use downscaled::Downscaled;
pub use downscaler::Downscaler;
pub use edit::{PhotoEdit, Region};
pub use error::PhotoError;
pub use masked_crop::{CROP_SIDE, MaskedCrop};
pub use plane::Plane;
pub use quality::{PhotoIssue, Quality};
pub use rotated_box::RotatedBox;
pub use segmentation::{Segmentation, segment};
pub use view::{TTA_VIEWS, View};

use crate::network::{INPUT_SIDE, INPUT_VALUES};

/// Photos of more pixels than this are refused.
pub const MAX_PIXELS: usize = 50_000_000;
/// Files of more bytes than this are refused before they are decoded.
pub const MAX_BYTES: usize = 40 * 1024 * 1024;
/// Photos with a side of fewer pixels than this are refused: no garment can be seen on them.
pub const MIN_SIDE: usize = 8;

/// A photo prepared for a network.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedPhoto {
    /// The plain view: 784 grey values row by row, 0 for the background.
    pub input: [u8; INPUT_VALUES],
    /// The part of the photo that holds the garment, in the photo's pixels.
    pub crop: Crop,
    /// The box whose longer side becomes the input's side, in the photo's pixels; `crop` is the upright rectangle
    /// around it in whole pixels.
    pub rotated_box: RotatedBox,
    /// Whether dark became light.
    pub inverted: bool,
    /// The garment found on the photo; `None` for an image in Fashion-MNIST's format.
    pub segmentation: Option<Segmentation>,
}

impl PreparedPhoto {
    /// The inputs for test-time augmentation, 784 bytes each: one for each of [`View::tta_views`], or the input
    /// itself for an image in Fashion-MNIST's format.
    pub fn tta_inputs(&self) -> Vec<u8> {
        let Some(segmentation) = &self.segmentation else {
            return self.input.to_vec();
        };
        let views = View::tta_views().map(|view| View {
            invert: self.inverted,
            ..view
        });
        views
            .iter()
            .flat_map(|view| view.render(&segmentation.masked_crop))
            .collect()
    }

    /// The outline of the garment, see [`Segmentation::outline`]; empty for an image in Fashion-MNIST's format.
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

/// Prepares a downscaled photo with a person's edit; [`prepare`] does the same without one.
///
/// # Errors
/// [`PhotoError::Box`] where the edit's box does not fit the rotated photo.
pub fn prepare_downscaled(
    photo: &Downscaled,
    edit: &PhotoEdit,
) -> Result<PreparedPhoto, PhotoError> {
    let turned = photo.turned(edit.quarter_turns);
    let whole = RotatedBox::whole(turned.size);
    let segmentation = match edit.region {
        Region::Auto => {
            if let Some(input) = fashion_mnist_image(&turned.planes) {
                let inverted = edit.invert.unwrap_or(false);
                return Ok(PreparedPhoto {
                    input: input.map(|grey| if inverted { 255 - grey } else { grey }),
                    crop: whole.bounds(0.0).crop(turned.size),
                    rotated_box: whole,
                    inverted,
                    segmentation: None,
                });
            }
            segmentation::of_photo(&turned)
        }
        Region::Box(rotated_box) => {
            segmentation::within(&turned, rotated_box.checked(turned.size)?)
        }
        Region::Whole => segmentation::within(&turned, whole),
    };
    let plain = View::default();
    let view = View {
        invert: edit.invert.unwrap_or(plain.invert),
        ..plain
    };
    Ok(PreparedPhoto {
        input: view.render(&segmentation.masked_crop),
        crop: segmentation.bounds.crop(turned.size),
        rotated_box: segmentation.rotated_box,
        inverted: view.invert,
        segmentation: Some(segmentation),
    })
}

/// How dark a corner of a Fashion-MNIST image is, of 255: within 5 % of black, as its conversion trims.
const DARK_CORNER: f32 = 0.05 * 255.0;

/// A grey 28x28 image with at least two black corners, as all 70,000 of Fashion-MNIST have: it is the input
/// itself.
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
    let dark = corners
        .iter()
        .filter(|&&corner| red.values[corner] <= DARK_CORNER)
        .count();
    if dark < 2 {
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
