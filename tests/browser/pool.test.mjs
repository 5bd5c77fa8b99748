// Many photos on the page: spread over workers, shown on their own cards, and cancelled.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { TEST_SET } from "../../www/page/samples.js";
import { chosen, classifierIs, NOTE_CALLS, patchPackage, pick, sample, settled, useBrowser } from "./harness.mjs";

/** @typedef {import("playwright-core").Page} Page */

const browser = useBrowser();

/** A photo takes long enough for the tests to do something meanwhile. */
const SLOW = `
  const classify = Classifier.prototype.classifyDownscaled;
  Classifier.prototype.classifyDownscaled = async function (...given) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return classify.apply(this, given);
  };`;

/**
 * Opens the page as on a machine of so many cores, and waits until nothing is left to be chosen.
 * @param {number} cores
 * @param {(page: Page) => Promise<unknown>} [prepare]
 */
async function open(cores, prepare) {
  const page = await browser.open({}, async (opened) => {
    await opened.addInitScript((count) => {
      Object.defineProperty(navigator, "hardwareConcurrency", { value: count });
      Object.defineProperty(navigator, "deviceMemory", { value: undefined });
    }, cores);
    await prepare?.(opened);
  });
  await classifierIs(page);
  await chosen(page);
  return page;
}

/**
 * The test set's samples again and again, under names of their own.
 * @param {number} count
 */
async function photos(count) {
  const buffers = await Promise.all(TEST_SET.map(({ file }) => readFile(sample(file))));
  return Array.from({ length: count }, (_, index) => ({
    name: `${index}.png`,
    mimeType: "image/png",
    buffer: /** @type {Buffer} */ (buffers[index % buffers.length]),
  }));
}

test("30 photos are spread over the pool, each card has its own prediction, and the cards keep the files' order", async () => {
  const page = await open(4, (opened) => patchPackage(opened, "cpu", NOTE_CALLS + SLOW));
  /** @type {string[]} */
  const wasm = [];
  page.context().on("request", (request) => void (request.url().endsWith(".wasm") && wasm.push(request.url())));
  const files = await photos(30);
  await pick(page, files);
  await page.locator("#progress-text", { hasText: /^\d+ of 30$/ }).waitFor();
  await page.locator("#cards > li[data-state=done]").nth(29).waitFor();
  const cards = await page
    .locator("#cards > li")
    .evaluateAll((items) =>
      items.map((item) => [item.querySelector("h3")?.textContent, /** @type {HTMLElement} */ (item).dataset.label]),
    );
  assert.deepEqual(
    cards,
    files.map(({ name }, index) => [name, TEST_SET[index % TEST_SET.length]?.label]),
  );
  assert.equal(page.workers().length, 4);
  const calls = await Promise.all(
    page.workers().map((worker) => worker.evaluate("self.calls.match(/c/g)?.length ?? 0")),
  );
  assert.equal(
    calls.reduce((sum, count) => sum + count, 0),
    30,
  );
  assert.ok(Math.min(...calls) >= 4, `the photos were not spread: ${calls}`);
  assert.deepEqual(wasm, [], "the workers beyond the first have the module from the page");
  assert.equal(await page.evaluate(() => crossOriginIsolated), false, "this site needs no special headers");
  await page.locator("#progress").waitFor({ state: "hidden" });
  await page.close();
});

test("single photos, one after the other, start no second worker", async () => {
  const page = await open(4);
  for (const { file } of TEST_SET.slice(0, 3)) {
    await pick(page, [sample(file)]);
    await settled(page, file);
    assert.equal(page.workers().length, 1);
  }
  await page.close();
});

test("the progress is announced instead of each prediction, and the end with the number of failures", async () => {
  const page = await open(2, async (opened) => {
    await patchPackage(opened, "cpu", SLOW);
    await opened.addInitScript(() => {
      const said = /** @type {string[]} */ ([]);
      Object.assign(globalThis, { said });
      addEventListener("DOMContentLoaded", () => {
        const live = /** @type {HTMLElement} */ (document.getElementById("live"));
        new MutationObserver(() => said.push(live.textContent ?? "")).observe(live, { childList: true });
      });
    });
  });
  await pick(page, [
    ...(await photos(32)),
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("not an image") },
  ]);
  const bar = page.getByRole("progressbar", { name: "Photos classified" });
  await bar.waitFor();
  assert.equal(await bar.getAttribute("max"), "33");
  await page.locator("#live", { hasText: /^32 classified, 1 failed\.$/ }).waitFor({ state: "attached" });
  const said = await page.evaluate(() =>
    /** @type {{said: string[]}} */ (/** @type {unknown} */ (globalThis)).said.join("\n"),
  );
  assert.match(said, /^\d+ of 33 photos done\.$/m);
  assert.doesNotMatch(said, /confident|Trouser/);
  await page.close();
});

/** @type {Record<string, (page: Page) => Promise<void>>} */
const CANCELS = {
  Escape: (page) => page.keyboard.press("Escape"),
  "the button": (page) => page.getByRole("button", { name: "Cancel" }).click(),
};
for (const [how, cancel] of Object.entries(CANCELS)) {
  test(`${how} cancels photos without a prediction; predictions stay, and a card can be classified again`, async () => {
    const page = await open(2, (opened) => patchPackage(opened, "cpu", NOTE_CALLS + SLOW));
    await pick(page, await photos(30));
    await page.locator("#cards > li[data-state=done]").first().waitFor();
    await page.locator("#progress").waitFor();
    await cancel(page);
    await page.locator("#progress").waitFor({ state: "hidden" });
    const count = (/** @type {string} */ state) => page.locator(`#cards > li[data-state=${state}]`).count();
    const [done, cancelled] = [await count("done"), await count("cancelled")];
    assert.equal(done + cancelled, 30, "every card says what became of it");
    assert.ok(cancelled > 15, `only ${cancelled} were cancelled`);
    await page
      .locator("#live", { hasText: new RegExp(`^Cancelled\\. ${done} classified\\.$`) })
      .waitFor({ state: "attached" });
    const begun = () =>
      Promise.all(page.workers().map((worker) => worker.evaluate("self.calls.match(/c/g)?.length ?? 0")));
    // Longer than the photos in progress take: none of them gets a prediction after all. One that was being decoded
    // reaches the network in this time.
    await page.waitForTimeout(1500);
    assert.equal(await count("done"), done);
    const begunBefore = await begun();
    // Of each worker one photo may be in progress, and one more may have been finished while the page cancelled.
    const most = done + 2 * begunBefore.length;
    assert.ok(
      begunBefore.reduce((sum, count) => sum + count, 0) <= most,
      `${begunBefore} photos were begun, ${done} classified`,
    );
    await page.waitForTimeout(1500);
    assert.deepEqual(await begun(), begunBefore, "no photo is begun after cancelling");
    await page.getByRole("button", { name: "29.png", exact: true }).click();
    await page.getByRole("button", { name: "Classify 29.png again" }).click();
    assert.equal(await (await settled(page, "29.png")).getAttribute("data-label"), "Ankle boot");
    await page.close();
  });
}

test("after cancelling with the keyboard the focus moves to the results", async () => {
  const page = await open(2, (opened) => patchPackage(opened, "cpu", SLOW));
  await pick(page, await photos(30));
  await page.locator("#progress").waitFor();
  await page.locator("#progress-cancel").focus();
  await page.keyboard.press("Enter");
  await page.locator("#progress").waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement?.id), "results");
  await page.close();
});

test("Escape closes the camera's dialog and cancels nothing", async () => {
  const page = await open(2, (opened) => patchPackage(opened, "cpu", SLOW));
  await pick(page, await photos(12));
  await page.getByRole("button", { name: "Camera" }).click();
  await page.locator("#camera-error").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("#camera").waitFor({ state: "hidden" });
  await page.locator("#cards > li[data-state=done]").nth(11).waitFor();
  await page.close();
});

test("a worker of the pool that dies is replaced, and another classifies its photo", async () => {
  const page = await open(3, (opened) =>
    patchPackage(
      opened,
      "cpu",
      `${SLOW}
        const slow = Classifier.prototype.classifyDownscaled;
        Classifier.prototype.classifyDownscaled = async function (...given) {
          if (self.trap) throw new WebAssembly.RuntimeError("unreachable");
          return slow.apply(this, given);
        };`,
    ),
  );
  await pick(page, await photos(24));
  for (let tries = 0; page.workers().length < 3 && tries < 100; tries += 1) await page.waitForTimeout(50);
  assert.equal(page.workers().length, 3);
  await page.workers()[2]?.evaluate("self.trap = true");
  await page.locator("#notice-text", { hasText: "No photo was lost" }).waitFor();
  await page.locator("#cards > li[data-state=done]").nth(23).waitFor();
  assert.equal(await page.locator("#cards > li[data-state=failed]").count(), 0);
  assert.equal(page.workers().length, 3, "the dead worker was not replaced");
  await page.close();
});
