// What the browser must have before anything is loaded, each lack with what to do about it.
import { BROWSERS } from "../shared/browsers.js";
import { ThimbleError } from "../shared/errors.js";

/** The start of a module of one function that gives a v128: magic and version, its type () -> v128, its declaration. */
const MODULE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];
/** Its code with SIMD: i32.const 0, i8x16.splat, i8x16.popcnt. */
const SIMD = [10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
/** Its code with relaxed SIMD: three times i32.const 0, i8x16.splat; then f32x4.relaxed_madd. */
const RELAXED_SIMD = [10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 11];

/**
 * @throws {ThimbleError} naming the first thing that is missing
 */
export function checkSupport() {
  const update = `Update the browser, or open this page in ${BROWSERS}.`;
  if (typeof WebAssembly !== "object") {
    throw new ThimbleError(
      "no-webassembly",
      `This browser does not run WebAssembly, which Thimble needs. A lockdown or security mode may have turned it off: ` +
        `allow it for this site. ${update}`,
    );
  }
  if (!WebAssembly.validate(Uint8Array.of(...MODULE, ...SIMD))) {
    throw new ThimbleError(
      "no-simd",
      `This browser's WebAssembly has no SIMD instructions, which Thimble needs. ${update}`,
    );
  }
  if (typeof Worker !== "function" || typeof OffscreenCanvas !== "function" || !runsModuleWorkers()) {
    throw new ThimbleError("no-module-worker", `This browser has no module workers, which Thimble needs. ${update}`);
  }
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
