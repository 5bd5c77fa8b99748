// Not a test: figures for the documents, as JSON on standard output. Usage: npm run measure
// (THIMBLE_SITE, THIMBLE_CHROMIUM as for the tests; THIMBLE_WEBGPU=1 adds WebGPU where the machine has a true adapter).
//
//   firstPrediction  milliseconds from navigation to the first label, cold cache, over loopback, for a photo that the
//                  page is given as soon as it can take one; timeline: when it was how far, from the marks of stats.js
//   files          what was requested before it: bytes, and bytes with brotli at its highest quality
//   backends       milliseconds an image at batch 1 and batch 64, median of 5 rounds, for each network of the site
//   photo          a sample photo in the package `cpu-relaxed`: milliseconds from RGBA pixels to the label
//   largePhoto     12 megapixels in the CPU package: milliseconds of reducing and of preparing, and the growth of its
//                  memory
//   networks       microseconds an image of each network in the CPU package, at batch 1: what `thimble-train curve` reads
import { join } from "node:path";
import { chromium } from "playwright-core";
import { firstPrediction } from "./first-prediction.mjs";
import { createClassifier, openEmpty, pkg, readJson, root, site, siteNetworks } from "./harness.mjs";
import { largePhoto } from "./large-photo.mjs";
import { serve } from "./server.mjs";
import { timePhoto } from "./time-photo.mjs";

const ROUNDS = 5;
const FIRST_ROUNDS = 15;
const server = await serve({ "/sub/path/": site, "/www/": join(root, "www"), "/pkg/": pkg });
const base = `${server.origin}/sub/path/`;
const webgpu = process.env.THIMBLE_WEBGPU === "1";
const browser = await chromium.launch({
  executablePath: process.env.THIMBLE_CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless=new",
    "--no-sandbox",
    "--disable-quic",
    ...(webgpu ? ["--enable-unsafe-webgpu", "--enable-features=Vulkan"] : []),
  ],
});
try {
  const first = await firstPrediction(browser, base, FIRST_ROUNDS);
  const backends = [];
  /** @type {Record<string, {us_per_image: number}>} */
  const networks = {};
  for (const { name: network, testAccuracyInt8 } of await siteNetworks()) {
    const cpu = await times("cpu", "cpu", network);
    networks[network] = { us_per_image: cpu.batch1 * 1000 };
    backends.push(cpu);
    if (testAccuracyInt8 !== null) backends.push(await times("cpu", "cpu-int8", network));
    backends.push(await times("webgpu", "ndarray", network));
    if (webgpu) backends.push(await times("webgpu", "webgpu", network));
  }
  const page = await browser.newPage();
  await openEmpty(page, base);
  const photo = await timePhoto(page, "cpu-relaxed", server.origin);
  const large = await largePhoto(page);
  await page.close();
  const { median, timeline, files } = first;
  const report = {
    browser: browser.version(),
    firstPrediction: median,
    timeline,
    files,
    photo,
    largePhoto: large,
    backends,
    networks,
  };
  console.log(JSON.stringify(report, null, 2));
} finally {
  await browser.close();
  await server.close();
}

/**
 * @param {"cpu" | "webgpu"} name
 * @param {string} backend
 * @param {string} network
 */
async function times(name, backend, network) {
  const page = await browser.newPage();
  await openEmpty(page, base);
  const { inputs } = await readJson("tests/golden.json");
  await createClassifier(page, name, backend, { network });
  const found = await page.evaluate(async ([golden, rounds]) => {
    const { classifier } = /** @type {{classifier: import("../../pkg/cpu/thimble.js").Classifier}} */ (
      /** @type {unknown} */ (globalThis)
    );
    const one = Uint8Array.from(atob(golden), (character) => character.charCodeAt(0));
    const many = new Uint8Array(64 * 784);
    for (let index = 0; index < 64; index += 1) many.set(one, index * 784);
    // Milliseconds a call, over at least half a second.
    const timed = async (/** @type {() => Promise<unknown>} */ call) => {
      await call();
      const start = performance.now();
      let calls = 0;
      for (; performance.now() - start < 500; calls += 1) await call();
      return (performance.now() - start) / calls;
    };
    const batch1 = [];
    const batch64 = [];
    for (let round = 0; round < rounds; round += 1) {
      batch1.push(await timed(() => classifier.repeat(one, 8)));
      batch64.push(await timed(() => classifier.logits(many)));
    }
    const middle = (/** @type {number[]} */ values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
    return { adapter: classifier.info().adapter, batch1: middle(batch1) / 8, batch64: middle(batch64) / 64 };
  }, /** @type {const} */ ([inputs[0], ROUNDS]));
  await page.close();
  return { backend, network, ...found };
}
