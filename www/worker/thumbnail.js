// The small picture on a photo's card. Made here, of pixels that have passed the limits: the page decodes no file.

/** Longest side, pixels: a card's thumbnail on a screen of two device pixels to a CSS pixel. */
const LONGEST_SIDE = 576;

/**
 * @param {ImageBitmap} photo
 * @returns {ImageBitmap | null} null where the browser gives no canvas for it
 */
export function thumbnailOf(photo) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(photo.width, photo.height));
  const side = (/** @type {number} */ length) => Math.max(1, Math.round(length * scale));
  const canvas = new OffscreenCanvas(side(photo.width), side(photo.height));
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(photo, 0, 0, canvas.width, canvas.height);
  return canvas.transferToImageBitmap();
}
