// What the browser must have before anything is loaded.

/** The start of a module of one function that gives a v128: magic and version, its type () -> v128, its declaration. */
const MODULE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];
/** Its code with SIMD: i32.const 0, i8x16.splat, i8x16.popcnt. */
const SIMD = [10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
/** Its code with relaxed SIMD: three times i32.const 0, i8x16.splat; then f32x4.relaxed_madd. */
const RELAXED_SIMD = [10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 11];

/**
 * Returns the first thing that is missing, as an error's code.
 * @returns {"no-webassembly" | "no-simd" | "no-module-worker" | null} null where nothing is
 */
export function missingFeature() {
  if (typeof WebAssembly !== "object") return "no-webassembly";
  if (!WebAssembly.validate(Uint8Array.of(...MODULE, ...SIMD))) return "no-simd";
  const hasWorkers = typeof Worker === "function" && typeof OffscreenCanvas === "function" && runsModuleWorkers();
  return hasWorkers ? null : "no-module-worker";
}

/**
 * Whether multiply-add and dot product are one instruction each. bundle.mjs puts this into index.html, with preload.js.
 * @returns {boolean}
 */
export function hasRelaxedSimd() {
  return typeof WebAssembly === "object" && WebAssembly.validate(Uint8Array.of(...MODULE, ...RELAXED_SIMD));
}

/** A browser that knows module workers reads the option's `type`; an older one does not look at it. */
function runsModuleWorkers() {
  let read = false;
  const options = {
    get type() {
      read = true;
      return /** @type {const} */ ("module");
    },
  };
  try {
    // No worker comes of it: the URL cannot be parsed.
    new Worker("https://[", options);
  } catch {
    // Expected.
  }
  return read;
}
