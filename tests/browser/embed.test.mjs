// The lines with which another page uses pkg/: they run, and docs/embedding.md shows the same lines.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { TEST_SET } from "../../www/page/samples.js";
import { root, sample, siteNetworks, useBrowser } from "./harness.mjs";

const browser = useBrowser();

test("examples/embed.html classifies a photo with pkg/ alone", async () => {
  const page = await (await browser.context()).newPage();
  await page.goto(`${browser.origin()}/examples/embed.html`);
  // A file that is chosen before the package is there would go unheard.
  await page.waitForFunction(() => Boolean(document.querySelector("input")?.onchange));
  await page.locator("input").setInputFiles(sample("photo-t-shirt.jpg"));
  await page.locator("output", { hasText: /^T-shirt\/top$/ }).waitFor();
  await page.close();
});

test("a page that adds the weights of pkg/weights/ can classify Fashion-MNIST images", async () => {
  const page = await (await browser.context()).newPage();
  await page.goto(`${browser.origin()}/examples/embed.html`);
  const found = await page.evaluate(async (url) => {
    const at = (/** @type {string} */ path) => new URL(path, location.href).href;
    /** @type {typeof import("../../pkg/cpu/thimble.js")} */
    const { default: init, Classifier } = await import(at("../pkg/cpu/thimble.js"));
    await init();
    const classifier = await Classifier.create("cpu");
    const bitmap = await createImageBitmap(await (await fetch(url)).blob());
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(28, 28).getContext("2d"));
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, 28, 28);
    const classify = () => classifier.classify(new Uint8Array(data.buffer.slice(0)), 28, 28);
    const missing = await classify().catch((error) => `${error.name}: ${error.code}`);
    const weights = await (await fetch(at(`../pkg/weights/${classifier.info().network.name}.bpk`))).arrayBuffer();
    classifier.addWeights(new Uint8Array(weights));
    return [missing, (await classify()).label];
  }, `${browser.origin()}/samples/test-9-ankle-boot.png`);
  assert.deepEqual(found, ["ThimbleError: weights-missing", "Ankle boot"]);
  await page.close();
});

test("the pool fetches weights only for an image that needs them, reports a failure, and tries again", async () => {
  const page = await (await browser.context()).newPage();
  let requests = 0;
  await page.context().route("**/*.bpk", async (route) => {
    requests += 1;
    if (requests === 1) await route.fulfill({ status: 503 });
    else if (requests === 2) await route.fulfill({ body: "no weights at all" });
    else await route.continue();
  });
  await page.goto(`${browser.origin()}/examples/batch.html`);
  const urls = ["photo-t-shirt.jpg", "test-9-ankle-boot.png"].map((name) => `${browser.origin()}/samples/${name}`);
  const found = await page.evaluate(async ([photoUrl = "", ownUrl = ""]) => {
    /** @type {typeof import("../../www/pool/public.js")} */
    const { ClassifierPool } = await import("../pkg/pool/pool.js".replace("..", location.origin));
    const pool = await ClassifierPool.create({ workers: 2 });
    const [photo, own] = await Promise.all([photoUrl, ownUrl].map(async (url) => (await fetch(url)).blob()));
    if (!photo || !own) throw new Error("two files were to come");
    const outcome = (/** @type {import("../../www/pool/public.js").Photo} */ given) =>
      pool.classify(given).then(
        ({ label }) => label,
        (error) => error.code,
      );
    const outcomes = [await outcome(photo), await outcome(own), await outcome(own), await outcome(photo)];
    // A decoded image is gone where it came from, and is classified all the same.
    outcomes.push(await outcome(await createImageBitmap(own)), await outcome(own));
    pool.close();
    return outcomes;
  }, urls);
  assert.deepEqual(found, ["T-shirt/top", "weights-fetch", "weights", "T-shirt/top", "Ankle boot", "Ankle boot"]);
  assert.equal(requests, 3);
  await page.close();
});

test("examples/batch.html classifies many photos with pkg/ alone, in order, and names those that fail", async () => {
  const page = await (await browser.context()).newPage();
  await page.goto(`${browser.origin()}/examples/batch.html`);
  await page.waitForFunction(() => Boolean(document.querySelector("input")?.onchange));
  const files = TEST_SET.map(({ file }) => sample(file));
  await page
    .locator("input")
    .setInputFiles([...files, join(root, "www/samples/README.md"), sample("photo-t-shirt.jpg")]);
  await page.locator("li").nth(11).waitFor();
  const texts = await page.locator("li").allInnerTexts();
  assert.deepEqual(
    texts.slice(0, 10),
    TEST_SET.map(({ label }) => label),
  );
  assert.match(texts[10] ?? "", /^This is not an image/);
  assert.equal(texts[11], "T-shirt/top");
  assert.deepEqual(
    await page.locator("progress").evaluate((bar) => [bar.getAttribute("value"), bar.getAttribute("max")]),
    ["12", "12"],
  );
  await page.close();
});

test("the pool takes over decoded images, stops at a signal, and refuses what is not a photo", async () => {
  const page = await (await browser.context()).newPage();
  await page.goto(`${browser.origin()}/examples/batch.html`);
  const found = await page.evaluate(async (url) => {
    /** @type {typeof import("../../www/pool/public.js")} */
    const { ClassifierPool } = await import("../pkg/pool/pool.js".replace("..", location.origin));
    const pool = await ClassifierPool.create({ workers: 2 });
    const file = await (await fetch(url)).blob();
    const bitmap = await createImageBitmap(file);
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    context?.drawImage(bitmap, 0, 0);
    const pixels = /** @type {ImageData} */ (context?.getImageData(0, 0, bitmap.width, bitmap.height));
    const nothing = /** @type {any} */ ("a boot");
    /** @type {number[]} */
    const progress = [];
    const onProgress = (/** @type {import("../../www/pool/public.js").Progress} */ { done }) =>
      void progress.push(done);
    const outcomes = await pool.classifyBatch([file, pixels, bitmap, nothing], { onProgress });
    const labels = outcomes.map((outcome) =>
      outcome.status === "fulfilled" ? outcome.value.label : outcome.reason.code,
    );
    const gone = { pixels: pixels.data.byteLength, bitmap: bitmap.width };
    const prediction = outcomes[0]?.status === "fulfilled" ? outcomes[0].value : null;

    const abort = new AbortController();
    const many = pool.classifyBatch(
      Array.from({ length: 50 }, () => file),
      {
        signal: abort.signal,
        onProgress: ({ done }) => void (done === 3 && abort.abort()),
      },
    );
    const cancelled = await many.then(
      () => "classified",
      (error) => error.name,
    );
    const after = await pool.classify(file);
    pool.close();
    const closed = await pool.classify(file).catch((error) => error.code);
    return {
      labels,
      gone,
      progress,
      cancelled,
      after: after.label,
      closed,
      keys: Object.keys(prediction ?? {}).sort(),
      info: pool.info.network.name,
    };
  }, `${browser.origin()}/samples/test-9-ankle-boot.png`);
  assert.deepEqual(found, {
    labels: ["Ankle boot", "Ankle boot", "Ankle boot", "photo-kind"],
    gone: { pixels: 0, bitmap: 0 },
    progress: [1, 2, 3, 4],
    cancelled: "AbortError",
    after: "Ankle boot",
    closed: "closed",
    keys: ["confidence", "confident", "garments", "height", "index", "issue", "label", "milliseconds", "width"],
    info: (await siteNetworks())[0]?.name,
  });
  await page.close();
});

for (const [name, most] of /** @type {const} */ ([
  ["embed", 10],
  ["batch", 12],
])) {
  test(`docs/embedding.md shows examples/${name}.html as it runs`, async () => {
    const example = await readFile(join(root, `examples/${name}.html`), "utf8");
    const document = await readFile(join(root, "docs/embedding.md"), "utf8");
    const script = /<script type="module">\n([\s\S]*?)<\/script>/.exec(example)?.[1] ?? "";
    const lines = script.split("\n").filter((line) => line.trim() !== "");
    assert.ok(
      lines.length > 5 && lines.length <= most,
      `the example has ${lines.length} lines, expected at most ${most}`,
    );
    for (const line of lines) {
      assert.ok(
        document.includes(line.trim()),
        `docs/embedding.md does not show this line of examples/${name}.html: ${line.trim()}`,
      );
    }
  });
}

/**
 * Has tsc see that pkg/pool/pool.d.ts says what the pool is.
 * @param {typeof import("../../www/pool/index.js").ClassifierPool} pool
 * @returns {Pick<typeof import("../../www/pool/public.js").ClassifierPool, "create">}
 */
export function typed(pool) {
  return pool;
}
