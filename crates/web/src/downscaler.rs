//! Downscaling of photos that arrive in strips, and conversion of photos and edits between JavaScript and
//! Rust.

use js_sys::{Array, Float32Array};
use thimble::photo::{self, Downscaled, Downscaler, Region};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::error::WebError;
use super::to_js;
use super::types::{DownscaledPhoto, PhotoEdit};

/// Downscales a photo while its rows arrive, so that the whole photo is never in memory.
#[wasm_bindgen]
pub struct PhotoDownscaler(Downscaler);

#[wasm_bindgen]
impl PhotoDownscaler {
    /// Starts a photo of `width` by `height` pixels.
    ///
    /// # Errors
    /// A `ThimbleError`: `photo-size`, `photo-too-small`.
    #[wasm_bindgen(constructor)]
    pub fn new(width: u32, height: u32) -> Result<PhotoDownscaler, WebError> {
        Ok(Self(Downscaler::new(width as usize, height as usize)?))
    }

    /// Adds the next rows from the top: whole rows of straight (not premultiplied) RGBA.
    ///
    /// # Errors
    /// A `ThimbleError`: `photo-size`.
    pub fn push(&mut self, rgba: &[u8]) -> Result<(), WebError> {
        Ok(self.0.push(rgba)?)
    }

    /// Returns the photo at its working size, for `Classifier.classifyDownscaled`, and consumes the
    /// downscaler.
    ///
    /// # Errors
    /// A `ThimbleError`: `photo-size` if rows are missing, `photo-transparent`.
    #[wasm_bindgen(unchecked_return_type = "DownscaledPhoto")]
    pub fn finish(self) -> Result<JsValue, WebError> {
        let downscaled = self.0.finish()?;
        let planes = downscaled.planes();
        let [width, height] = downscaled.size();
        let values: Vec<f32> = planes
            .iter()
            .flat_map(|plane| plane.values.iter().copied())
            .collect();
        to_js(&DownscaledPhoto {
            width: width as f64,
            height: height as f64,
            columns: planes[0].width as f64,
            rows: planes[0].height as f64,
            planes: Float32Array::from(values.as_slice()),
        })
    }
}

/// Reads a `DownscaledPhoto`.
///
/// # Errors
/// [`WebError::Photo`] if it is not one.
pub(crate) fn from_js(photo: JsValue) -> Result<Downscaled, WebError> {
    // Other values become a photo without pixels, whose error message lists what a photo must have.
    let photo: DownscaledPhoto =
        serde_wasm_bindgen::from_value(photo).unwrap_or_else(|_| DownscaledPhoto {
            width: 0.0,
            height: 0.0,
            columns: 0.0,
            rows: 0.0,
            planes: Float32Array::new_with_length(0),
        });
    Ok(Downscaled::from_values(
        [photo.width as usize, photo.height as usize],
        [photo.columns as usize, photo.rows as usize],
        &photo.planes.to_vec(),
    )?)
}

/// Reads a `PhotoEdit`; `undefined` and `null` are the default edit.
///
/// # Errors
/// [`WebError::PhotoEdit`] if it is not one.
pub(crate) fn edit_from_js(edit: JsValue) -> Result<photo::PhotoEdit, WebError> {
    if edit.is_undefined() || edit.is_null() {
        return Ok(photo::PhotoEdit::default());
    }
    let edit: PhotoEdit =
        serde_wasm_bindgen::from_value(edit).map_err(|error| WebError::PhotoEdit {
            found: error.to_string(),
        })?;
    let turns = edit.quarter_turns.unwrap_or(0.0);
    if turns.fract() != 0.0 || !turns.is_finite() {
        return Err(WebError::PhotoEdit {
            found: format!("`quarterTurns` must be a whole number, got {turns}"),
        });
    }
    Ok(photo::PhotoEdit {
        quarter_turns: turns.rem_euclid(4.0) as u8,
        region: region_from_js(edit.region)?,
        invert: edit.invert,
    })
}

/// Reads the field `box` of a `PhotoEdit`.
fn region_from_js(region: JsValue) -> Result<Region, WebError> {
    if region.is_undefined() || region.is_null() {
        return Ok(Region::Auto);
    }
    match region.as_string() {
        Some(name) if name == "whole" => Ok(Region::Whole),
        _ => serde_wasm_bindgen::from_value(region)
            .map(Region::Box)
            .map_err(|_| WebError::PhotoEdit {
                found: "`box` must be \"whole\" or a box with five numbers".to_owned(),
            }),
    }
}

/// Converts closed polygons to an array with a `Float32Array` of alternating x and y for each.
pub(crate) fn polygons_to_js(outline: &[Vec<[f32; 2]>]) -> Array {
    let polygons = outline
        .iter()
        .map(|polygon| JsValue::from(Float32Array::from(polygon.as_flattened())));
    polygons.collect()
}
