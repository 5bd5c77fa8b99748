// axe looks at the page in every state that it can be in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { words as german } from "../../www/language/de.js";
import { words as english } from "../../www/language/en.js";
import { classifierIs, pick, sample, settled, useBrowser, violationsOf } from "./harness.mjs";

/** @typedef {import("playwright-core").Page} Page */

const browser = useBrowser();

/** @type {Parameters<typeof browser.open>[0][]} */
const LOOKS = [
  { colorScheme: "light" },
  { colorScheme: "dark" },
  { colorScheme: "light", forcedColors: "active", viewport: { width: 390, height: 844 } },
  { colorScheme: "dark", locale: "de", viewport: { width: 390, height: 844 } },
];

/** A file that is no image. */
const NOTES = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("two metres of linen") };

/** @type {(words: import("../../www/language/en.js").Words) => [state: string, reach: (page: Page) => Promise<unknown>][]} each from the one before */
const statesIn = (words) => [
  ["empty", async () => {}],
  [
    "one photo",
    async (page) => {
      await pick(page, [sample("photo-handbag.jpg")]);
      await (await settled(page, "photo-handbag.jpg")).locator(".warm").waitFor();
    },
  ],
  ["adjusting", (page) => page.getByRole("button", { name: words.editor.adjust }).click()],
  [
    "explained",
    async (page) => {
      await page.locator(".explanation > summary").click();
      await page.locator(".occlusion-map").waitFor();
    },
  ],
  [
    "compared",
    async (page) => {
      await page.locator(".comparison > summary").click();
      await page.getByRole("button", { name: words.comparison.again }).click();
    },
  ],
  [
    "three photos, one with an error",
    async (page) => {
      await pick(page, [sample("test-9-ankle-boot.png")]);
      await pick(page, [NOTES]);
      for (const name of ["test-9-ankle-boot.png", "notes.txt"]) await settled(page, name);
    },
  ],
  [
    "a grid",
    async (page) => {
      await pick(page, ["test-0-t-shirt-top.png", "test-1-trouser.png", "photo-t-shirt.jpg"].map(sample));
      await page.locator("#summary-text", { hasText: words.summary.counts(6, 5, 1) }).waitFor();
    },
  ],
  ["its export menu", (page) => page.locator("#export > summary").click()],
  [
    "a card in the dialog",
    async (page) => {
      await page.getByRole("button", { name: "photo-t-shirt.jpg", exact: true }).click();
      await page.locator("#detail .warm").waitFor();
    },
  ],
  [
    "corrected and tallied",
    async (page) => {
      await page.keyboard.press("8");
      await page.keyboard.press("Escape");
      await page.locator("#tally-text").click();
    },
  ],
  [
    "a notice",
    async (page) => {
      await page.locator("#clear").click();
      await page.getByRole("button", { name: words.intake.undo }).waitFor();
    },
  ],
  [
    "the camera's dialog, without a camera",
    async (page) => {
      await page.locator("#camera-open").click();
      await page.locator("#camera-error").waitFor();
    },
  ],
  [
    "the benchmark, measured",
    async (page) => {
      await page.keyboard.press("Escape");
      await page.evaluate("location.hash = '#benchmark?backends=cpu&batches=1&rounds=1'");
      await page.getByRole("button", { name: words.benchmark.measure }).click();
      await page.getByText(words.benchmark.measured).waitFor();
    },
  ],
];

for (const look of LOOKS) {
  const name = JSON.stringify(look);
  const words = look?.locale === "de" ? german : english;
  test(`axe finds nothing in any state: ${name}`, async (t) => {
    const page = await browser.open({ ...look, bypassCSP: true, reducedMotion: "reduce" });
    await classifierIs(page);
    await page.locator(`html[lang=${look?.locale ?? "en"}]`).waitFor();
    for (const [state, reach] of statesIn(words)) {
      await t.test(state, async () => {
        await reach(page);
        assert.deepEqual(await violationsOf(page), []);
      });
    }
    await page.close();
  });
}

test("axe finds nothing where the classifier is broken", async () => {
  const page = await browser.open({ bypassCSP: true }, (opened) =>
    opened.context().route("**/*.wasm", (route) => route.abort()),
  );
  await classifierIs(page, "broken");
  assert.deepEqual(await violationsOf(page), []);
  await page.close();
});
