// From navigation to the first label: the time, and what was loaded for it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { sample, site } from "./harness.mjs";

/**
 * @typedef {{file: string, bytes: number, brotli: number}} Loaded a file, its bytes and those with brotli at its
 *   highest quality
 */
/**
 * @typedef {{html: number, start: number, ready: number, prediction: number}} Timeline milliseconds from navigation, from
 *   the marks of stats.js
 */

/**
 * Opens the page with nothing in the cache, gives it a photo as soon as it can take one, and waits for the label; again
 * and again.
 * @param {import("playwright-core").Browser} browser
 * @param {string} base the site's URL
 * @param {number} rounds
 * @returns {Promise<{median: number, min: number, max: number, timeline: Timeline, files: Loaded[]}>} milliseconds to
 *   the label, how far it was when (medians), and what was loaded
 */
export async function firstPrediction(browser, base, rounds) {
  const photo = (await readFile(sample("photo-t-shirt.jpg"))).toString("base64");
  /** @type {Awaited<ReturnType<typeof once>>[]} */
  const found = [];
  for (let round = 0; round < rounds; round += 1) found.push(await once(browser, base, photo));
  const sorted = (/** @type {string} */ name) => found.map(({ marks }) => marks[name] ?? NaN).sort((a, b) => a - b);
  const median = (/** @type {string} */ name) => sorted(name)[rounds >> 1] ?? NaN;
  const timeline = {
    html: median("html"),
    start: median("start"),
    ready: median("ready"),
    prediction: median("prediction"),
  };
  const predictions = sorted("prediction");
  const urls = found.at(-1)?.urls ?? [];
  const files = await Promise.all(urls.map(async (url) => ({ file: url, ...(await sizes(join(site, url))) })));
  return { median: timeline.prediction, min: predictions[0] ?? NaN, max: predictions.at(-1) ?? NaN, timeline, files };
}

/**
 * The photo comes from a script in the page: the browser's remote control takes its time, and the page's while it does.
 * @param {import("playwright-core").Browser} browser
 * @param {string} base
 * @param {string} photo in base64
 * @returns {Promise<{marks: Record<string, number>, urls: string[]}>}
 */
async function once(browser, base, photo) {
  const { context, page } = await openWindow(browser);
  /** @type {import("playwright-core").Request[]} */
  const requests = [];
  context.on("request", (request) => void requests.push(request));
  const predicted = page.waitForEvent("console", (message) => message.text() === "predicted");
  await page.addInitScript((photo) => {
    addEventListener("DOMContentLoaded", () => {
      const characters = atob(photo);
      const bytes = new Uint8Array(characters.length);
      // A loop takes a fifth of what a function for each character takes, and the page waits for it.
      for (let index = 0; index < bytes.length; index += 1) bytes[index] = characters.charCodeAt(index);
      const given = new DataTransfer();
      given.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
      const input = /** @type {HTMLInputElement} */ (document.getElementById("file"));
      input.files = given.files;
      input.dispatchEvent(new Event("change"));
    });
    new PerformanceObserver((list) => {
      if (list.getEntriesByName("prediction").length > 0) console.log("predicted");
    }).observe({ type: "mark" });
  }, photo);
  await page.goto(base, { waitUntil: "commit" });
  await predicted;
  const { origin, marks } = await page.evaluate(() => {
    const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
    const marks = performance.getEntriesByType("mark").map(({ name, startTime }) => [name, startTime]);
    return { origin: performance.timeOrigin, marks: Object.fromEntries([["html", navigation?.responseEnd], ...marks]) };
  });
  const begun = await begunBefore(requests, origin + marks.prediction);
  await context.close();
  const urls = begun.filter((url) => url.startsWith(base)).map((url) => url.slice(base.length) || "index.html");
  return { marks, urls };
}

/**
 * Finds what a visitor has to wait for: not what the page requests after the prediction, which may be on its way before
 * a test hears of the prediction.
 * @param {import("playwright-core").Request[]} requests of a page that is still open
 * @param {number} moment milliseconds since 1970
 * @returns {Promise<string[]>} the addresses of those begun before it, each once
 */
export async function begunBefore(requests, moment) {
  // When a request was begun is known once its response begins to arrive.
  await Promise.all(requests.map((request) => request.response().catch(() => null)));
  const begun = requests.filter((request) => request.timing().startTime < moment);
  return [...new Set(begun.map((request) => request.url()))];
}

/** How long a window of the browser has itself to draw, milliseconds. */
const SETTLED = 1000;

/**
 * A window with nothing in its cache, as somebody has it before them who then goes to an address: Chromium takes a few
 * hundred milliseconds of every core to draw the frame of a new one, and they are not the page's.
 * @param {import("playwright-core").Browser} browser
 */
export async function openWindow(browser) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.waitForTimeout(SETTLED);
  return { context, page };
}

/**
 * @param {string} path of a file
 * @returns {Promise<{bytes: number, brotli: number}>}
 */
export async function sizes(path) {
  const bytes = await readFile(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return { bytes: bytes.length, brotli: brotliCompressSync(bytes, { params }).length };
}
