// Each engine alone, from nothing: what an application that uses it loads and waits for.
import { begunBefore, openWindow, sizes } from "./project.mjs";
import { find } from "./project.mjs";
import { opening } from "./site.mjs";
import { spread } from "../statistics.mjs";

/**
 * @param {import("playwright-core").Browser} browser
 * @param {import("./catalogue.mjs").Entry} entry
 * @param {{network: string, origin: string, folders: Record<string, string>, rounds: number}} options
 * @returns {Promise<{milliseconds: import("../statistics.mjs").Spread, bytes: number, brotli: number}>} from navigation
 *   to the first logits, and what was loaded for them
 */
export async function coldStart(browser, entry, { network, origin, folders, rounds }) {
  const milliseconds = [];
  /** @type {string[]} */
  let urls = [];
  for (let round = 0; round < rounds; round += 1) {
    const { context, page } = await openWindow(browser);
    /** @type {import("playwright-core").Request[]} */
    const requests = [];
    context.on("request", (request) => void requests.push(request));
    await page.goto(`${origin}/cold.html#${encodeURIComponent(JSON.stringify(opening(entry, network, origin)))}`);
    await page.waitForFunction("globalThis.first");
    const [opened, first] = /** @type {[number, number]} */ (
      await page.evaluate("[performance.timeOrigin, first.milliseconds]")
    );
    milliseconds.push(first);
    urls = await begunBefore(requests, opened + first);
    await context.close();
  }
  const files = await Promise.all(urls.map((url) => find(folders, new URL(url).pathname)));
  const loaded = await Promise.all(files.filter((file) => file !== null).map(sizes));
  const sum = (/** @type {"bytes" | "brotli"} */ key) => loaded.reduce((all, file) => all + file[key], 0);
  return { milliseconds: spread(milliseconds), bytes: sum("bytes"), brotli: sum("brotli") };
}
