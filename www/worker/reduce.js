// From a decoded photo to its working size.
import { ThimbleError } from "../shared/errors.js";
import { pushBitmap, pushPixels } from "./strips.js";

/**
 * @param {typeof import("../../pkg/cpu/thimble.js").PhotoReducer} PhotoReducer
 * @param {import("./decode.js").Decoded} photo
 * @returns {{reduced: import("../shared/types.js").ReducedPhoto, spent: number}} spent: milliseconds in wasm, alone
 */
export function reduce(PhotoReducer, photo) {
  const reducer = new PhotoReducer(photo.width, photo.height);
  let done = false;
  try {
    const pushed = photo instanceof ImageBitmap ? pushBitmap(reducer, photo) : pushPixels(reducer, photo);
    if (pushed === null) {
      throw new ThimbleError(
        "no-canvas",
        `The browser gave no memory for ${photo.width} × ${photo.height} pixels. Close other tabs, or export the photo smaller.`,
      );
    }
    const start = performance.now();
    // It is used up, whatever comes of it.
    done = true;
    const reduced = reducer.finish();
    return { reduced, spent: pushed + performance.now() - start };
  } catch (error) {
    // After a panic nothing of the package may be touched any more.
    if (!done && !(error instanceof WebAssembly.RuntimeError)) reducer.free();
    throw error;
  }
}
