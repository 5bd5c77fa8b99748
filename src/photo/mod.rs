//! From a photo to the 28x28 grey picture that a network reads: light garment on black.
//!
//! The steps follow the data set's own conversion (trim to the corner colour, longest side to
//! 28, centred, negated, grey) in a plain form that assumes an even background.

mod area;
mod error;
mod trim;

pub use area::Plane;
pub use error::PhotoError;
pub use trim::Crop;

use crate::network::{PIXELS, SIDE};

/// Photos of more pixels than this are refused.
pub const MAX_PIXELS: usize = 50_000_000;
/// Files of more bytes than this are refused before they are decoded.
pub const MAX_BYTES: usize = 40 * 1024 * 1024;
/// Photos with a side of fewer pixels than this are refused: no garment can be seen on them.
pub const MIN_SIDE: usize = 8;

/// A photo is reduced to this longest side before its background is looked at.
const WORKING_SIDE: usize = 256;

/// A photo made ready for a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// 784 grey values row by row, 0 for the background.
    pub picture: [u8; PIXELS],
    /// The part of the photo that the picture shows, in the photo's pixels.
    pub crop: Crop,
    /// Whether the photo was dark on light, and so was negated.
    pub inverted: bool,
}

/// Prepares a photo of straight (not premultiplied) RGBA bytes, row by row from the top left.
///
/// # Errors
/// [`PhotoError`] where the size is 0, a side is under [`MIN_SIDE`], the whole is over
/// [`MAX_PIXELS`] or does not match the bytes, and where no pixel is opaque at all.
pub fn prepare(rgba: &[u8], width: usize, height: usize) -> Result<Prepared, PhotoError> {
    check_size(rgba, width, height)?;
    if !rgba.chunks_exact(4).any(|pixel| pixel[3] > 0) {
        return Err(PhotoError::Transparent);
    }

    let scale = (WORKING_SIDE as f32 / width.max(height) as f32).min(1.0);
    let planes = area::reduce_rgba(rgba, [width, height], |side| scaled(side, scale));
    if let Some(picture) = data_set_picture(&planes) {
        let crop = Crop {
            x: 0,
            y: 0,
            width: width as u32,
            height: height as u32,
        };
        return Ok(Prepared {
            picture,
            crop,
            inverted: false,
        });
    }

    let background = trim::Background::of_border(&planes);
    let found = trim::bounds(&planes, &background);
    let grey = area::luma(&planes);
    let border = background.luma();
    let garment = trim::mean_where_foreground(&planes, &background, &grey).unwrap_or(border);
    let inverted = garment < border;

    let cut = area::cut_to_fit(&grey, &found, SIDE);
    let picture = centred(&cut, |value| light_on_dark(value, border, inverted));
    let crop = found.scaled_up([planes[0].width, planes[0].height], [width, height]);
    Ok(Prepared {
        picture,
        crop,
        inverted,
    })
}

fn check_size(rgba: &[u8], width: usize, height: usize) -> Result<(), PhotoError> {
    if width == 0 || height == 0 {
        return Err(PhotoError::Empty { width, height });
    }
    let pixels = width
        .checked_mul(height)
        .filter(|&pixels| pixels <= MAX_PIXELS);
    let Some(pixels) = pixels else {
        return Err(PhotoError::TooLarge { width, height });
    };
    if rgba.len() != pixels * 4 {
        return Err(PhotoError::Length {
            found: rgba.len(),
            expected: pixels * 4,
            width,
            height,
        });
    }
    if width.min(height) < MIN_SIDE {
        return Err(PhotoError::TooSmall { width, height });
    }
    Ok(())
}

fn scaled(side: usize, scale: f32) -> usize {
    ((side as f32 * scale).round() as usize).max(1)
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

/// Negates a grey value (0 to 255) where the photo is dark on light, and stretches the range so
/// that the background's level becomes 0.
fn light_on_dark(value: f32, border: f32, inverted: bool) -> u8 {
    let (value, floor) = if inverted {
        (255.0 - value, 255.0 - border)
    } else {
        (value, border)
    };
    let range = (255.0 - floor).max(1.0);
    ((value - floor) * 255.0 / range).clamp(0.0, 255.0).round() as u8
}

/// The cut in the middle of a black 28x28 square.
fn centred(cut: &Plane, tone: impl Fn(f32) -> u8) -> [u8; PIXELS] {
    let left = (SIDE - cut.width) / 2;
    let top = (SIDE - cut.height) / 2;
    let mut picture = [0; PIXELS];
    for (y, row) in cut.values.chunks_exact(cut.width).enumerate() {
        let start = (top + y) * SIDE + left;
        for (pixel, &value) in picture[start..start + cut.width].iter_mut().zip(row) {
            *pixel = tone(value);
        }
    }
    picture
}

#[cfg(test)]
mod tests;
