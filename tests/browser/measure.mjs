// Not a test: figures for the documents, as JSON on standard output. Usage: npm run measure
// (THIMBLE_SITE, THIMBLE_CHROMIUM as for the tests; THIMBLE_WEBGPU=1 adds WebGPU where the machine has a true adapter).
//
//   firstVerdict   milliseconds from navigation to the first label, cold cache, over loopback
//   files          what was loaded before it: bytes, and bytes with brotli at its highest quality
//   backends       milliseconds an image at batch 1 and batch 64, median of 5 rounds
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { chromium } from "playwright-core";
import { root, sample, site } from "./harness.mjs";
import { serve } from "./server.mjs";

const ROUNDS = 5;
const server = await serve({ "/sub/path/": site });
const base = `${server.origin}/sub/path/`;
const webgpu = process.env.THIMBLE_WEBGPU === "1";
const browser = await chromium.launch({
  executablePath: process.env.THIMBLE_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-quic", ...(webgpu ? ["--enable-unsafe-webgpu", "--enable-features=Vulkan"] : [])],
});
try {
  const first = [];
  /** @type {Awaited<ReturnType<typeof firstVerdict>> | undefined} */
  let last;
  for (let round = 0; round < ROUNDS; round += 1) {
    last = await firstVerdict();
    first.push(last.milliseconds);
  }
  const backends = [await times("cpu", "flex"), await times("webgpu", "ndarray")];
  if (webgpu) backends.push(await times("webgpu", "webgpu"));
  const browserVersion = browser.version();
  console.log(JSON.stringify({ browser: browserVersion, firstVerdict: median(first), files: last?.files, backends }, null, 2));
} finally {
  await browser.close();
  await server.close();
}

/** Opens the page with nothing in the cache, gives it a photo at once, and waits for the label. */
async function firstVerdict() {
  const context = await browser.newContext();
  const page = await context.newPage();
  /** @type {string[]} */
  const urls = [];
  context.on("request", (request) => {
    if (request.url().startsWith(base)) urls.push(request.url().slice(base.length) || "index.html");
  });
  await page.goto(base, { waitUntil: "domcontentloaded" });
  await page.locator("#file").setInputFiles(sample("photo-t-shirt.jpg"));
  await page.locator("#cards > li[data-state=done]").waitFor();
  const milliseconds = await page.evaluate(() => performance.getEntriesByName("verdict")[0]?.startTime ?? NaN);
  await context.close();
  const files = [];
  for (const url of new Set(urls)) {
    const bytes = await readFile(join(site, url));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    files.push({ file: url, bytes: bytes.length, brotli: brotliCompressSync(bytes, { params }).length });
  }
  return { milliseconds, files };
}

/**
 * @param {"cpu" | "webgpu"} name
 * @param {string} backend
 */
async function times(name, backend) {
  const page = await browser.newPage();
  await page.route("**/empty.html", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>empty</title>" }));
  await page.goto(`${base}empty.html`);
  const pictures = await readFile(join(root, "tests/golden.json"), "utf8").then((text) => JSON.parse(text).pictures);
  const found = await page.evaluate(
    async ([which, device, golden, rounds]) => {
      const packages = await (await fetch("assets/packages.json")).json();
      /** @type {typeof import("../../pkg/cpu/thimble.js")} */
      const glue = await import(new URL(`assets/${packages[which].script}`, location.href).href);
      await glue.default({ module_or_path: fetch(`assets/${packages[which].wasm}`) });
      const classifier = await glue.Classifier.create(device, "paper");
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
    },
    /** @type {const} */ ([name, backend, pictures[0], ROUNDS]),
  );
  await page.close();
  return { backend, ...found };
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
