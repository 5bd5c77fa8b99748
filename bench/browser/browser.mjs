// Chromium with the bench's page, and what this machine's browser has.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { FLAGS, pkg, SOFTWARE_GPU } from "./project.mjs";

/** @typedef {import("./catalogue.mjs").Entry} Entry */
/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{entry: Entry, reason: string}} LeftOut */

/**
 * @param {boolean} withSoftwareGpu for a look at the results, never for figures
 */
export function launch(withSoftwareGpu) {
  const gpu = withSoftwareGpu ? SOFTWARE_GPU : ["--enable-unsafe-webgpu", "--enable-features=Vulkan"];
  return chromium.launch({
    executablePath: process.env.THIMBLE_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless=new", ...FLAGS, ...gpu],
    timeout: 60_000,
  });
}

/**
 * The engines that can be measured here, and why the others cannot.
 * @param {Page} page of the bench
 * @param {Entry[]} entries
 * @param {string} origin
 * @param {boolean} withSoftwareGpu
 * @param {Record<string, string | null>} missing why what an entry `needs` could not be made, or null
 * @returns {Promise<{present: Entry[], leftOut: LeftOut[], adapter: string | null}>}
 */
export async function takeStock(page, entries, origin, withSoftwareGpu, missing) {
  const relaxed = await page.evaluate(
    async (url) => WebAssembly.validate(await (await fetch(url)).arrayBuffer()),
    `${origin}/multiply-add-relaxed.wasm`,
  );
  const adapter = await page.evaluate(async () => {
    const found = await navigator.gpu?.requestAdapter();
    if (!found) return null;
    const { vendor, architecture, device, description } = found.info;
    const isSoftware =
      found.info.isFallbackAdapter || /swiftshader|llvmpipe/i.test(`${architecture} ${device} ${description}`);
    return { name: [vendor, architecture, device, description].filter(Boolean).join(" "), isSoftware };
  });
  const hasAdapter = adapter !== null && (withSoftwareGpu || !adapter.isSoftware);
  /** @type {Entry[]} */
  const present = [];
  /** @type {LeftOut[]} */
  const leftOut = [];
  for (const entry of entries) {
    const unmade = entry.needs ? missing[entry.needs] : null;
    if (entry.gpu && !hasAdapter) leftOut.push({ entry, reason: "no graphics adapter but in software" });
    else if (entry.relaxed && !relaxed) leftOut.push({ entry, reason: "the browser has no relaxed SIMD" });
    else if (entry.package && !existsSync(join(pkg, entry.package, "thimble_bg.wasm")))
      leftOut.push({ entry, reason: `the wasm package ${entry.package} was not built` });
    else if (unmade) leftOut.push({ entry, reason: unmade });
    else present.push(entry);
  }
  return { present, leftOut, adapter: hasAdapter ? adapter.name : null };
}

/**
 * Calls what the bench's page offers.
 * @template {keyof import("./page/main.js").Bench} Name
 * @param {Page} page
 * @param {Name} name
 * @param {Parameters<import("./page/main.js").Bench[Name]>} given
 * @returns {Promise<Awaited<ReturnType<import("./page/main.js").Bench[Name]>>>}
 */
export function call(page, name, ...given) {
  return page.evaluate(
    ([method, all]) => /** @type {any} */ (globalThis.bench[method])(...all),
    /** @type {const} */ ([name, given]),
  );
}
