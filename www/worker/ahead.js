// A photo that is decoded while the classifier is still loading.
import { decode } from "./decode.js";

/** @import { Decoded, Photo } from "./decode.js" */

/**
 * @typedef {{decoded: Decoded, spent: number}} TimedPhoto decoded: for whoever takes it to close; spent: milliseconds
 */

/** @type {Promise<TimedPhoto> | null} */
let held = null;

/** @type {Promise<void>} resolves when the browser has begun to decode the photo, or refused it */
let underWay = Promise.resolve();

/**
 * Begins to decode the photo that `classify` will probably be called with first.
 * @param {Blob} file takes the place of the one before
 */
export function decodeAhead(file) {
  dropAhead();
  underWay = new Promise((resolve) => {
    held = timed(file, resolve);
    // Whoever takes it is told what went wrong.
    held.catch(() => resolve());
  });
}

/**
 * @returns {Promise<void>} resolves, in some milliseconds at most, when this worker is free without delaying the photo
 */
export function aheadIsUnderWay() {
  return underWay;
}

/** @returns {Promise<TimedPhoto> | null} rejects where the photo could not be decoded */
export function takeAhead() {
  const taken = held;
  held = null;
  return taken;
}

/** Drops a photo that is not wanted after all. */
export function dropAhead() {
  takeAhead()
    ?.then(({ decoded }) => decoded instanceof ImageBitmap && decoded.close())
    .catch(() => {});
}

/** @type {(photo: Photo, onBegun?: () => void) => Promise<TimedPhoto>} onBegun: see `decode` */
export async function timed(photo, onBegun) {
  const start = performance.now();
  const decoded = await decode(photo, onBegun);
  return { decoded, spent: performance.now() - start };
}
