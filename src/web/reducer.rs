//! Photos that come in strips, and how they are handed to JavaScript and back.

use js_sys::{Float32Array, Object, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::error::WebError;
use crate::photo::{Adjustment, Frame, Reduced, Reducer, Region};

/// Reduces a photo while its rows arrive, so that it is never held whole.
#[wasm_bindgen]
pub struct PhotoReducer(Reducer);

#[wasm_bindgen]
impl PhotoReducer {
    /// For a photo of `width` by `height` pixels.
    ///
    /// # Errors
    /// A `ThimbleError`: `photo-size`, `photo-too-small`.
    #[wasm_bindgen(constructor)]
    pub fn new(width: u32, height: u32) -> Result<PhotoReducer, WebError> {
        Ok(Self(Reducer::new(width as usize, height as usize)?))
    }

    /// Takes the next rows, whole ones, from the top: straight (not premultiplied) RGBA.
    ///
    /// # Errors
    /// A `ThimbleError`: `photo-size`.
    pub fn push(&mut self, rgba: &[u8]) -> Result<(), WebError> {
        Ok(self.0.push(rgba)?)
    }

    /// The photo at its working size, for `Classifier.classifyReduced`; this reducer is used up.
    ///
    /// # Errors
    /// A `ThimbleError`: `photo-size` where rows are missing, `photo-transparent`.
    #[wasm_bindgen(unchecked_return_type = "ReducedPhoto")]
    pub fn finish(self) -> Result<JsValue, WebError> {
        let reduced = self.0.finish()?;
        let planes = reduced.planes();
        let [width, height] = reduced.size();
        let values: Vec<f32> = planes
            .iter()
            .flat_map(|plane| plane.values.iter().copied())
            .collect();
        let photo = Object::new();
        for (name, value) in [
            ("width", JsValue::from(width as f64)),
            ("height", JsValue::from(height as f64)),
            ("columns", JsValue::from(planes[0].width as f64)),
            ("rows", JsValue::from(planes[0].height as f64)),
            ("planes", Float32Array::from(values.as_slice()).into()),
        ] {
            set(&photo, name, &value)?;
        }
        Ok(photo.into())
    }
}

/// What `PhotoReducer.finish` gave.
///
/// # Errors
/// [`WebError::Photo`] where it is something else.
pub(super) fn reduced(photo: &JsValue) -> Result<Reduced, WebError> {
    let whole = |name: &str| number(photo, name).map_or(0, |value| value as usize);
    let planes =
        property(photo, "planes").and_then(|planes| planes.dyn_into::<Float32Array>().ok());
    let values = planes.map(|planes| planes.to_vec()).unwrap_or_default();
    Ok(Reduced::from_values(
        [whole("width"), whole("height")],
        [whole("columns"), whole("rows")],
        &values,
    )?)
}

/// The TypeScript `Adjustment`; nothing is adjusted by `undefined` and `null`, nor by what they
/// stand for in it.
///
/// # Errors
/// [`WebError::Adjustment`] where something else stands there than should.
pub(super) fn adjustment(given: &JsValue) -> Result<Adjustment, WebError> {
    let Some(given) = some(given.clone()) else {
        return Ok(Adjustment::default());
    };
    if !given.is_object() {
        return Err(wrong("it is no object"));
    }
    let turns = match property(&given, "turns") {
        None => 0.0,
        Some(turns) => turns
            .as_f64()
            .filter(|turns| turns.fract() == 0.0)
            .ok_or_else(|| wrong("`turns` is no whole number"))?,
    };
    let region = match property(&given, "frame") {
        None => Region::Found,
        Some(whole) if whole.as_string().is_some_and(|name| name == "whole") => Region::Whole,
        Some(frame) => Region::Framed(box_of(&frame)?),
    };
    let negate = match property(&given, "negate") {
        None => None,
        Some(negate) => Some(
            negate
                .as_bool()
                .ok_or_else(|| wrong("`negate` is neither true nor false"))?,
        ),
    };
    Ok(Adjustment {
        turns: turns.rem_euclid(4.0) as u8,
        region,
        negate,
    })
}

fn box_of(frame: &JsValue) -> Result<Frame, WebError> {
    let side = |name: &str| {
        number(frame, name)
            .map(|value| value as f32)
            .ok_or_else(|| wrong("`frame` is neither \"whole\" nor a box with five numbers"))
    };
    Ok(Frame {
        cx: side("cx")?,
        cy: side("cy")?,
        width: side("width")?,
        height: side("height")?,
        angle: side("angle")?,
    })
}

fn wrong(found: &'static str) -> WebError {
    WebError::Adjustment { found }
}

/// What is neither undefined nor null.
fn some(value: JsValue) -> Option<JsValue> {
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().and_then(some)
}

fn number(of: &JsValue, name: &str) -> Option<f64> {
    property(of, name)?.as_f64()
}

/// Closed lines, each as x and y in turn.
pub(super) fn lines(outline: &[Vec<[f32; 2]>]) -> JsValue {
    let lines = outline
        .iter()
        .map(|line| JsValue::from(Float32Array::from(line.as_flattened())));
    lines.collect::<js_sys::Array>().into()
}

/// Sets a property of a result.
///
/// # Errors
/// [`WebError::Internal`]; a fresh, extensible object gives none.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) -> Result<(), WebError> {
    match Reflect::set(object, &name.into(), value) {
        Ok(_) => Ok(()),
        Err(error) => Err(WebError::Internal {
            reason: format!("{error:?}"),
        }),
    }
}
