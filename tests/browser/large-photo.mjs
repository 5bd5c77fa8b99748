// A photo of 12 megapixels on its way through the package, as the worker sends it: what it takes of time and of memory.
import { createClassifier } from "./harness.mjs";

/**
 * @typedef {object} LargePhoto
 * @property {number} megapixels
 * @property {number} growth bytes by which the package's memory grew over the first photo, another small one being
 *   before it
 * @property {number[]} first milliseconds in the package before inference, of the first photo: reducing, then preparing
 * @property {number[]} median the same of those after it
 */

const ROUNDS = 9;

/**
 * @param {import("playwright-core").Page} page an empty one, on a server with this repository's www/ at /www/
 * @returns {Promise<LargePhoto>}
 */
export async function largePhoto(page) {
  await createClassifier(page, "cpu", "cpu");
  return page.evaluate(async (rounds) => {
    const { classifier, glue } =
      /** @type {{classifier: import("../../pkg/cpu/thimble.js").Classifier, glue: typeof import("../../pkg/cpu/thimble.js")}} */ (
        /** @type {unknown} */ (globalThis)
      );
    /** @type {typeof import("../../www/worker/downscale.js")} */
    const { downscale } = await import(new URL("/www/worker/downscale.js", location.href).href);
    const { memory } = await glue.default();
    const photo = async (/** @type {number} */ width, /** @type {number} */ height) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
      context.fillStyle = "#c8c0b4";
      context.fillRect(0, 0, width, height);
      // A floor of boards, and trousers on it.
      context.fillStyle = "#b0a898";
      for (let x = 0; x < width; x += width / 12) context.fillRect(x, 0, width / 200, height);
      context.fillStyle = "#28325a";
      for (const x of [0.3, 0.52]) context.fillRect(x * width, 0.15 * height, 0.18 * width, 0.7 * height);
      context.fillRect(0.3 * width, 0.15 * height, 0.4 * width, 0.2 * height);
      return createImageBitmap(canvas);
    };
    const noCanvas = () => {
      throw new Error("the browser gives no canvas");
    };
    const once = async (/** @type {ImageBitmap} */ bitmap) => {
      const { downscaled, spent } = downscale(glue.PhotoDownscaler, bitmap) ?? noCanvas();
      const { milliseconds } = await classifier.classifyDownscaled(downscaled);
      return [spent, milliseconds.prepare];
    };
    await once(await photo(300, 200));
    const bitmap = await photo(4000, 3000);
    const before = memory.buffer.byteLength;
    const first = await once(bitmap);
    const growth = memory.buffer.byteLength - before;
    /** @type {number[][]} */
    const later = [];
    for (let round = 0; round < rounds; round += 1) later.push(await once(bitmap));
    const middle = (/** @type {number} */ part) =>
      later.map((times) => times[part] ?? NaN).sort((a, b) => a - b)[rounds >> 1] ?? NaN;
    return { megapixels: (bitmap.width * bitmap.height) / 1e6, growth, first, median: [middle(0), middle(1)] };
  }, ROUNDS);
}
