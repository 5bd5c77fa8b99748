// The thumbnail on a photo's card. Drawn here, from pixels that have passed the limits: the page decodes no file. Drawn
// after the prediction; until then the decoded photo is held.

/** @import { Decoded } from "./decode.js" */

/** Longest side, pixels: a card's thumbnail on a screen of two device pixels to a CSS pixel. */
const LONGEST_SIDE = 576;

/** Up to this side, pixels, every pixel is kept as it is. */
const TINY = 64;

/** Of JPEG, 0 to 1: some 40 KB a thumbnail. */
const QUALITY = 0.85;

/** @type {Decoded | null} */
let held = null;

/** @param {Decoded} photo takes the place of the one before */
export function hold(photo) {
  dropHeld();
  held = photo;
}

/** Frees up to 200 MB now, and not when memory is next collected. */
export function dropHeld() {
  if (held instanceof ImageBitmap) held.close();
  held = null;
}

/**
 * @returns {Promise<Blob | null>} of the held photo, which is dropped: a JPEG file, or a PNG file of one of few pixels; null
 *   where there is none, or no canvas for it
 */
export async function takeThumbnail() {
  try {
    return held instanceof ImageBitmap ? thumbnailOf(held) : null;
  } finally {
    dropHeld();
  }
}

/** @type {(photo: ImageBitmap) => Promise<Blob> | null} drawn before it returns */
function thumbnailOf(photo) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(photo.width, photo.height));
  const side = (/** @type {number} */ length) => Math.max(1, Math.round(length * scale));
  const canvas = new OffscreenCanvas(side(photo.width), side(photo.height));
  const context = canvas.getContext("2d");
  if (!context) return null;
  // As the network sees what is transparent.
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(photo, 0, 0, canvas.width, canvas.height);
  const isTiny = Math.max(canvas.width, canvas.height) <= TINY;
  return canvas.convertToBlob(isTiny ? { type: "image/png" } : { type: "image/jpeg", quality: QUALITY });
}
