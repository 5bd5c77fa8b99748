//! From a photo to the 28x28 grey pictures that a network reads: light garment on black.
//!
//! The rows of a photo are reduced as they come ([`Reducer`]); [`look`] finds the garment by its
//! colours ([`Sight`]) and cuts it out ([`Cutout`]), and a [`View`] makes a picture of that, after
//! the data set's own conversion: longest side to 28, centred, negated, grey, black around it. What
//! a person knows better comes as an [`Adjustment`], of a photo that is reduced already.

mod adjustment;
mod bounds;
mod colour;
mod components;
mod cutout;
mod error;
mod expectation;
mod frame;
mod math;
mod mixture;
mod outline;
mod plane;
mod quality;
mod reduce;
mod reduced;
mod segment;
mod sight;
mod view;

pub use adjustment::{Adjustment, Region};
pub use bounds::Crop;
pub use cutout::{CUTOUT_SIDE, Cutout};
pub use error::PhotoError;
pub use frame::Frame;
pub use plane::Plane;
pub use quality::{Quality, Trouble};
pub use reduce::Reducer;
pub use reduced::Reduced;
pub use sight::{Sight, look};
pub use view::{LOOKS, View};

use crate::network::{PIXELS, SIDE};

/// Photos of more pixels than this are refused.
pub const MAX_PIXELS: usize = 50_000_000;
/// Files of more bytes than this are refused before they are decoded.
pub const MAX_BYTES: usize = 40 * 1024 * 1024;
/// Photos with a side of fewer pixels than this are refused: no garment can be seen on them.
pub const MIN_SIDE: usize = 8;

/// A photo made ready for a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// 784 grey values row by row, 0 for the background.
    pub picture: [u8; PIXELS],
    /// The part of the photo that holds the garment, in the photo's pixels.
    pub crop: Crop,
    /// The box whose longer side is the picture's, in the photo's pixels; its upright rectangle in
    /// whole pixels is `crop`.
    pub frame: Frame,
    /// Whether dark has become light.
    pub inverted: bool,
    /// What was found on the photo; `None` where it was in the data set's own form.
    pub sight: Option<Sight>,
}

impl Prepared {
    /// All pictures that the photo is judged by, 784 bytes each: [`View::looks`] at it, or the one
    /// picture where it was in the data set's own form.
    pub fn looks(&self) -> Vec<u8> {
        let Some(sight) = &self.sight else {
            return self.picture.to_vec();
        };
        let looks = View::looks().map(|view| View {
            negate: self.inverted,
            ..view
        });
        looks
            .iter()
            .flat_map(|view| view.render(&sight.cutout))
            .collect()
    }

    /// The outline of the garment, see [`Sight::outline`]; none where the photo was in the data
    /// set's own form.
    pub fn outline(&self) -> Vec<Vec<[f32; 2]>> {
        self.sight.as_ref().map(Sight::outline).unwrap_or_default()
    }
}

/// Prepares a photo of straight (not premultiplied) RGBA bytes, row by row from the top left.
///
/// # Errors
/// Those of [`Reduced::of_rgba`].
pub fn prepare(rgba: &[u8], width: usize, height: usize) -> Result<Prepared, PhotoError> {
    let reduced = Reduced::of_rgba(rgba, width, height)?;
    prepare_reduced(&reduced, &Adjustment::default())
}

/// Prepares a reduced photo as a person has adjusted it; [`prepare`] does the same with nothing
/// adjusted.
///
/// # Errors
/// [`PhotoError::Frame`] where the adjustment's box is none on the turned photo.
pub fn prepare_reduced(photo: &Reduced, adjustment: &Adjustment) -> Result<Prepared, PhotoError> {
    let turned = photo.turned(adjustment.turns);
    let whole = Frame::whole(turned.size);
    let sight = match adjustment.region {
        Region::Found => {
            if let Some(picture) = data_set_picture(&turned.planes) {
                let inverted = adjustment.negate.unwrap_or(false);
                return Ok(Prepared {
                    picture: picture.map(|grey| if inverted { 255 - grey } else { grey }),
                    crop: whole.bounds(0.0).crop(turned.size),
                    frame: whole,
                    inverted,
                    sight: None,
                });
            }
            sight::of_photo(&turned)
        }
        Region::Framed(frame) => sight::within(&turned, frame.checked(turned.size)?),
        Region::Whole => sight::within(&turned, whole),
    };
    let plain = View::default();
    let view = View {
        negate: adjustment.negate.unwrap_or(plain.negate),
        ..plain
    };
    Ok(Prepared {
        picture: view.render(&sight.cutout),
        crop: sight.bounds.crop(turned.size),
        frame: sight.frame,
        inverted: view.negate,
        sight: Some(sight),
    })
}

/// How dark a corner of the data set's pictures is, of 255: within 5 % of black, as it trims.
const DARK_CORNER: f32 = 0.05 * 255.0;

/// A grey 28x28 picture with two black corners or more, as all 70,000 of the data set have, is in
/// its own form: it is taken as it is.
fn data_set_picture(planes: &[Plane; 3]) -> Option<[u8; PIXELS]> {
    let [red, green, blue] = planes;
    let is_grey = red.values == green.values && red.values == blue.values;
    if !is_grey || [red.width, red.height] != [SIDE, SIDE] {
        return None;
    }
    let corners = [0, SIDE - 1, PIXELS - SIDE, PIXELS - 1];
    let dark = corners
        .iter()
        .filter(|&&corner| red.values[corner] <= DARK_CORNER)
        .count();
    if dark < 2 {
        return None;
    }
    let mut picture = [0; PIXELS];
    for (pixel, value) in picture.iter_mut().zip(&red.values) {
        *pixel = value.round() as u8;
    }
    Some(picture)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_adjustments;
