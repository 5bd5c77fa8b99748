// Each engine alone, from nothing: what an application that uses it loads and waits for.
import { openWindow, sizes } from "../browser/first-verdict.mjs";
import { find } from "../browser/server.mjs";
import { opening } from "./site.mjs";
import { spread } from "./statistics.mjs";

/**
 * @param {import("playwright-core").Browser} browser
 * @param {import("./catalogue.mjs").Entry} entry
 * @param {{network: string, origin: string, folders: Record<string, string>, rounds: number}} options
 * @returns {Promise<{milliseconds: import("./statistics.mjs").Spread, bytes: number, brotli: number}>} from navigation
 *   to the first logits, and what was loaded for them
 */
export async function coldStart(browser, entry, { network, origin, folders, rounds }) {
  const milliseconds = [];
  /** @type {Set<string>} */
  let paths = new Set();
  for (let round = 0; round < rounds; round += 1) {
    const { context, page } = await openWindow(browser);
    paths = new Set();
    context.on("request", (request) => paths.add(new URL(request.url()).pathname));
    await page.goto(`${origin}/cold.html#${encodeURIComponent(JSON.stringify(opening(entry, network, origin)))}`);
    await page.waitForFunction("globalThis.first");
    milliseconds.push(/** @type {number} */ (await page.evaluate("first.milliseconds")));
    await context.close();
  }
  const files = await Promise.all([...paths].map((path) => find(folders, path)));
  const loaded = await Promise.all(files.filter((file) => file !== null).map(sizes));
  const sum = (/** @type {"bytes" | "brotli"} */ key) => loaded.reduce((all, file) => all + file[key], 0);
  return { milliseconds: spread(milliseconds), bytes: sum("bytes"), brotli: sum("brotli") };
}
