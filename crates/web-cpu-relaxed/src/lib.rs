//! The wasm package `pkg/cpu-relaxed`: that of `thimble-web-cpu` with the multiply-adds and 8-bit dot products of
//! relaxed SIMD. It is a crate of its own so that cargo keeps both packages' builds.

// Linked for its exports to JavaScript.
use thimble_web_cpu as _;
