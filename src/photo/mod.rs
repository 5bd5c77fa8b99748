//! From a photo to the 28x28 grey pictures that a network reads: light garment on black.
//!
//! The rows of a photo are reduced as they come ([`Reducer`]); [`look`] finds the garment by its
//! colours ([`Sight`]) and cuts it out ([`Cutout`]), and a [`View`] makes a picture of that, after
//! the data set's own conversion: longest side to 28, centred, negated, grey, black around it.

mod bounds;
mod colour;
mod components;
mod cutout;
mod error;
mod mixture;
mod plane;
mod quality;
mod reduce;
mod segment;
mod view;

pub use bounds::Crop;
pub use cutout::{CUTOUT_SIDE, Cutout};
pub use error::PhotoError;
pub use plane::Plane;
pub use quality::{Quality, Trouble};
pub use reduce::Reducer;
pub use view::{LOOKS, View};

use crate::network::{PIXELS, SIDE};
use bounds::Bounds;
use segment::Foreground;

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
    /// Whether dark has become light.
    pub inverted: bool,
    /// What was found on the photo; `None` where it was in the data set's own form.
    pub sight: Option<Sight>,
}

impl Prepared {
    /// All pictures that the photo is judged by, 784 bytes each: its [`View::looks`], or the one
    /// picture where it was in the data set's own form.
    pub fn looks(&self) -> Vec<u8> {
        match &self.sight {
            Some(sight) => sight.looks(),
            None => self.picture.to_vec(),
        }
    }
}

impl Sight {
    /// The pictures of all [`View::looks`], 784 bytes each.
    pub fn looks(&self) -> Vec<u8> {
        let views = View::looks();
        views
            .iter()
            .flat_map(|view| view.render(&self.cutout))
            .collect()
    }
}

/// Prepares a photo of straight (not premultiplied) RGBA bytes, row by row from the top left.
///
/// # Errors
/// [`PhotoError`] where the size is 0, a side is under [`MIN_SIDE`], the whole is over
/// [`MAX_PIXELS`] or does not match the bytes, and where no pixel is opaque at all.
pub fn prepare(rgba: &[u8], width: usize, height: usize) -> Result<Prepared, PhotoError> {
    let expected = reduce::pixels(width, height)? * 4;
    if rgba.len() != expected {
        return Err(PhotoError::Length {
            found: rgba.len(),
            expected,
            width,
            height,
        });
    }
    let mut reducer = Reducer::new(width, height)?;
    reducer.push(rgba)?;
    Ok(prepare_reduced(reducer.finish()?, [width, height]))
}

/// Prepares a photo of `size` pixels that a [`Reducer`] has reduced to red, green and blue.
pub fn prepare_reduced(planes: [Plane; 3], size: [usize; 2]) -> Prepared {
    if let Some(picture) = data_set_picture(&planes) {
        return Prepared {
            picture,
            crop: Bounds::of_all(&planes[0]).crop(size),
            inverted: false,
            sight: None,
        };
    }
    let scale = [
        size[0] as f32 / planes[0].width as f32,
        size[1] as f32 / planes[0].height as f32,
    ];
    let sight = look(planes);
    let view = View::default();
    Prepared {
        picture: view.render(&sight.cutout),
        crop: sight.bounds.scaled(scale).crop(size),
        inverted: view.negate,
        sight: Some(sight),
    }
}

/// What is found on a photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Sight {
    /// How likely each pixel is garment, 0 to 1, for the whole photo at up to 128 pixels a side.
    pub garment: Plane,
    /// The garment cut out, for a [`View`] to make the network's picture of.
    pub cutout: Cutout,
    /// How well it was found.
    pub quality: Quality,
    bounds: Bounds,
}

/// The garment is looked for on a picture of at most this many pixels a side.
const MASK_SIDE: usize = 128;

/// Finds the garment on a reduced photo.
pub fn look(planes: [Plane; 3]) -> Sight {
    let whole = [planes[0].width, planes[0].height];
    let small = match whole[0].max(whole[1]) > MASK_SIDE {
        true => [0, 1, 2].map(|channel: usize| planes[channel].halved()),
        false => planes,
    };
    let colours = colour::oklab(&small);
    let size = [small[0].width, small[0].height];
    let Foreground {
        mut garment,
        contrast,
    } = segment::foreground(&colours, size);
    if contrast < quality::LEAST_CONTRAST {
        garment.values.fill(0.0);
    }
    let parts = components::tidy(&mut garment);
    let grey = colour::luma(&small);
    let found = Bounds::of_garment(&garment).unwrap_or(Bounds::of_all(&grey));
    let cutout = Cutout::of(&grey, &garment, found);
    let scale = [0, 1].map(|axis: usize| whole[axis] as f32 / size[axis] as f32);
    Sight {
        quality: Quality::of(&garment, parts, contrast, &grey),
        bounds: found.scaled(scale),
        garment,
        cutout,
    }
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
