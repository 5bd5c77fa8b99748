// From navigation to the first label: the time, and what was loaded for it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { sample, site } from "./harness.mjs";

/** @typedef {{file: string, bytes: number, brotli: number}} Loaded a file, its bytes and those with brotli at its highest quality */

/**
 * Opens the page with nothing in the cache, gives it a photo at once, and waits for the label; again and again.
 * @param {import("playwright-core").Browser} browser
 * @param {string} base the site's URL
 * @param {number} rounds
 * @returns {Promise<{median: number, min: number, max: number, files: Loaded[]}>} milliseconds, and what was loaded
 */
export async function firstVerdict(browser, base, rounds) {
  /** @type {number[]} */
  const milliseconds = [];
  /** @type {Set<string>} */
  let urls = new Set();
  for (let round = 0; round < rounds; round += 1) {
    const context = await browser.newContext();
    const page = await context.newPage();
    /** @type {import("playwright-core").Request[]} */
    const requests = [];
    context.on("response", (response) => {
      if (response.url().startsWith(base)) requests.push(response.request());
    });
    await page.goto(base, { waitUntil: "domcontentloaded" });
    await page.locator("#file").setInputFiles(sample("photo-t-shirt.jpg"));
    await page.locator("#cards > li[data-state=done]").waitFor();
    const [origin = NaN, verdict = NaN] = await page.evaluate(() => [performance.timeOrigin, performance.getEntriesByName("verdict")[0]?.startTime ?? NaN]);
    milliseconds.push(verdict);
    // What was asked for behind it, before we looked, is no part of it.
    const before = requests.filter((request) => request.timing().startTime < origin + verdict);
    urls = new Set(before.map((request) => request.url().slice(base.length) || "index.html"));
    await context.close();
  }
  const files = await Promise.all([...urls].map(async (url) => ({ file: url, ...(await sizes(join(site, url))) })));
  milliseconds.sort((a, b) => a - b);
  const at = (/** @type {number} */ index) => milliseconds[index] ?? NaN;
  return { median: at(rounds >> 1), min: at(0), max: at(rounds - 1), files };
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
