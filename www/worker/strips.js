// A photo's pixels strip by strip, into the wasm that reduces them: the photo is never held whole but by the browser itself.

/** @typedef {import("../../pkg/cpu/thimble.js").PhotoReducer} PhotoReducer */

/** Pixels of a strip, about; a fourth of its bytes. */
const STRIP = 1 << 18;

/**
 * @param {PhotoReducer} reducer
 * @param {{rgba: Uint8Array, width: number, height: number}} pixels straight alpha, row by row
 * @returns {number} milliseconds that the reducer took
 */
export function pushPixels(reducer, { rgba, width, height }) {
  const rows = rowsOf(width);
  let spent = 0;
  for (let y = 0; y < height; y += rows) {
    spent += push(reducer, rgba.subarray(y * width * 4, Math.min(y + rows, height) * width * 4));
  }
  return spent;
}

/**
 * @param {PhotoReducer} reducer
 * @param {ImageBitmap} bitmap
 * @returns {number | null} milliseconds that the reducer took; null where the browser gives no canvas
 */
export function pushBitmap(reducer, bitmap) {
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
    spent += push(reducer, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  canvas.width = 0;
  return spent;
}

/** @param {number} width */
function rowsOf(width) {
  return Math.max(1, Math.floor(STRIP / width));
}

/**
 * @param {PhotoReducer} reducer
 * @param {Uint8Array} rows
 * @returns {number} milliseconds
 */
function push(reducer, rows) {
  const start = performance.now();
  reducer.push(rows);
  return performance.now() - start;
}
