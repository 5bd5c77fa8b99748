// The benchmark's view: batches on several backends, the test images, what is copied, and the address.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fromHash, toHash } from "../../www/benchmark/settings.js";
import {
  artefact,
  changePackages,
  chooseNetwork,
  classifierIs,
  readJson,
  useBrowser,
  violationsOf,
} from "./harness.mjs";
import { data, hasTestSet } from "./test-set.mjs";

const browser = useBrowser();
const skip = hasTestSet ? false : "Fashion-MNIST's test set is not installed";

/**
 * @param {string} hash
 * @param {import("playwright-core").BrowserContextOptions} [options]
 * @param {(page: import("playwright-core").Page) => Promise<unknown>} [prepare]
 */
async function openAt(hash, options, prepare) {
  const page = await browser.open({ permissions: ["clipboard-read", "clipboard-write"], ...options }, prepare);
  await classifierIs(page);
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
  await page.getByRole("heading", { name: "Benchmark" }).waitFor();
  return page;
}

test("the address says what is measured, and wrong values in it are the defaults", () => {
  const settings = { backends: /** @type {const} */ (["cpu", "webgpu"]), batches: [1, 128], rounds: 3, workers: 2 };
  const hash = toHash({ ...settings, backends: [...settings.backends] });
  assert.deepEqual(fromHash(hash, 4), settings);
  assert.equal(fromHash(hash, 1).workers, 1);
  const wrong = fromHash("#benchmark?backends=gpu,toString&batches=0,7&rounds=-1&workers=x", 4);
  assert.deepEqual(wrong, { backends: ["cpu", "cpu-int8"], batches: [1, 32], rounds: 5, workers: 4 });
});

test("batches are measured in turns, shown as table and plot, and copied as Markdown", async () => {
  const page = await openAt("#benchmark?backends=cpu,cpu-int8&batches=1,8&rounds=2&workers=1");
  assert.equal(await page.getByLabel("Rounds").inputValue(), "2");
  assert.deepEqual(await page.locator("input[name=batch]:checked").evaluateAll((all) => all.length), 2);
  await page.getByRole("button", { name: "Measure batches" }).click();
  await page.getByText("Measured.").waitFor();
  const rows = await page.locator(".session.wide tbody").first().locator("tr").allInnerTexts();
  assert.equal(rows.length, 4, rows.join("\n"));
  for (const row of rows) assert.match(row, /^CPU( \(int8\))?\s+[18]\s+[\d.]+ ms\s+[\d.]+ ms to [\d.]+ ms\s+\d+$/);
  await page.locator(".plot canvas").waitFor();
  await page.getByRole("button", { name: "Copy as Markdown" }).click();
  await page.getByText("Copied as Markdown.").waitFor();
  const markdown = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(markdown, /\| Browser \| .+ \|/);
  assert.equal(markdown.match(/^\| CPU/gm)?.length, 4);
  assert.match(markdown, /#benchmark\?backends=cpu,cpu-int8&batches=1,8&rounds=2&workers=1/);
  // What is changed is in the address.
  await page.getByLabel("Rounds").fill("4");
  await page.getByLabel("Rounds").blur();
  assert.match(page.url(), /rounds=4/);
  await page.close();
});

test("a backend that cannot be had is named, and the others are measured", async () => {
  const page = await openAt("#benchmark?backends=cpu,ndarray&batches=1&rounds=1&workers=1", {}, (opened) =>
    changePackages(opened, (packages) => ({ ...packages, webgpu: null })),
  );
  await page.getByRole("button", { name: "Measure batches" }).click();
  await page.getByText(/^Measured\. ndarray \(burn\): This site was built without ndarray/).waitFor();
  assert.equal(await page.locator(".session.wide tbody").first().locator("tr").count(), 1);
  await page.close();
});

test("the test images are classified as the model card says, and the matrix leads to them", { skip }, async () => {
  const page = await openAt("#benchmark?backends=cpu&batches=1&rounds=1&workers=2");
  await page.getByRole("link", { name: "Photos" }).click();
  await chooseNetwork(page, "paper");
  await page.getByRole("link", { name: "Benchmark" }).click();
  await page.getByRole("button", { name: "Classify the test images" }).click();
  await page.getByText("Classified.").waitFor();
  const card = await readJson("model/paper.json");
  const row = page.locator(".session.wide tr", { hasText: "paper on CPU" });
  const cells = await row.locator("td").allInnerTexts();
  assert.equal(cells[1], `${(card.test.accuracy * 100).toFixed(2)} %`);
  assert.ok(Math.abs(Number(cells[2]) - card.test.loss) < 0.0005, `loss ${cells[2]}, the card has ${card.test.loss}`);
  const counts = (await page.locator(".matrix tbody td").allInnerTexts()).map((text) => Number(text) || 0);
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    10_000,
  );
  const wrong = page.getByRole("button", { name: /images? of Shirt predicted as T-shirt\/top$/ });
  const count = Number(await wrong.innerText());
  await wrong.click();
  assert.equal(await page.locator(".matrix-images canvas").count(), Math.min(count, 60));
  await page.close();
});

test("without test images on the site they are asked for, and other files are refused", { skip }, async () => {
  const page = await openAt("#benchmark?backends=cpu-int8&batches=1&rounds=1&workers=1", {}, (opened) =>
    changePackages(opened, (packages) => ({ ...packages, testSet: null })),
  );
  const classify = page.getByRole("button", { name: "Classify the test images" });
  await classify.click();
  await page.getByText("choose the two files of test images first").waitFor();
  const [images, labels] = ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"].map((name) => join(data, name));
  await page.getByLabel("t10k-images").setInputFiles(labels ?? "");
  await page.getByLabel("t10k-labels").setInputFiles(labels ?? "");
  await classify.click();
  await page.getByText("The file of images is not an IDX file of 28x28 images.").waitFor();
  await page.getByLabel("t10k-images").setInputFiles(images ?? "");
  await classify.click();
  await page.getByText(/^Classifying on/).waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Stopped.").waitFor();
  await page.close();
});

for (const [width, colorScheme] of /** @type {const} */ ([
  [390, "light"],
  [1280, "dark"],
])) {
  test(`the benchmark at ${width} px in the ${colorScheme} theme: axe finds nothing, it does not overflow`, async () => {
    const page = await openAt("#benchmark?backends=cpu&batches=1,8&rounds=1&workers=1", {
      viewport: { width, height: 900 },
      colorScheme,
      bypassCSP: true,
    });
    await page.getByRole("button", { name: "Measure batches" }).click();
    await page.getByText("Measured.").waitFor();
    await page.screenshot({ path: await artefact(`benchmark-${width}-${colorScheme}.png`), fullPage: true });
    assert.deepEqual(await violationsOf(page), []);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.ok(overflow <= 0, `${overflow} px`);
    await page.close();
  });
}
