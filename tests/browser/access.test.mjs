// Keyboard, screen reader, camera, themes, and what the page looks like.
import assert from "node:assert/strict";
import { test } from "node:test";
import { artefact, chosen, classifierIs, pick, sample, settled, useBrowser } from "./harness.mjs";

const browser = useBrowser();

const THEMES = /** @type {const} */ (["light", "dark"]);

/**
 * Fills the page with a prediction, an error and a notice.
 * @param {import("playwright-core").Page} page
 */
async function fill(page) {
  await classifierIs(page);
  await chosen(page);
  await pick(page, [sample("photo-handbag.jpg"), sample("test-9-ankle-boot.png")]);
  await pick(page, [{ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("two metres of linen") }]);
  for (const name of ["photo-handbag.jpg", "test-9-ankle-boot.png", "notes.txt"]) await settled(page, name);
  await page.locator(".warm").nth(1).waitFor();
}

for (const colorScheme of THEMES) {
  for (const width of [320, 360, 768, 1280]) {
    test(`the page at ${width} px in the ${colorScheme} theme does not overflow; a screenshot is kept`, async () => {
      const page = await browser.open({ colorScheme, viewport: { width, height: 900 }, reducedMotion: "reduce" });
      await page.screenshot({ path: await artefact(`page-${width}-${colorScheme}-empty.png`), fullPage: true });
      await fill(page);
      await page.screenshot({ path: await artefact(`page-${width}-${colorScheme}.png`), fullPage: true });
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.ok(overflow <= 0, `the page is ${overflow} px wider than the window`);
      await page.close();
    });
  }
}

for (const width of [320, 390]) {
  test(`letters of twice the size need no sideways scrolling at ${width} px`, async () => {
    const page = await browser.open({ viewport: { width, height: 844 } });
    await fill(page);
    await page.evaluate(() => {
      document.documentElement.style.fontSize = "200%";
    });
    // Laid out anew.
    await page.waitForTimeout(300);
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok((await overflow()) <= 0, `${await overflow()} px`);
    await page.close();
  });
}

test("on a phone the first answer is on the first screen with its photo", async () => {
  const page = await browser.open({ viewport: { width: 390, height: 844 } });
  await classifierIs(page);
  await pick(page, [sample("photo-t-shirt.jpg")]);
  const card = await settled(page, "photo-t-shirt.jpg");
  await card.locator(".thumb canvas").waitFor();
  for (const part of [".prediction-label", ".stage"]) {
    const place = await card.locator(part).boundingBox();
    assert.ok(place && place.y >= 0 && place.y + place.height <= 844, `${part}: ${JSON.stringify(place)}`);
  }
  await page.close();
});

test("the theme button switches the theme, which survives a reload", async () => {
  const page = await browser.open({ colorScheme: "light" });
  await page.getByRole("button", { name: "Switch to the dark theme" }).click();
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
  await page.reload();
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
  await page.getByRole("button", { name: "Switch to the light theme" }).waitFor();
  await page.close();
});

test("everything works with the keyboard alone, and is announced to a screen reader", async () => {
  const page = await browser.open();
  // Asked for early: Chromium has to hear of it before the key is pressed, or it opens a dialog of its own.
  const chooser = page.waitForEvent("filechooser");
  await classifierIs(page);
  await chosen(page);
  /**
   * Presses Tab until the element is focused.
   * @param {string} selector
   */
  const tabTo = async (selector) => {
    for (let presses = 0; presses < 80; presses += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((css) => document.activeElement?.matches(css) ?? false, selector)) {
        const outline = await page.evaluate(
          () => getComputedStyle(document.activeElement ?? document.body).outlineStyle,
        );
        const within = await page.evaluate(
          () => getComputedStyle(document.activeElement?.parentElement ?? document.body).outlineStyle,
        );
        assert.ok(outline !== "none" || within !== "none", `${selector} shows no focus`);
        return;
      }
    }
    assert.fail(`${selector} cannot be reached with Tab`);
  };
  await tabTo(".skip");
  await tabTo("#theme");
  await tabTo("#file");
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(sample("test-8-bag.png"));
  await settled(page, "test-8-bag.png");
  await page
    .locator("#live", { hasText: /test-8-bag\.png: Bag, (> )?[\d.]+ % confident\./ })
    .waitFor({ state: "attached" });
  await tabTo('.swatch[title="Trouser"]');
  await page.keyboard.press("Enter");
  await settled(page, "Sample: Trouser");
  await tabTo('button[aria-label="Classify Sample: Trouser again"]');
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.querySelector("#session tr:nth-child(3) td")?.textContent === "3");
  await tabTo('button[aria-label="Remove Sample: Trouser"]');
  await page.keyboard.press("Enter");
  // The focus goes on to the next card, not to the top of the page.
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "test-8-bag.png");
  await tabTo('input[name="backend"]');
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.getByText("Using CPU, as you chose.").first().waitFor();
  await page.close();
});

test("transitions are off where the visitor prefers reduced motion", async () => {
  const page = await browser.open({ reducedMotion: "reduce" });
  const duration = await page
    .locator(".swatch")
    .first()
    .evaluate((element) => getComputedStyle(element).transitionDuration);
  assert.equal(duration, "0s");
  await page.close();
});

test("without a camera the dialog says so, and Escape closes it", async () => {
  const page = await browser.open();
  await page.getByRole("button", { name: "Camera" }).click();
  await page
    .locator("#camera-error", { hasText: "No camera was found. Connect one, or choose a file instead." })
    .waitFor();
  assert.equal(await page.locator("#camera-shoot").isDisabled(), true);
  await page.keyboard.press("Escape");
  await page.locator("#camera").waitFor({ state: "hidden" });
  await page.close();
});
