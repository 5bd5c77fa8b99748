// A photo that is decoded while the classifier is still being loaded.
import { decode } from "./decode.js";

/**
 * @typedef {object} Ahead
 * @property {import("./decode.js").Decoded} decoded for whoever takes it to close
 * @property {number} spent milliseconds
 */

/** @type {Promise<Ahead> | null} */
let held = null;

/**
 * @param {Blob} file takes the place of one that was not asked for
 */
export function decodeAhead(file) {
  dropAhead();
  held = timed(file);
  // Whoever takes it is told.
  held.catch(() => {});
}

/** @returns {Promise<Ahead> | null} rejects with what decoding ended in */
export function takeAhead() {
  const taken = held;
  held = null;
  return taken;
}

/** Lets go of a photo that another, or nothing, was asked for instead of. */
export function dropAhead() {
  takeAhead()?.then(({ decoded }) => decoded instanceof ImageBitmap && decoded.close()).catch(() => {});
}

/**
 * @param {import("./decode.js").Photo} photo
 * @returns {Promise<Ahead>}
 */
export async function timed(photo) {
  const start = performance.now();
  const decoded = await decode(photo);
  return { decoded, spent: performance.now() - start };
}
