// A photo by the package, without the page: how long its preparation and its network take.
import { readFile } from "node:fs/promises";
import { spread } from "../../bench/statistics.mjs";
import { sample } from "./harness.mjs";

/** The photo, one of the page's samples. */
const PHOTO = "photo-t-shirt.jpg";
/** Times that it is classified after three that only warm up. */
const TIMES = 30;
const WARM_UP = 3;

/** @typedef {import("../../bench/statistics.mjs").Spread} Spread */

/**
 * @param {import("playwright-core").Page} page on a server with pkg/ at /pkg/
 * @param {string} folder of the package, below `pkg/`
 * @param {string} origin of the server
 * @returns {Promise<{width: number, height: number, ms: Spread, prepare: Spread, inference: Spread}>}
 *   milliseconds from RGBA pixels to the label, of them those of the preparation and those of the network
 */
export async function timePhoto(page, folder, origin) {
  const photo = (await readFile(sample(PHOTO))).toString("base64");
  const { times, ...found } = await page.evaluate(
    async ([script, photo, times]) => {
      const bytes = Uint8Array.from(atob(photo), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]), { premultiplyAlpha: "none" });
      const { width, height } = bitmap;
      const context = new OffscreenCanvas(width, height).getContext("2d");
      if (!context) throw new Error("the browser draws no 2D canvas");
      context.drawImage(bitmap, 0, 0);
      const rgba = new Uint8Array(context.getImageData(0, 0, width, height).data.buffer);
      /** @type {typeof import("../../pkg/cpu/thimble.js")} */
      const glue = await import(script);
      await glue.default();
      const classifier = await glue.Classifier.create("cpu");
      const found = [];
      for (let time = 0; time < times; time += 1) {
        const started = performance.now();
        const { milliseconds } = await classifier.classify(rgba, width, height);
        found.push({
          ms: performance.now() - started,
          prepare: milliseconds.prepare,
          inference: milliseconds.inference,
        });
      }
      return { width, height, times: found };
    },
    /** @type {const} */ ([`${origin}/pkg/${folder}/thimble.js`, photo, WARM_UP + TIMES]),
  );
  const warm = times.slice(WARM_UP);
  const of = (/** @type {"ms" | "prepare" | "inference"} */ part) => spread(warm.map((time) => time[part]));
  return { ...found, ms: of("ms"), prepare: of("prepare"), inference: of("inference") };
}
