// What explains a prediction: the occlusion map, the nearest alternatives, and the first layers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { words } from "../../www/language/en.js";
import { occludeImage } from "../../www/page/occlusion.js";
import { classifierIs, patchPackage, pick, sample, settled, useBrowser } from "./harness.mjs";

const browser = useBrowser();

/**
 * Opens a card's explanation with the keyboard, and waits for it.
 * @param {import("playwright-core").Locator} card
 */
async function explain(card) {
  await card.locator(".explanation > summary").focus();
  await card.page().keyboard.press("Enter");
  await card.locator(".occlusion-map").waitFor();
  return card.locator(".explanation");
}

test("a photo's card explains its class: the place that matters, the nearest others, the first layers", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await pick(page, [sample("photo-t-shirt.jpg")]);
  const explanation = await explain(await settled(page, "photo-t-shirt.jpg"));
  const text = await explanation.innerText();
  assert.match(text, /Why T-shirt\/top\?/);
  assert.match(text, /T-shirt\/top depends (most on the [a-z ]+|on no single place) of what the network sees\./);
  assert.match(text, /The nearest others: .+ \([<>]? ?[\d.]+ %\) and .+ \([<>]? ?[\d.]+ %\)\./);
  assert.match(text, /145 runs of the network on the CPU in \d+ ms/);
  // The picture says the same to a screen reader.
  assert.equal(await explanation.getByRole("img", { name: /^T-shirt\/top depends/ }).count(), 1);
  const parts = await explanation.getByRole("row").allInnerTexts();
  assert.deepEqual(
    parts.map((part) => part.split("\t")[0]),
    words.why.places,
  );
  assert.ok(parts.some((part) => part.endsWith("much")) && parts.some((part) => part.endsWith("little")), parts.join());
  assert.deepEqual(await explanation.locator(".feature-maps figcaption").allInnerTexts(), [
    words.why.layer(1, 8, 16, 64),
    words.why.layer(2, 8, 32, 32),
  ]);
  assert.equal(await explanation.locator(".feature-maps canvas").count(), 16);
  const isDrawn = await explanation.locator("canvas").evaluateAll((canvases) =>
    canvases.map((canvas) => {
      const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
      const context = /** @type {HTMLCanvasElement} */ (canvas).getContext("2d");
      return new Set(context?.getImageData(0, 0, width, height).data).size > 3;
    }),
  );
  assert.ok(isDrawn.every(Boolean));
  await page.setViewportSize({ width: 320, height: 700 });
  assert.equal(
    await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    0,
  );
  await page.close();
});

test("an edit is explained anew", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await pick(page, [sample("photo-handbag.jpg")]);
  const card = await settled(page, "photo-handbag.jpg");
  const explanation = await explain(card);
  await explanation
    .locator(".explanation-body > p")
    .first()
    .evaluate((shown) => (shown.textContent = "before the edit"));
  await card.getByRole("button", { name: words.editor.adjust }).click();
  await card.getByRole("button", { name: words.editor.whole }).click();
  await explanation.getByText("before the edit").waitFor({ state: "detached" });
  assert.match(await explanation.innerText(), /depends/);
  await page.close();
});

test("an image in Fashion-MNIST's format is explained by the network for such images", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await pick(page, [sample("test-9-ankle-boot.png")]);
  const explanation = await explain(await settled(page, "test-9-ankle-boot.png"));
  assert.match(await explanation.innerText(), /Ankle boot depends/);
  assert.equal(await explanation.locator(".feature-maps").count(), 0);
  await page.close();
});

test("where the explanation fails or cannot be fetched, its card says so", async () => {
  const page = await browser.open({}, (opened) =>
    patchPackage(
      opened,
      "cpu",
      'Classifier.prototype.explain = () => { throw Object.assign(new Error("the test says so"), { code: "internal" }); };',
    ),
  );
  await classifierIs(page);
  await pick(page, [sample("photo-t-shirt.jpg")]);
  const card = await settled(page, "photo-t-shirt.jpg");
  await card.locator(".explanation > summary").click();
  await card.getByText("The test says so.").waitFor();
  await page.close();

  const offline = await browser.open({}, (opened) => opened.route("**/why-*.js", (route) => route.abort()));
  await classifierIs(offline);
  await pick(offline, [sample("photo-t-shirt.jpg")]);
  const other = await settled(offline, "photo-t-shirt.jpg");
  await other.locator(".explanation > summary").click();
  await other.getByText("It could not be loaded").waitFor();
  await offline.close();
});

test("a patch covers every place of a 28x28 image, and its probabilities are those of the images", async () => {
  const image = Uint8Array.from({ length: 784 }, (_, index) => 1 + (index % 200));
  /** @type {Uint8Array} */
  let given = new Uint8Array();
  const map = await occludeImage(image, async (inputs) => {
    given = inputs.slice();
    // Of class 4 by its first pixel.
    return Float32Array.from({ length: (inputs.length / 784) * 10 }, (_, at) =>
      at % 10 === 4 ? (inputs[Math.floor(at / 10) * 784] ?? 0) : 0,
    );
  });
  assert.equal(map.occluded.length, 144 * 10);
  assert.deepEqual(given.subarray(0, 784), image);
  const covered = new Set();
  for (let place = 0; place < 144; place += 1) {
    const input = given.subarray((place + 1) * 784, (place + 2) * 784);
    const changed = [...input.keys()].filter((index) => input[index] !== image[index]);
    assert.equal(changed.length, 25);
    for (const index of changed) covered.add(index);
    const shares = map.occluded.subarray(place * 10, place * 10 + 10);
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-5);
    assert.equal((shares[4] ?? 0) < (map.whole[4] ?? 0), input[0] === 0);
  }
  assert.equal(covered.size, 784);
});
