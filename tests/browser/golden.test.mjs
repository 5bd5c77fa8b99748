// The packages as the site ships them, against the golden vectors and the whole test set.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  createClassifier,
  openEmpty,
  readJson,
  root,
  sample,
  siteNetworks,
  SOFTWARE_GPU,
  useBrowser,
} from "./harness.mjs";
import { data, hasTestSet, testSet } from "./test-set.mjs";

/**
 * @typedef {{expected: string, name: string, code: string, message: string}} Failure name, code and message are the
 *   error's
 */

/**
 * @typedef {object} Globals of the empty page
 * @property {import("../../pkg/cpu/thimble.js").Classifier} classifier
 * @property {typeof import("../../pkg/cpu/thimble.js")} glue
 * @property {Uint8Array | null} weights of the classifier's network
 * @property {(calls: [string, () => Promise<unknown>][]) => Promise<Failure[]>} failuresOf calls with the codes
 *   expected
 */

const browser = useBrowser({ flags: SOFTWARE_GPU });

/** @type {import("playwright-core").Page} */
let page;

/**
 * Loads a package into a fresh, empty page and creates a classifier there, for `logits` below.
 * @param {"cpu" | "cpu-relaxed" | "webgpu"} name
 * @param {string} backend
 * @param {Parameters<typeof createClassifier>[3]} [options]
 */
async function load(name, backend, options) {
  await page?.close();
  page = await (await browser.context()).newPage();
  await openEmpty(page, browser.url());
  await page.evaluate(() => {
    /** @type {Globals["failuresOf"]} */
    const failuresOf = async (calls) => {
      const found = [];
      for (const [expected, call] of calls) {
        const { name, code, message } = await call().then(
          () => ({ name: "none", code: "", message: "" }),
          (/** @type {{name: string, code: string, message: string}} */ caught) => caught,
        );
        found.push({ expected, name, code, message });
      }
      return found;
    };
    // Submissions are counted, to prove what computed.
    Object.assign(globalThis, { failuresOf, submits: 0 });
    const submit = GPUQueue.prototype.submit;
    GPUQueue.prototype.submit = function count(buffers) {
      /** @type {{submits: number}} */ (/** @type {unknown} */ (globalThis)).submits += 1;
      return submit.call(this, buffers);
    };
  });
  return createClassifier(page, name, backend, options);
}

/**
 * @param {Uint8Array} inputs n times 784 bytes
 * @returns {Promise<number[]>} n times 10 logits
 */
function logits(inputs) {
  return page.evaluate(async (base64) => {
    const { classifier } = /** @type {Globals} */ (/** @type {unknown} */ (globalThis));
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return [...(await classifier.logits(bytes))];
  }, Buffer.from(inputs).toString("base64"));
}

/** @type {{package: "cpu" | "cpu-relaxed" | "webgpu", backend: string, tolerance: number, key?: "logits_int8"}[]} */
const CASES = [
  { package: "cpu", backend: "cpu", tolerance: 1e-4 },
  { package: "cpu-relaxed", backend: "cpu", tolerance: 1e-4 },
  { package: "webgpu", backend: "ndarray", tolerance: 1e-4 },
  { package: "webgpu", backend: "webgpu", tolerance: 1e-3 },
  // Its sums are exact; an activation between two integers may be rounded to either, since what comes before is in
  // floats.
  { package: "cpu", backend: "cpu-int8", tolerance: 0.02, key: "logits_int8" },
  { package: "cpu-relaxed", backend: "cpu-int8", tolerance: 0.02, key: "logits_int8" },
];
for (const { package: name, backend, tolerance, key = "logits" } of CASES) {
  test(`golden vectors in the package ${name} on ${backend}: every logit within ${tolerance}`, async () => {
    const golden = await readJson("tests/golden.json");
    if (!golden[key]) {
      const { int8 } = await readJson(`model/${golden.network}.json`);
      assert.ok(key === "logits_int8" && !int8?.kept, "run `thimble-train golden` again");
      return;
    }
    const info = await load(name, backend, { network: golden.network });
    assert.equal(info.network.name, golden.network);
    // A fallback in its place would pass the rest of this test.
    assert.equal(info.backend, backend);
    const inputs = Buffer.concat(golden.inputs.map((/** @type {string} */ input) => Buffer.from(input, "base64")));
    const found = await logits(inputs);
    const expected = golden[key].flat();
    assert.equal(expected.length, 200);
    assert.equal(found.length, expected.length);
    const largest = found.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index])), 0);
    assert.ok(largest <= tolerance, `the largest difference is ${largest}`);
    const submits = /** @type {number} */ (await page.evaluate("submits"));
    assert.equal(submits > 0, backend === "webgpu", `${submits} submissions to a GPU's queue on ${backend}`);
  });
}

for (const { package: name, backend, tolerance, key } of CASES) {
  // Masks may differ by a pixel; int8 is compared with floats.
  const most = key ? 0.05 : Math.max(tolerance, 1e-3);
  test(`golden photos in the package ${name} on ${backend}: every probability within ${most}`, async () => {
    const { photos } = await readJson("tests/golden.json");
    const info = await load(name, backend, { forPhotos: true });
    assert.equal(info.backend, backend);
    for (const [file, expected] of Object.entries(photos)) {
      const base64 = (await readFile(sample(file))).toString("base64");
      const found = await page.evaluate(async (base64) => {
        const { classifier } = /** @type {Globals} */ (/** @type {unknown} */ (globalThis));
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes]), { colorSpaceConversion: "none" });
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
        if (!context) throw new Error("no canvas");
        context.drawImage(bitmap, 0, 0);
        const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height);
        const { garments } = await classifier.classify(new Uint8Array(data.buffer), width, height);
        return garments.map(({ probabilities }) => probabilities);
      }, base64);
      assert.equal(found.length, expected.length, file);
      const largest = Math.max(
        ...found.flat().map((share, index) => Math.abs(share - (expected.flat()[index] ?? NaN))),
      );
      assert.ok(largest <= most, `${file}: the largest difference is ${largest}`);
    }
  });
}

/** @param {Failure[]} failures */
function assertCodes(failures) {
  assert.ok(failures.length > 0);
  for (const { expected, name, code, message } of failures) {
    assert.deepEqual({ name, code }, { name: "ThimbleError", code: expected }, message);
    assert.ok(message.length > 20, message);
  }
}

test("failures of the package are errors with a code and a sentence", async () => {
  await load("cpu", "cpu");
  const failures = await page.evaluate(() => {
    const { classifier, glue, failuresOf } = /** @type {Globals} */ (/** @type {unknown} */ (globalThis));
    const { Classifier } = glue;
    return failuresOf([
      ["photo-size", () => classifier.classify(new Uint8Array(3), 1, 1)],
      ["photo-size", () => classifier.classify(new Uint8Array(0), 0, 0)],
      ["photo-transparent", () => classifier.classify(new Uint8Array(400), 10, 10)],
      ["inputs-length", () => classifier.logits(new Uint8Array(783))],
      ["inputs-length", () => classifier.logits(new Uint8Array(0))],
      ["unknown-backend", () => Classifier.create("abacus")],
      ["unknown-network", () => Classifier.create("cpu", "cloth")],
      // Refused before any weights are needed.
      ...glue
        .networks()
        .filter(({ testAccuracyInt8 }) => testAccuracyInt8 === null)
        .map(
          ({ name }) =>
            /** @type {[string, () => Promise<unknown>]} */ (["no-int8", () => Classifier.create("cpu-int8", name)]),
        ),
    ]);
  });
  assertCodes(failures);
});

test("bytes that are not the network's weights are refused with a code and a sentence", async () => {
  const { network } = await load("cpu", "cpu");
  const file = await readFile(join(root, `model/${network.name}.bpk`));
  const { failures, accepted } = await page.evaluate(
    async ([name, base64]) => {
      const { glue, failuresOf } = /** @type {Globals} */ (/** @type {unknown} */ (globalThis));
      const right = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const create = (/** @type {any} */ weights) => glue.Classifier.create("cpu", name, weights);
      const failures = await failuresOf([
        ["weights", () => create("a text")],
        ["weights", () => create(right.buffer)],
        ["weights", () => create(new Uint8Array(0))],
        ["weights", () => create(new Uint8Array(right.length))],
        ["weights", () => create(right.subarray(1))],
        ["weights", () => create(Uint8Array.of(...right.subarray(0, 500)))],
        ["weights", () => create(right.map((byte, index) => (index === 5000 ? byte ^ 1 : byte)))],
      ]);
      // What was refused above was refused for its bytes.
      const accepted = (await create(right)).info().network.name;
      return { failures, accepted };
    },
    /** @type {const} */ ([network.name, file.toString("base64")]),
  );
  assertCodes(failures);
  assert.equal(accepted, network.name);
});

test("each package lists its networks with the facts of their cards, and holds only the weights for photos", async () => {
  for (const { package: name, backend } of CASES.slice(0, 2)) {
    const info = await load(name, backend);
    const { networks, failures } = await page.evaluate(async () => {
      const { glue, failuresOf } = /** @type {Globals} */ (/** @type {unknown} */ (globalThis));
      const networks = glue.networks();
      const missing = networks.filter(({ classifiesPhotos }) => !classifiesPhotos);
      return {
        networks,
        failures: await failuresOf(
          missing.map((network) => ["weights-missing", () => glue.Classifier.create("cpu", network.name)]),
        ),
      };
    });
    assert.deepEqual(networks[0], info.network);
    const report = await readJson("model/photos.json");
    for (const [index, network] of networks.entries()) {
      const { parameters, macs, test: scores, int8 } = await readJson(`model/${network.name}.json`);
      const facts = {
        name: network.name,
        parameters,
        macs,
        testAccuracy: scores.accuracy,
        testAccuracyInt8: int8?.kept ? int8.test_accuracy : null,
      };
      const classifiesPhotos = index === 0;
      const photosInt8 = classifiesPhotos
        ? [report.segmentation, report.garments, report.crops].every((network) => network.int8.kept)
        : Boolean(int8?.kept);
      assert.deepEqual(network, { ...facts, photosInt8, embedded: false, classifiesPhotos });
    }
    if (networks.length > 1) assertCodes(failures);
    else console.error("SKIPPED: this site has one network. No network without a photo network could be tried.");
    for (const { weights, embedded } of await siteNetworks()) assert.equal(weights === null, embedded);
    assert.deepEqual(
      (await siteNetworks()).map((network) => network.name),
      networks.map((network) => network.name),
    );
  }
});

for (const { package: name, backend } of CASES.slice(0, 3)) {
  test(`the package ${name} on ${backend} classifies photos without the network's weights, and Fashion-MNIST images once it has them`, async () => {
    await load(name, backend, { forPhotos: true });
    const photo = (await readFile(join(root, "www/samples/photo-t-shirt.jpg"))).toString("base64");
    const found = await page.evaluate(async (base64) => {
      const { classifier, weights, failuresOf } = /** @type {Globals} */ (/** @type {unknown} */ (globalThis));
      const bitmap = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${base64}`)).blob());
      const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
        new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d")
      );
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      const photo = () => classifier.classify(new Uint8Array(data.buffer.slice(0)), bitmap.width, bitmap.height);
      // Grey, with black corners.
      const own = new Uint8Array(28 * 28 * 4).map((_, index) =>
        index % 4 === 3 ? 255 : index >= 400 && index < 2600 ? 200 : 0,
      );
      const input = new Uint8Array(784).fill(99);
      const before = (await photo()).garments[0]?.probabilities ?? [];
      const right = weights ?? new Uint8Array();
      const failures = await failuresOf([
        ["weights-missing", () => classifier.classify(own.slice(), 28, 28)],
        ["weights-missing", () => classifier.logits(input)],
        ["weights-missing", () => classifier.repeat(input, 1)],
        ["weights", async () => classifier.addWeights(right.subarray(1))],
        ["weights", async () => classifier.addWeights(/** @type {any} */ (undefined))],
        ["weights-missing", () => classifier.logits(input)],
      ]);
      // Once more does no harm.
      for (let times = 0; times < 2; times += 1) classifier.addWeights(right);
      await classifier.repeat(input, 1);
      const { confident, label } = await classifier.classify(own.slice(), 28, 28);
      const late = [...(await classifier.logits(input))];
      const after = (await photo()).garments[0]?.probabilities ?? [];
      return {
        failures,
        late,
        confident,
        label,
        same: before.every((share, index) => share === after[index]),
        best: Math.max(...before),
      };
    }, photo);
    assertCodes(found.failures);
    assert.match(found.failures[0]?.message ?? "", /thimble.*\.bpk/);
    assert.ok(found.same && found.best > 0.5, "the photo has another prediction with the weights");
    assert.equal(found.confident, null, "a Fashion-MNIST image is classified by its own network");
    await load(name, backend);
    assert.deepEqual(found.late, await logits(new Uint8Array(784).fill(99)));
  });
}

if (!hasTestSet) {
  console.error(
    `SKIPPED: no t10k-images-idx3-ubyte in ${data}. The evaluation of 10,000 images in the browser did not run; set THIMBLE_DATA.`,
  );
}

const [standard] = await siteNetworks();
const hasInt8 = standard?.testAccuracyInt8 !== null;
if (!hasInt8) console.error("SKIPPED: the default network has no int8. Its test images were not tried in int8.");
for (const backend of hasInt8 ? ["cpu", "cpu-int8"] : ["cpu"]) {
  test(
    `10,000 test images on ${backend}: the native accuracy, within 0.05 points`,
    { skip: !hasTestSet && `no data in ${data}` },
    async () => {
      const { images, labels } = await testSet();
      assert.equal(labels.length, 10_000);
      const { network } = await load(backend === "cpu" ? "cpu" : "cpu-relaxed", backend);
      const card = await readJson(`model/${network.name}.json`);
      const native = backend === "cpu" ? card.test.accuracy : card.int8.test_accuracy;
      const batch = 500;
      let right = 0;
      for (let start = 0; start < labels.length; start += batch) {
        const found = await logits(images.subarray(start * 784, (start + batch) * 784));
        for (let index = 0; index < batch; index += 1) {
          const ten = found.slice(index * 10, index * 10 + 10);
          if (ten.indexOf(Math.max(...ten)) === labels[start + index]) right += 1;
        }
      }
      const accuracy = right / labels.length;
      console.log(
        `accuracy of “${network.name}” in the browser ${(accuracy * 100).toFixed(2)} %, native ${(native * 100).toFixed(2)} %`,
      );
      assert.ok(Math.abs(accuracy - native) <= 0.0005 + 1e-9, `${accuracy} in the browser, ${native} native`);
    },
  );
}
