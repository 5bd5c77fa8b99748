//! The browser's clock, in a window and in a worker alike.

use js_sys::{Reflect, global};
use wasm_bindgen::JsCast;
use web_sys::Performance;

/// Measures spans of time in milliseconds, as finely as the browser's clock ticks.
pub(crate) struct Clock {
    performance: Option<Performance>,
}

impl Clock {
    /// The global object's `performance`; without one every span is NaN.
    pub(crate) fn new() -> Self {
        let performance = Reflect::get(&global(), &"performance".into())
            .ok()
            .and_then(|value| value.dyn_into().ok());
        Self { performance }
    }

    /// Milliseconds since some fixed moment.
    pub(crate) fn now(&self) -> f64 {
        self.performance.as_ref().map_or(f64::NAN, Performance::now)
    }
}
