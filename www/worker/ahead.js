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
 * Resolves when the photo has been looked at and the browser decodes it, or does not.
 * @type {Promise<void>}
 */
let underWay = Promise.resolve();

/**
 * @param {Blob} file takes the place of one that was not asked for
 */
export function decodeAhead(file) {
  dropAhead();
  underWay = new Promise((resolve) => {
    held = timed(file, resolve);
    // Whoever takes it is told of what goes wrong.
    held.catch(() => resolve());
  });
}

/** Waits, some milliseconds at most, until this worker can be kept busy without keeping the photo waiting. */
export function aheadIsUnderWay() {
  return underWay;
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
 * @param {() => void} [onBegun] see `decode`
 * @returns {Promise<Ahead>}
 */
export async function timed(photo, onBegun) {
  const start = performance.now();
  const decoded = await decode(photo, onBegun);
  return { decoded, spent: performance.now() - start };
}
