// The packages as the site ships them, against the golden vectors and the whole test set.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { root, SOFTWARE_GPU, useBrowser } from "./harness.mjs";

/** @typedef {typeof import("../../pkg/cpu/thimble.js")} ThimbleModule */

const browser = useBrowser({ flags: SOFTWARE_GPU });

/** @type {import("playwright-core").Page} */
let page;

/**
 * Loads a package into a fresh, empty page and creates a classifier there, for `logits` below.
 * @param {"cpu" | "webgpu"} name
 * @param {string} backend
 * @returns {Promise<import("../../www/shared/types.js").Info>}
 */
async function load(name, backend) {
  await page?.close();
  page = await (await browser.context()).newPage();
  // An empty page of the same origin: what is tested is the package, not the page.
  await page.route("**/empty.html", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>empty</title>" }));
  await page.goto(`${browser.url()}empty.html`);
  return page.evaluate(
    async ([which, device, base]) => {
      // Counted, for proof of who computed.
      Object.assign(globalThis, { submits: 0 });
      const submit = GPUQueue.prototype.submit;
      GPUQueue.prototype.submit = function count(buffers) {
        /** @type {{submits: number}} */ (/** @type {unknown} */ (globalThis)).submits += 1;
        return submit.call(this, buffers);
      };
      const packages = await (await fetch(`${base}assets/packages.json`)).json();
      const found = packages[which];
      if (!found) throw new Error(`the site has no package ${which}: ${JSON.stringify(packages)}`);
      /** @type {ThimbleModule} */
      const glue = await import(`${base}assets/${found.script}`);
      await glue.default({ module_or_path: fetch(`${base}assets/${found.wasm}`) });
      const classifier = await glue.Classifier.create(device, "paper");
      Object.assign(globalThis, { classifier });
      return classifier.info();
    },
    /** @type {const} */ ([name, backend, browser.url()]),
  );
}

/**
 * @param {Uint8Array} pictures n times 784 bytes
 * @returns {Promise<number[]>} n times 10 logits
 */
function logits(pictures) {
  return page.evaluate(async (base64) => {
    const { classifier } = /** @type {{classifier: import("../../pkg/cpu/thimble.js").Classifier}} */ (/** @type {unknown} */ (globalThis));
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return [...(await classifier.logits(bytes))];
  }, Buffer.from(pictures).toString("base64"));
}

/** @type {{package: "cpu" | "webgpu", backend: string, tolerance: number}[]} */
const CASES = [
  { package: "cpu", backend: "flex", tolerance: 1e-4 },
  { package: "webgpu", backend: "ndarray", tolerance: 1e-4 },
  { package: "webgpu", backend: "webgpu", tolerance: 1e-3 },
];
for (const { package: name, backend, tolerance } of CASES) {
  test(`golden vectors on ${backend}: every logit within ${tolerance}`, async () => {
    const golden = JSON.parse(await readFile(join(root, "tests/golden.json"), "utf8"));
    const info = await load(name, backend);
    // A fallback that answered in its place would pass the rest of this test.
    assert.equal(info.backend, backend);
    const pictures = Buffer.concat(golden.pictures.map((/** @type {string} */ picture) => Buffer.from(picture, "base64")));
    const found = await logits(pictures);
    const expected = golden.logits.flat();
    assert.equal(expected.length, 200);
    assert.equal(found.length, expected.length);
    const largest = found.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index])), 0);
    assert.ok(largest <= tolerance, `the largest difference is ${largest}`);
    const submits = /** @type {number} */ (await page.evaluate("submits"));
    assert.equal(submits > 0, backend === "webgpu", `${submits} submissions to a GPU's queue on ${backend}`);
  });
}

test("failures of the package are errors with a code and a sentence", async () => {
  await load("cpu", "flex");
  const codes = await page.evaluate(async () => {
    const { classifier } = /** @type {{classifier: import("../../pkg/cpu/thimble.js").Classifier}} */ (/** @type {unknown} */ (globalThis));
    const create = /** @type {typeof import("../../pkg/cpu/thimble.js").Classifier} */ (classifier.constructor);
    /** @type {[string, () => Promise<unknown>][]} */
    const calls = [
      ["photo-size", () => classifier.classify(new Uint8Array(3), 1, 1)],
      ["photo-size", () => classifier.classify(new Uint8Array(0), 0, 0)],
      ["photo-transparent", () => classifier.classify(new Uint8Array(400), 10, 10)],
      ["pictures-length", () => classifier.logits(new Uint8Array(783))],
      ["pictures-length", () => classifier.logits(new Uint8Array(0))],
      ["unknown-backend", () => create.create("abacus", "paper")],
      ["unknown-network", () => create.create("flex", "cloth")],
    ];
    const found = [];
    for (const [expected, call] of calls) {
      const error = await call().then(
        () => ({ name: "none", code: "", message: "" }),
        (/** @type {{name: string, code: string, message: string}} */ caught) => caught,
      );
      found.push({ expected, name: error.name, code: error.code, sentence: error.message.length > 20 });
    }
    return found;
  });
  for (const { expected, name, code, sentence } of codes) {
    assert.deepEqual({ name, code, sentence }, { name: "ThimbleError", code: expected, sentence: true });
  }
});

const data = process.env.THIMBLE_DATA ?? "/usr/share/datasets/fashion-mnist";
const there = idxFile("t10k-images-idx3-ubyte") !== null;
if (!there) {
  console.error(`SKIPPED: no t10k-images-idx3-ubyte in ${data}. The evaluation of 10,000 pictures in the browser did not run; set THIMBLE_DATA.`);
}

/**
 * @param {string} name
 * @returns {string | null} its path, gzipped or not
 */
function idxFile(name) {
  return [join(data, `${name}.gz`), join(data, name)].find((file) => existsSync(file)) ?? null;
}

/**
 * @param {string} name
 * @returns {Promise<Uint8Array>} with its header
 */
async function idx(name) {
  const file = idxFile(name);
  if (!file) throw new Error(`no ${name} in ${data}: set THIMBLE_DATA to the folder of the IDX files`);
  const bytes = await readFile(file);
  return file.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

test("10,000 test pictures on the CPU package: the native accuracy, within 0.05 points", { skip: !there && `no data in ${data}` }, async () => {
  const card = JSON.parse(await readFile(join(root, "model/paper.json"), "utf8"));
  const pictures = (await idx("t10k-images-idx3-ubyte")).subarray(16);
  const labels = (await idx("t10k-labels-idx1-ubyte")).subarray(8);
  assert.equal(labels.length, 10_000);
  await load("cpu", "flex");
  const batch = 500;
  let right = 0;
  for (let start = 0; start < labels.length; start += batch) {
    const found = await logits(pictures.subarray(start * 784, (start + batch) * 784));
    for (let index = 0; index < batch; index += 1) {
      const ten = found.slice(index * 10, index * 10 + 10);
      if (ten.indexOf(Math.max(...ten)) === labels[start + index]) right += 1;
    }
  }
  const accuracy = right / labels.length;
  console.log(`accuracy in the browser ${(accuracy * 100).toFixed(2)} %, native ${(card.test.accuracy * 100).toFixed(2)} %`);
  assert.ok(Math.abs(accuracy - card.test.accuracy) <= 0.0005 + 1e-9, `${accuracy} in the browser, ${card.test.accuracy} native`);
});
