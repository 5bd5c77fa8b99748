// Bad input: a clear message on that photo's card, and all others go on.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { classifierIs, pick, sample, settled, useBrowser } from "./harness.mjs";
import { BAD_INPUTS, writeInputs } from "./inputs.mjs";

const browser = useBrowser();

test("each bad input gets its own error on its card, and good photos among them are classified", async (context) => {
  const page = await browser.open();
  await classifierIs(page);
  const good = (/** @type {string} */ name) => ({ name, make: () => readFile(sample("test-9-ankle-boot.png")) });
  const inputs = await writeInputs([good("first.png"), ...BAD_INPUTS, good("last.png")]);
  await pick(page, inputs.paths);
  for (const { name, code, message } of BAD_INPUTS) {
    await context.test(name, async () => {
      const card = await settled(page, name);
      const text = await card.innerText();
      assert.equal(await card.getAttribute("data-code"), code, text);
      const said = await card.locator(".tile-verdict").innerText();
      assert.match(said, message);
      assert.match(said, /^[A-Z].*\.$/s, "a sentence");
    });
  }
  const [{ name: bad, message } = { name: "", message: /^$/ }] = BAD_INPUTS;
  await page.getByRole("button", { name: bad, exact: true }).click();
  assert.match(await page.locator("#detail .error").innerText(), message);
  await page.keyboard.press("Escape");
  for (const name of ["first.png", "last.png"]) {
    assert.equal(await (await settled(page, name)).getAttribute("data-label"), "Ankle boot");
  }
  // The page is alive: another photo is classified, and the worker was not replaced.
  await pick(page, [sample("test-8-bag.png")]);
  assert.equal(await (await settled(page, "test-8-bag.png")).getAttribute("data-label"), "Bag");
  assert.equal(await page.locator("#notice").isVisible(), false);
  await inputs.remove();
  await page.close();
});

test("30 files at once are classified or fail by name, while the page stays responsive", async () => {
  const page = await browser.open();
  await classifierIs(page);
  const bad = new Set([3, 14, 29]);
  const files = Array.from({ length: 30 }, (_, index) => ({
    name: `${index}.png`,
    make: async () => (bad.has(index) ? Buffer.from("not an image") : readFile(sample("test-1-trouser.png"))),
  }));
  const inputs = await writeInputs(files);
  await page.evaluate(() => {
    // The longest time that the page did not come to its timers.
    let last = performance.now();
    setInterval(() => {
      const now = performance.now();
      const longest = Math.max(Number(document.documentElement.dataset.longest ?? 0), now - last);
      document.documentElement.dataset.longest = String(longest);
      last = now;
    }, 10);
  });
  await pick(page, inputs.paths);
  for (const [index, { name }] of files.entries()) {
    const card = await settled(page, name);
    if (bad.has(index)) assert.equal(await card.getAttribute("data-code"), "not-an-image");
    else assert.equal(await card.getAttribute("data-label"), "Trouser");
  }
  const longest = Number(await page.getAttribute("html", "data-longest"));
  assert.ok(longest < 1000, `the page stood still for ${longest} ms`);
  await inputs.remove();
  await page.close();
});

test("a drop without a file shows a notice, and one of a link says that it is one", async () => {
  const page = await browser.open();
  await classifierIs(page);
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.setData("text/uri-list", "https://example.org/boot.png");
    return data;
  });
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
  await page.locator("#notice-text", { hasText: "That is a link, not an image" }).waitFor();
  const text = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "two metres of linen");
    return data;
  });
  await page.dispatchEvent("body", "drop", { dataTransfer: text });
  await page.locator("#notice-text", { hasText: "contained no file" }).waitFor();
  await page.close();
});
