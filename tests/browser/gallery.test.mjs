// Many photos: the grid, its filters and order, one photo's card in a dialog, corrections, undo, and what can be exported.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { TEST_SET } from "../../www/page/samples.js";
import { artefact, chosen, classifierIs, pick, sample, settled, useBrowser, violationsOf } from "./harness.mjs";

const browser = useBrowser();

/** @typedef {import("playwright-core").Page} Page */

/**
 * Opens the page with the ten test images, all classified.
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
async function openTen(options) {
  const page = await browser.open({ permissions: ["clipboard-read", "clipboard-write"], ...options });
  await classifierIs(page);
  await pick(
    page,
    TEST_SET.map(({ file }) => sample(file)),
  );
  await page.locator("#cards > li[data-state=done]").nth(9).waitFor();
  return page;
}

/** @type {(page: Page) => Promise<(string | null)[]>} the names of the tiles, in their order */
const names = (page) => page.locator("#cards > li h3").allTextContents();

/** @type {(page: Page, text: string | RegExp) => import("playwright-core").Locator} */
const chip = (page, text) => page.locator("#filters button", { hasText: text });

test("three photos are cards, a fourth makes them a grid, and three are cards again", async () => {
  const page = await browser.open();
  await classifierIs(page);
  const files = TEST_SET.slice(0, 3).map(({ file }) => sample(file));
  await pick(page, files);
  for (const { file } of TEST_SET.slice(0, 3)) await settled(page, file);
  assert.equal(await page.locator("#cards .card").count(), 3);
  assert.equal(await page.locator("#arrange").isVisible(), false);
  await pick(page, [sample("test-8-bag.png")]);
  await settled(page, "test-8-bag.png");
  assert.equal(await page.locator("#cards .card").count(), 0);
  assert.equal(await page.locator("#cards .tile").count(), 4);
  assert.match(await page.locator("#summary-text").innerText(), /^4 photos · [34] confident · [01] to check$/);
  await page.getByRole("button", { name: "test-8-bag.png", exact: true }).click();
  await page.locator("#detail").getByRole("button", { name: "Remove test-8-bag.png" }).click();
  await page.keyboard.press("Escape");
  await page.locator("#cards .card").nth(2).waitFor();
  assert.equal(await page.locator("#cards .tile").count(), 0);
  await page.close();
});

test("the grid is sorted by class, confidence and name, and filtered by class", async () => {
  const page = await openTen();
  assert.deepEqual(
    await names(page),
    TEST_SET.map(({ file }) => file),
  );
  await page.getByLabel("Sort by").selectOption("name");
  assert.deepEqual(await names(page), TEST_SET.map(({ file }) => file).sort());
  await page.getByLabel("Sort by").selectOption("confidence");
  const shares = (await page.locator("#cards > li[data-confident=null] .tile-verdict").allTextContents()).map((text) =>
    Number(/([\d.]+) %$/.exec(text)?.[1] ?? 0),
  );
  assert.deepEqual(
    shares,
    [...shares].sort((a, b) => a - b),
  );
  await chip(page, /^Bag 1$/).click();
  assert.deepEqual(await names(page), ["test-8-bag.png"]);
  // What is added out of sight says so, and leads there.
  await page.setInputFiles("#file", [
    { name: "another.png", mimeType: "image/png", buffer: await readFile(sample("test-5-sandal.png")) },
  ]);
  await page.locator("#notice", { hasText: "1 photo was added, which the filter hides." }).waitFor();
  await page.getByRole("button", { name: "Show all" }).click();
  await settled(page, "another.png");
  assert.equal((await names(page)).length, 11);
  await page.close();
});

test("a tile opens its card; arrow keys lead on, and Escape leads back", async () => {
  const page = await openTen();
  await page.getByRole("button", { name: "test-2-pullover.png", exact: true }).focus();
  await page.keyboard.press("Enter");
  const detail = page.locator("#detail");
  await detail.getByRole("heading", { name: "test-2-pullover.png" }).waitFor();
  assert.equal(await detail.locator("#detail-place").innerText(), "3 of 10");
  await page.keyboard.press("ArrowRight");
  await detail.getByRole("heading", { name: "test-3-dress.png" }).waitFor();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await detail.getByRole("heading", { name: "test-1-trouser.png" }).waitFor();
  assert.match(await detail.locator(".prediction-label").innerText(), /Trouser/);
  await page.keyboard.press("Escape");
  await detail.waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "test-1-trouser.png");
  await page.close();
});

test("predictions are confirmed and corrected by key and by click, and tallied", async () => {
  const page = await openTen();
  await page.getByRole("button", { name: "test-0-t-shirt-top.png", exact: true }).click();
  const detail = page.locator("#detail");
  await page.keyboard.press("Enter");
  await page.locator("#cards > li[data-answer='0']").waitFor();
  assert.equal(await detail.getByRole("button", { name: "Confirm" }).getAttribute("aria-pressed"), "true");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("8");
  await detail.getByText("Corrected: Bag").waitFor();
  await page.keyboard.press("ArrowRight");
  await detail.getByRole("button", { name: "Coat", exact: true }).click();
  await detail.getByText("Corrected: Coat").waitFor();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("n");
  assert.equal(await detail.getByRole("button", { name: "None of these" }).getAttribute("aria-pressed"), "true");
  await page.keyboard.press("Escape");
  await page.locator("#tally-text").click();
  assert.equal(await page.locator("#tally-text").innerText(), "4 photos checked, 1 predicted right (25.0 %)");
  const rows = (await page.locator("#tally-table tr").allInnerTexts()).map((row) => row.split("\t"));
  assert.deepEqual(rows, [
    ["", "T-shirt/top", "Trouser", "Pullover", "Dress"],
    ["T-shirt/top", "1", "", "", ""],
    ["Coat", "", "", "1", ""],
    ["Bag", "", "1", "", ""],
    ["None of these", "", "", "", "1"],
  ]);
  // Wider than a phone, it scrolls by itself.
  await page.setViewportSize({ width: 320, height: 700 });
  assert.equal(
    await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    0,
  );
  // The corrected photo counts for the class that the visitor says.
  await chip(page, /^Bag 2$/).click();
  assert.deepEqual(await names(page), ["test-1-trouser.png", "test-8-bag.png"]);
  await page.close();
});

test("what is removed comes back with “Undo”, in its place and with its prediction", async () => {
  const page = await openTen();
  const before = await names(page);
  await page.getByRole("button", { name: "test-4-coat.png", exact: true }).click();
  await page.getByRole("button", { name: "Remove test-4-coat.png" }).click();
  // The next photo takes its place.
  await page.locator("#detail").getByRole("heading", { name: "test-5-sandal.png" }).waitFor();
  await page.keyboard.press("Escape");
  assert.equal((await names(page)).length, 9);
  await page.getByRole("button", { name: "Undo" }).click();
  assert.deepEqual(await names(page), before);
  await page.getByRole("button", { name: "Remove all" }).click();
  assert.equal((await names(page)).length, 0);
  await page.getByRole("button", { name: "Undo" }).click();
  assert.deepEqual(await names(page), before);
  assert.equal(await page.locator("#cards > li[data-state=done]").count(), 10);
  await page.close();
});

test("a removed photo comes back with its edits, and can be answered", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await pick(page, [sample("photo-t-shirt.jpg")]);
  const card = await settled(page, "photo-t-shirt.jpg");
  await card.getByRole("button", { name: /^Adjust/ }).click();
  await card.getByRole("button", { name: /^Use whole photo/ }).click();
  await card.locator(".edited", { hasText: "After your edit" }).waitFor();
  await page.getByRole("button", { name: "Remove photo-t-shirt.jpg" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await card.locator(".edited", { hasText: "After your edit" }).waitFor();
  await card.getByRole("button", { name: "Confirm" }).click();
  await page.locator("#cards > li[data-answer='0']").waitFor();
  await page.close();
});

test("cancelled photos are resumed", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await chosen(page);
  const photo = await readFile(sample("photo-t-shirt.jpg"));
  await pick(
    page,
    Array.from({ length: 40 }, (_, index) => ({ name: `${index}.jpg`, mimeType: "image/jpeg", buffer: photo })),
  );
  await page.locator("#cards > li[data-state=done]").first().waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  const resume = page.getByRole("button", { name: /^Resume \d+ photos?$/ });
  await resume.click();
  await page.locator("#cards > li[data-state=done]").nth(39).waitFor();
  assert.equal(await resume.isVisible(), false);
  await page.close();
});

test("folders that are dropped are read, other files in them are left out", async () => {
  const page = await browser.open();
  await classifierIs(page);
  const bytes = (await readFile(sample("test-8-bag.png"))).toString("base64");
  await page.evaluate((base64) => {
    const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const file = (/** @type {string} */ name, /** @type {string} */ type) => ({
      isFile: true,
      isDirectory: false,
      name,
      file: (/** @type {(file: File) => void} */ resolve) => resolve(new File([content], name, { type })),
    });
    const folder = (/** @type {string} */ name, /** @type {object[]} */ inside) => ({
      isFile: false,
      isDirectory: true,
      name,
      createReader: () => {
        const left = inside.map((entry) => [entry]);
        return { readEntries: (/** @type {(entries: object[]) => void} */ resolve) => resolve(left.shift() ?? []) };
      },
    });
    const root = folder("clothes", [
      file("10.png", "image/png"),
      file("2.png", "image/png"),
      file("notes.txt", "text/plain"),
      folder("bags", [file("bag.png", "image/png")]),
    ]);
    const event = new DragEvent("drop", { bubbles: true, cancelable: true });
    const transfer = { items: [{ webkitGetAsEntry: () => root }], files: [], getData: () => "" };
    Object.defineProperty(event, "dataTransfer", { value: transfer });
    dispatchEvent(event);
  }, bytes);
  for (const name of ["2.png", "10.png", "bag.png"]) {
    assert.equal(await (await settled(page, name)).getAttribute("data-label"), "Bag");
  }
  assert.deepEqual(await names(page), ["2.png", "10.png", "bag.png"]);
  await page.close();
});

test("a pasted or dropped link is called a link, and nothing is asked for", async () => {
  const page = await browser.open({ permissions: ["clipboard-read", "clipboard-write"] });
  await classifierIs(page);
  /** @type {string[]} */
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.evaluate(() => navigator.clipboard.writeText("https://example.org/shirt.jpg"));
  await page.keyboard.press("Control+V");
  await page.locator("#notice", { hasText: "That is a link, not an image" }).waitFor();
  await page.locator("#notice-close").click();
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.setData("text/uri-list", "https://example.org/shirt.jpg");
    return data;
  });
  await page.dispatchEvent("footer", "drop", { dataTransfer: transfer });
  await page.locator("#notice", { hasText: "That is a link, not an image" }).waitFor();
  assert.deepEqual(
    asked.filter((url) => url.includes("example.org")),
    [],
  );
  await page.close();
});

test("the table is saved as CSV and JSON and copied as Markdown", async () => {
  const page = await openTen();
  await page.getByRole("button", { name: "test-9-ankle-boot.png", exact: true }).click();
  await page.keyboard.press("7");
  await page.keyboard.press("Escape");
  const saved = async (/** @type {string} */ button) => {
    const download = page.waitForEvent("download");
    await page.getByText("Export", { exact: true }).click();
    await page.getByRole("button", { name: button }).click();
    return readFile(await (await download).path());
  };
  const csv = (await saved("Table as CSV")).toString("utf8");
  const lines = csv.slice(1).split("\r\n");
  assert.equal(csv.charCodeAt(0), 0xfeff);
  assert.equal(lines.length, 12);
  assert.match(lines[0] ?? "", /^file,state,label,confidence,confident,answer,error,probability T-shirt\/top,/);
  assert.match(lines[10] ?? "", /^test-9-ankle-boot\.png,done,Ankle boot,,,Sneaker,,/);
  const rows = JSON.parse((await saved("Table as JSON")).toString("utf8"));
  assert.equal(rows.length, 10);
  assert.deepEqual(
    rows.map((/** @type {{label: string}} */ { label }) => label),
    TEST_SET.map(({ label }) => label),
  );
  assert.equal(rows[9].answer, "Sneaker");
  const sum = Object.values(/** @type {Record<string, number>} */ (rows[0].probabilities)).reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(sum - 1) < 0.001, `the probabilities sum to ${sum}`);
  await page.getByText("Export", { exact: true }).click();
  await page.getByRole("button", { name: "Copy as Markdown" }).click();
  await page.locator("#live", { hasText: "Copied as Markdown." }).waitFor({ state: "attached" });
  const markdown = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(markdown, /^\| Photo \| Shows \| Confidence \| Your answer \|/);
  assert.match(markdown, /\| test-9-ankle-boot\.png \| Ankle boot \| {2}\| Sneaker \|/);
  await page.close();
});

test("the photos are packed in folders by class, with the archiver fetched then", async () => {
  /** @type {string[]} */
  const asked = [];
  const page = await openTen();
  page.on("request", (request) => asked.push(request.url()));
  const download = page.waitForEvent("download");
  await page.getByText("Export", { exact: true }).click();
  await page.getByRole("button", { name: "Photos in folders by class (ZIP)" }).click();
  const zip = await readFile(await (await download).path());
  assert.equal(asked.filter((url) => /assets\/export-/.test(url)).length, 1);
  assert.equal(zip.subarray(0, 4).toString("latin1"), "PK\u0003\u0004");
  const bag = await readFile(sample("test-8-bag.png"));
  assert.ok(zip.includes(Buffer.from("Bag/test-8-bag.png")));
  assert.ok(zip.includes(bag), "the photo is not in the archive as it was");
  await page.close();
});

test("of 500 photos at most 300 are in the document, and all can be scrolled to", async () => {
  const page = await browser.open({ viewport: { width: 1280, height: 900 } });
  await classifierIs(page);
  const image = await readFile(sample("test-8-bag.png"));
  await pick(
    page,
    Array.from({ length: 500 }, (_, index) => ({ name: `${index}.png`, mimeType: "image/png", buffer: image })),
  );
  await page.locator("#summary-text", { hasText: "500 photos · 500 confident" }).waitFor();
  assert.ok((await page.locator("#cards > li").count()) <= 300);
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.evaluate(() => scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" }));
  await page.locator("#cards > li h3", { hasText: /^499\.png$/ }).waitFor();
  assert.ok((await page.locator("#cards > li").count()) <= 300);
  const after = await page.evaluate(() => document.documentElement.scrollHeight);
  assert.ok(Math.abs(after - height) < 50, `the page was ${height} pixels high, and is ${after}`);
  await page.close();
});

test("the page is never blocked while 100 photos are classified", async () => {
  const photo = (await readFile(sample("photo-t-shirt.jpg"))).toString("base64");
  /** @type {number[][]} */
  const rounds = [];
  // A task that waits for a processor is long too. So one processor is left to the page, and one round of three without
  // a long task shows that the page has none.
  while (rounds.length < 3 && rounds.at(-1)?.length !== 0) {
    const page = await browser.open({}, (opened) =>
      opened.addInitScript(() => Object.defineProperty(navigator, "hardwareConcurrency", { value: 1 })),
    );
    await classifierIs(page);
    // After the page's own start.
    await chosen(page);
    // The files are made before the tasks are observed: the browser's remote control takes half a second for them.
    await page.evaluate((photo) => {
      const bytes = Uint8Array.from(atob(photo), (character) => character.charCodeAt(0));
      const given = new DataTransfer();
      for (let index = 0; index < 100; index += 1) {
        given.items.add(new File([bytes], `${index}.jpg`, { type: "image/jpeg" }));
      }
      const input = /** @type {HTMLInputElement} */ (document.getElementById("file"));
      /** @type {number[]} */
      const tasks = [];
      Object.assign(globalThis, { tasks });
      setTimeout(() => {
        new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
          type: "longtask",
        });
        input.files = given.files;
        input.dispatchEvent(new Event("change"));
      }, 100);
    }, photo);
    await page.locator("#summary-text", { hasText: "100 photos · 100 confident" }).waitFor();
    rounds.push(await page.evaluate("tasks"));
    await page.close();
  }
  assert.deepEqual(rounds.at(-1), [], `tasks of 50 ms and more, by round: ${JSON.stringify(rounds)}`);
});

test("live regions speak now and then while 60 photos are classified, and of no photo by itself", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await chosen(page);
  await page.evaluate(() => {
    /** @type {string[]} */
    const said = [];
    Object.assign(globalThis, { said });
    for (const region of document.querySelectorAll("[aria-live], [role=status], [role=alert]")) {
      new MutationObserver(() => {
        const text = region.textContent?.trim() ?? "";
        if (text) said.push(`${region.id}: ${text}`);
      }).observe(region, { subtree: true, childList: true, characterData: true });
    }
  });
  const photo = await readFile(sample("photo-t-shirt.jpg"));
  const names = Array.from({ length: 60 }, (_, index) => `${index}.jpg`);
  await pick(
    page,
    names.map((name) => ({ name, mimeType: "image/jpeg", buffer: photo })),
  );
  await page.locator("#summary-text", { hasText: "60 photos · 60 confident" }).waitFor();
  await page.locator("#live", { hasText: "60 classified." }).waitFor({ state: "attached" });
  const said = /** @type {string[]} */ (await page.evaluate("said"));
  // The progress is said ever more rarely.
  assert.ok(said.length >= 1 && said.length <= 5, said.join(" | "));
  assert.ok(
    said.every((sentence) => /^live: (\d+ of 60 photos done|60 classified)\./.test(sentence)),
    said.join(" | "),
  );
  await page.close();
});

test("of many photos only the latest stay in memory", async () => {
  const page = await browser.open();
  await classifierIs(page);
  const photo = await readFile(sample("photo-t-shirt.jpg"));
  await pick(
    page,
    Array.from({ length: 160 }, (_, index) => ({ name: `${index}.jpg`, mimeType: "image/jpeg", buffer: photo })),
  );
  await page.locator("#summary-text", { hasText: "160 photos · 160 confident" }).waitFor();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize = 0 } = /** @type {{usedSize: number, backingStorageSize?: number}} */ (
    await devtools.send("Runtime.getHeapUsage")
  );
  const megabytes = (usedSize + backingStorageSize) / 1e6;
  // All 160 downscaled photos together have 84 MB, the latest 60 have 32.
  assert.ok(megabytes < 65, `the page holds ${megabytes.toFixed(1)} MB`);
  await page.close();
});

for (const [width, colorScheme] of /** @type {const} */ ([
  [360, "light"],
  [390, "dark"],
  [1280, "light"],
  [1920, "dark"],
])) {
  test(`the grid at ${width} px in the ${colorScheme} theme: axe finds nothing, it does not overflow`, async () => {
    const page = await openTen({
      viewport: { width, height: 900 },
      colorScheme,
      bypassCSP: true,
      reducedMotion: "reduce",
    });
    await pick(page, [{ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("two metres of linen") }]);
    await settled(page, "notes.txt");
    await page.screenshot({ path: await artefact(`grid-${width}-${colorScheme}.png`), fullPage: true });
    assert.deepEqual(await violationsOf(page), []);
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok((await overflow()) <= 0);
    await page.getByRole("button", { name: "test-8-bag.png", exact: true }).click();
    await page.locator("#detail .warm").waitFor();
    await page.screenshot({ path: await artefact(`detail-${width}-${colorScheme}.png`) });
    assert.deepEqual(await violationsOf(page), []);
    assert.ok((await overflow()) <= 0);
    await page.close();
  });
}
