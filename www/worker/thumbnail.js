// The small picture on a photo's card. Made here, of pixels that have passed the limits: the page decodes no file. Made
// behind the verdict, until when the photo is held as it was decoded.

/** Longest side, pixels: a card's thumbnail on a screen of two device pixels to a CSS pixel. */
const LONGEST_SIDE = 576;

/** @type {import("./decode.js").Decoded | null} */
let held = null;

/** @param {import("./decode.js").Decoded} photo takes the place of the one before */
export function hold(photo) {
  dropHeld();
  held = photo;
}

/** Up to 200 MB, given back now and not when memory is next tidied up. */
export function dropHeld() {
  if (held instanceof ImageBitmap) held.close();
  held = null;
}

/**
 * @returns {ImageBitmap | null} of the photo that is held, which is let go of; null where there is none, or the browser
 *   gives no canvas for it
 */
export function takeThumbnail() {
  try {
    return held instanceof ImageBitmap ? thumbnailOf(held) : null;
  } finally {
    dropHeld();
  }
}

/**
 * @param {ImageBitmap} photo
 * @returns {ImageBitmap | null}
 */
function thumbnailOf(photo) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(photo.width, photo.height));
  const side = (/** @type {number} */ length) => Math.max(1, Math.round(length * scale));
  const canvas = new OffscreenCanvas(side(photo.width), side(photo.height));
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(photo, 0, 0, canvas.width, canvas.height);
  return canvas.transferToImageBitmap();
}
