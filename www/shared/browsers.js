// The oldest browsers that run Thimble, in one place: for esbuild's target and for what the page says.
//
//   Chrome 96       reference types in WebAssembly, which Rust's compiler uses
//   Firefox 114     modules in workers
//   Safari 16.4     WebAssembly SIMD, and OffscreenCanvas
//
// The page says so itself where one is older: support.js.

/** As esbuild writes them. */
export const TARGETS = ["chrome96", "firefox114", "safari16.4"];
/** As people read them, followed by “or newer”. */
export const BROWSERS = "Chrome 96, Firefox 114, Safari 16.4";
