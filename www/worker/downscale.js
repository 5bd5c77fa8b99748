// From a decoded photo to its working size, strip by strip: only the browser itself ever holds the photo whole.
// Imports nothing, so that a test can run it as it is.

/**
 * @import { DownscaledPhoto, PhotoDownscaler } from "../../pkg/cpu/thimble.js"
 * @import { Decoded, Pixels } from "./decode.js"
 */

/** Pixels of a strip, about; a fourth of its bytes. */
const STRIP = 1 << 18;

/**
 * @param {typeof PhotoDownscaler} Downscaler
 * @param {Decoded} photo
 * @returns {{downscaled: DownscaledPhoto, spent: number} | null} spent: milliseconds in wasm alone; null where the browser
 *   gives no canvas
 */
export function downscale(Downscaler, photo) {
  const downscaler = new Downscaler(photo.width, photo.height);
  let isFinished = false;
  try {
    const pushed = photo instanceof ImageBitmap ? pushBitmap(downscaler, photo) : pushPixels(downscaler, photo);
    if (pushed === null) {
      downscaler.free();
      return null;
    }
    const start = performance.now();
    // It is used up, whatever comes of it.
    isFinished = true;
    const downscaled = downscaler.finish();
    return { downscaled, spent: pushed + performance.now() - start };
  } catch (error) {
    // After a panic nothing of the package may be touched.
    if (!isFinished && !(error instanceof WebAssembly.RuntimeError)) downscaler.free();
    throw error;
  }
}

/** @type {(downscaler: PhotoDownscaler, pixels: Pixels) => number} milliseconds that the downscaler took */
function pushPixels(downscaler, { rgba, width, height }) {
  const rows = rowsOf(width);
  let spent = 0;
  for (let y = 0; y < height; y += rows) {
    spent += push(downscaler, rgba.subarray(y * width * 4, Math.min(y + rows, height) * width * 4));
  }
  return spent;
}

/**
 * @param {PhotoDownscaler} downscaler
 * @param {ImageBitmap} bitmap
 * @returns {number | null} milliseconds that the downscaler took; null where the browser gives no canvas
 */
function pushBitmap(downscaler, bitmap) {
  const { width, height } = bitmap;
  const rows = Math.min(rowsOf(width), height);
  const canvas = new OffscreenCanvas(width, rows);
  // Kept in main memory: the pixels are only read back, never shown.
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  // Each strip takes the place of the one before, where it is transparent too.
  context.globalCompositeOperation = "copy";
  let spent = 0;
  for (let y = 0; y < height; y += rows) {
    const count = Math.min(rows, height - y);
    context.drawImage(bitmap, 0, y, width, count, 0, 0, width, count);
    const { data } = context.getImageData(0, 0, width, count);
    spent += push(downscaler, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  canvas.width = 0;
  return spent;
}

/** @param {number} width */
function rowsOf(width) {
  return Math.max(1, Math.floor(STRIP / width));
}

/** @type {(downscaler: PhotoDownscaler, rows: Uint8Array) => number} milliseconds */
function push(downscaler, rows) {
  const start = performance.now();
  downscaler.push(rows);
  return performance.now() - start;
}
