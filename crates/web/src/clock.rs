//! The browser's clock, in a window and in a worker alike.

use js_sys::{Reflect, global};
use wasm_bindgen::JsCast;
use web_sys::Performance;

/// Measures time in milliseconds, at the resolution of the browser's clock.
pub(crate) struct Clock {
    performance: Option<Performance>,
}

impl Clock {
    /// Uses the global object's `performance`; without it every time is NaN.
    pub(crate) fn new() -> Self {
        let performance = Reflect::get(&global(), &"performance".into())
            .ok()
            .and_then(|value| value.dyn_into().ok());
        Self { performance }
    }

    /// Returns the milliseconds since an arbitrary fixed time.
    pub(crate) fn now(&self) -> f64 {
        self.performance.as_ref().map_or(f64::NAN, Performance::now)
    }
}
