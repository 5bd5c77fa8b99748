// Adding photos by picker, drop, paste and samples, and what their cards show.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { words } from "../../www/language/language.js";
import { PHOTOS, TEST_SET } from "../../www/page/samples.js";
import {
  chosen,
  classifierIs,
  NOTE_CALLS,
  patchPackage,
  pick,
  predicted,
  preludeWorkers,
  sample,
  settled,
  useBrowser,
} from "./harness.mjs";

const browser = useBrowser();

test("a file chosen with the picker is classified, and its card is complete", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await pick(page, [sample("test-9-ankle-boot.png")]);
  const card = await settled(page, "test-9-ankle-boot.png");
  assert.equal(await card.getAttribute("data-label"), "Ankle boot");
  assert.equal(await card.getAttribute("data-backend"), "cpu");
  assert.match(await card.locator(".prediction").innerText(), /Ankle boot\s+(> )?\d+(\.\d)? %/);
  assert.equal(await card.locator(".bars tbody tr").count(), 10);
  const shares = await card.locator(".bars .share").allInnerTexts();
  const sum = shares.reduce(
    (total, share) => total + (share.startsWith("<") ? 0 : Number.parseFloat(share.replace("> ", ""))),
    0,
  );
  assert.ok(Math.abs(sum - 100) < 1.5, `the printed shares add up to ${sum} %`);
  const stages = await card
    .locator(".times div")
    .evaluateAll((divs) => divs.map((div) => div.getAttribute("data-stage")));
  const thumbnail = await card.locator(".thumb canvas").evaluate((canvas) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
    return { width, height };
  });
  assert.deepEqual(thumbnail, { width: 28, height: 28 });
  assert.deepEqual(stages, ["decode", "prepare", "inference", "read-back", "total"]);
  for (const value of await card.locator(".times dd:last-child").allInnerTexts())
    assert.match(value, /^(< )?\d+(\.\d+)? ms$/);
  await card.locator(".warm").waitFor();
  await page.close();
});

test("the network's input is on the card, pixel by pixel", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await pick(page, [sample("test-9-ankle-boot.png")]);
  const card = await settled(page, "test-9-ankle-boot.png");
  const canvas = card.locator(".input canvas");
  assert.equal(await canvas.evaluate((element) => getComputedStyle(element).imageRendering), "pixelated");
  const grey = await canvas.evaluate((element) => {
    const { data } = /** @type {HTMLCanvasElement} */ (element).getContext("2d")?.getImageData(0, 0, 28, 28) ?? {
      data: [],
    };
    return [...data].filter((_, index) => index % 4 === 0);
  });
  assert.equal(grey.length, 784);
  // Light on dark: dark corners, a light boot.
  assert.ok(
    Math.max(...grey) > 128 && /** @type {number} */ (grey[0]) < 32,
    `from ${Math.min(...grey)} to ${Math.max(...grey)}`,
  );
  await page.close();
});

test("warm inference spans at least 50 ticks, and shows only digits that were measured", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await pick(page, [sample("test-1-trouser.png")]);
  const card = await settled(page, "test-1-trouser.png");
  const sentence = await card.locator(".warm").innerText();
  const match =
    /inference (< )?([\d.]+) ms: mean of ([\d,]+) runs? of “[^”]+” over ([\d,]+) ticks? .*\(([\d.]+) ms each\)/.exec(
      sentence,
    );
  assert.ok(match, sentence);
  const [, , mean = "", runs = "", ticks = "", tick = ""] = match;
  const count = (/** @type {string} */ text) => Number(text.replaceAll(",", ""));
  assert.ok(count(ticks) >= 50, sentence);
  const decimals = mean.split(".")[1]?.length ?? 0;
  assert.ok(10 ** -decimals >= (Number(tick) / count(runs)) * 0.99, `a digit finer than the measurement: ${sentence}`);
  await page.close();
});

test("files dropped on the page are classified", async () => {
  const page = await browser.open();
  await classifierIs(page);
  const bytes = (await readFile(sample("test-8-bag.png"))).toString("base64");
  const transfer = await page.evaluateHandle((base64) => {
    const data = new DataTransfer();
    const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    data.items.add(new File([content], "dropped bag.png", { type: "image/png" }));
    return data;
  }, bytes);
  // Far from the drop zone: the whole page takes drops.
  await page.dispatchEvent("footer", "drop", { dataTransfer: transfer });
  const card = await settled(page, "dropped bag.png");
  assert.equal(await card.getAttribute("data-label"), "Bag");
  await page.close();
});

test("an image pasted with Ctrl+V is classified, and pasted text shows a notice", async () => {
  const page = await browser.open({ permissions: ["clipboard-read", "clipboard-write"] });
  await classifierIs(page);
  const bytes = (await readFile(sample("test-1-trouser.png"))).toString("base64");
  await page.evaluate(async (base64) => {
    const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    await navigator.clipboard.write([new ClipboardItem({ "image/png": new Blob([content], { type: "image/png" }) })]);
  }, bytes);
  await page.keyboard.press("Control+V");
  const card = page.locator("#cards > li[data-state=done]");
  await card.waitFor();
  assert.equal(await card.getAttribute("data-label"), "Trouser");
  await page.evaluate(() => navigator.clipboard.writeText("not an image"));
  await page.keyboard.press("Control+V");
  await page.getByText("The clipboard contains no image").first().waitFor();
  await page.close();
});

test("each sample gets its label", async () => {
  const page = await browser.open();
  await classifierIs(page);
  const samples = [
    ...TEST_SET.map(({ label }) => ({ name: label, label, button: words.samples.tryTest(label) })),
    ...PHOTOS.map(({ file, label }) => {
      const name = words.samples.names[file] ?? "";
      return { name, label, button: words.samples.try(name) };
    }),
  ];
  for (const { button } of samples) await page.getByRole("button", { name: button, exact: true }).click();
  /** @type {[string, string | null][]} */
  const found = [];
  for (const { name } of samples) {
    found.push([name, await (await settled(page, `Sample: ${name}`)).getAttribute("data-label")]);
  }
  const expected = samples.map(({ name, label }) => [name, label]);
  assert.deepEqual(found, expected);
  await page.close();
});

test("photos that are chosen before the script has loaded are classified", async () => {
  /** @type {(value?: undefined) => void} */
  let release = () => {};
  const held = new Promise((resolve) => {
    release = resolve;
  });
  const page = await (await browser.context()).newPage();
  await page.route(/\/main-[^/]*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(browser.url(), { waitUntil: "commit" });
  const chooser = page.waitForEvent("filechooser");
  await page.getByText("Choose photos").click();
  await (await chooser).setFiles(sample("test-8-bag.png"));
  release();
  assert.equal(await (await settled(page, "test-8-bag.png")).getAttribute("data-label"), "Bag");
  await page.close();
});

test("a phone's JPEG is rotated as its EXIF orientation says", async () => {
  const page = await browser.open();
  await classifierIs(page);
  const upright = await readFile(sample("photo-trousers.jpg"));
  // Orientation 6: the image is to be rotated by 90 degrees clockwise for display.
  const exif = Buffer.from(
    "ffe1002245786966000049492a00080000000100120103000100000006000000000000000000",
    "hex",
  ).subarray(0, 36);
  const turned = Buffer.concat([upright.subarray(0, 2), exif, upright.subarray(2)]);
  await pick(page, [
    { name: "turned.jpg", mimeType: "image/jpeg", buffer: turned },
    { name: "upright.jpg", mimeType: "image/jpeg", buffer: upright },
  ]);
  const seen = async (/** @type {string} */ name) => {
    const card = await settled(page, name);
    // The box that is found on a rotated photo may be another one.
    await card.getByRole("button", { name: /^Adjust/ }).click();
    await card.getByRole("button", { name: /^Use whole photo/ }).click();
    await predicted(card);
    return card.locator(".input canvas").evaluate((element) => {
      const canvas = /** @type {HTMLCanvasElement} */ (element);
      const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      return [...data].filter((_, index) => index % 4 === 0);
    });
  };
  const a = await seen("turned.jpg");
  const b = await seen("upright.jpg");
  const side = Math.sqrt(b.length);
  // A quarter clockwise takes the pixel (x, y) to (side - 1 - y, x).
  const quarter = b.map(
    (_, index) => /** @type {number} */ (b[(side - 1 - (index % side)) * side + Math.floor(index / side)]),
  );
  const difference = (/** @type {number[]} */ from) =>
    from.reduce((sum, value, index) => sum + Math.abs(value - /** @type {number} */ (a[index])), 0) / a.length;
  const mean = difference(quarter);
  const unturned = difference(b);
  assert.ok(
    mean < 12 && mean < unturned / 2,
    `mean difference ${mean} from the rotated image, ${unturned} from the other`,
  );
  await page.close();
});

test("the page decodes no photo itself, and shows the worker's thumbnail of a large one", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await pick(page, [sample("photo-t-shirt.jpg")]);
  const card = await settled(page, "photo-t-shirt.jpg");
  assert.equal(await page.locator("#cards img").count(), 0);
  const { size, colours } = await card.locator(".thumb canvas").evaluate((element) => {
    const canvas = /** @type {HTMLCanvasElement} */ (element);
    // A canvas that shows a bitmap gives no pixels: they are taken of a copy.
    const copy = document.createElement("canvas");
    const context = copy.getContext("2d");
    copy.width = canvas.width;
    copy.height = canvas.height;
    context?.drawImage(canvas, 0, 0);
    const { data } = context?.getImageData(0, 0, copy.width, copy.height) ?? { data: [] };
    return { size: [copy.width, copy.height], colours: new Set(data).size };
  });
  // Of 720 x 900.
  assert.deepEqual(size, [461, 576]);
  assert.ok(colours > 50, `the thumbnail has only ${colours} values`);
  await page.close();
});

test("the prediction comes before the thumbnail, and stands without one", async () => {
  // Drawing it takes as long as it likes, and at last fails.
  const draw = `
    const draw = OffscreenCanvas.prototype.convertToBlob;
    OffscreenCanvas.prototype.convertToBlob = function (options) {
      for (const end = performance.now() + 1500; performance.now() < end; );
      if (self.fails) throw new Error("no memory");
      return draw.call(this, options);
    };`;
  const page = await browser.open({}, (opened) => preludeWorkers(opened, draw));
  await classifierIs(page);
  await pick(page, [sample("photo-t-shirt.jpg")]);
  const card = await settled(page, "photo-t-shirt.jpg");
  assert.equal(await card.getAttribute("data-label"), "T-shirt/top");
  await card.getByRole("button", { name: /^Adjust/ }).click();
  // Its place is laid out, with the box.
  assert.deepEqual(
    [await card.locator(".thumb canvas").count(), await card.locator(".thumb .box").isVisible()],
    [0, true],
  );
  const height = () => card.locator(".thumb").evaluate((figure) => figure.clientHeight);
  const before = await height();
  await card.locator(".thumb canvas").waitFor();
  assert.equal(await height(), before, "the card grew with the thumbnail");
  assert.ok(before > 200, `it is ${before} pixels high`);
  await page.locator(".warm").waitFor();
  await page.workers()[0]?.evaluate("self.fails = true");
  await pick(page, [sample("photo-handbag.jpg")]);
  const other = await settled(page, "photo-handbag.jpg");
  assert.equal(await other.getAttribute("data-label"), "Bag");
  await other.locator(".thumb").waitFor({ state: "hidden" });
  assert.equal(await other.getAttribute("data-state"), "done");
  await page.close();
});

test("“Remove all” is announced once, and moves the focus to the button that adds photos", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await pick(page, [sample("test-8-bag.png"), sample("test-1-trouser.png")]);
  await settled(page, "test-8-bag.png");
  await settled(page, "test-1-trouser.png");
  // Sentences of one moment are announced together: here those of the predictions should be over.
  await page.locator("#live", { hasText: "test-1-trouser.png: Trouser" }).waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Remove all" }).click();
  await page.locator("#live", { hasText: /^All 2 photos were removed\.$/ }).waitFor({ state: "attached" });
  assert.equal(await page.locator("#cards > li").count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "file");
  await page.close();
});

test("a card can be classified again and removed; a repeated sentence is announced twice", async () => {
  const page = await browser.open({}, async (opened) => {
    await opened.addInitScript(() => {
      Object.assign(globalThis, { said: [] });
      addEventListener("DOMContentLoaded", () => {
        const live = /** @type {HTMLElement} */ (document.getElementById("live"));
        new MutationObserver(() => {
          /** @type {{said: string[]}} */ (/** @type {unknown} */ (globalThis)).said.push(live.textContent ?? "");
        }).observe(live, { childList: true });
      });
    });
  });
  await classifierIs(page);
  await pick(page, [sample("test-8-bag.png"), sample("test-1-trouser.png")]);
  const card = await settled(page, "test-8-bag.png");
  await settled(page, "test-1-trouser.png");
  // Sentences of one moment are announced together: here those of the first predictions should be over.
  await page.locator("#live", { hasText: "test-1-trouser.png: Trouser" }).waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Classify test-8-bag.png again" }).click();
  await page.waitForFunction(() => document.querySelector("#session tr:nth-child(3) td")?.textContent === "3");
  assert.equal(await (await settled(page, "test-8-bag.png")).getAttribute("data-label"), "Bag");
  await page.waitForFunction(() => {
    const { said } = /** @type {{said: string[]}} */ (/** @type {unknown} */ (globalThis));
    return said.filter((text) => text.includes("test-8-bag.png: Bag")).length === 2 && said.includes("");
  });
  await page.getByRole("button", { name: "Remove test-8-bag.png" }).click();
  assert.equal(await card.count(), 0);
  await page.close();
});

test("no photo waits for another's warm time, and each gets one", async () => {
  const page = await browser.open({}, (opened) => patchPackage(opened, "cpu", NOTE_CALLS));
  await classifierIs(page);
  await chosen(page);
  await pick(
    page,
    TEST_SET.map(({ file }) => sample(file)),
  );
  await page.locator("#cards > li[data-timed]").nth(9).waitFor();
  const calls = await Promise.all(page.workers().map((worker) => worker.evaluate("self.calls")));
  // In each worker all its photos come first; how many of the ten it has is the pool's concern.
  for (const of of calls) assert.match(String(of), /^(c\.)*(r\.)*$/);
  assert.equal(calls.join("").match(/c/g)?.length, 10);
  assert.ok((calls.join("").match(/r/g)?.length ?? 0) >= 10, calls.join(" "));
  await page.close();
});

test("a photo removed in progress is not announced", async () => {
  const slow = `
    const classify = Classifier.prototype.classifyDownscaled;
    Classifier.prototype.classifyDownscaled = async function (...given) {
      await new Promise((resolve) => setTimeout(resolve, 600));
      return classify.apply(this, given);
    };`;
  const page = await browser.open({}, (opened) => patchPackage(opened, "cpu", slow));
  await classifierIs(page);
  await page.evaluate(() => {
    const live = /** @type {HTMLElement} */ (document.getElementById("live"));
    new MutationObserver(() => {
      document.documentElement.dataset.said = `${document.documentElement.dataset.said ?? ""} ${live.textContent}`;
    }).observe(live, { childList: true });
  });
  await pick(page, [sample("test-8-bag.png"), sample("test-1-trouser.png")]);
  await page.locator("#cards > li[data-state=working]").getByRole("button", { name: "Remove test-8-bag.png" }).click();
  await settled(page, "test-1-trouser.png");
  await page.locator("html[data-said*='test-1-trouser.png: Trouser']").waitFor({ state: "attached" });
  const said = await page.getAttribute("html", "data-said");
  assert.match(String(said), /test-8-bag\.png was removed\./);
  assert.doesNotMatch(String(said), /test-8-bag\.png: Bag/);
  await page.close();
});

test("the session's table shows the first run apart from the median and p95 of warm runs", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await pick(
    page,
    TEST_SET.slice(0, 5).map(({ file }) => sample(file)),
  );
  await page.waitForFunction(() => document.querySelector("#session tr:nth-child(3) td")?.textContent === "5");
  // The warm times come when no photo waits any more, one for each photo.
  await page.locator("#cards > li[data-timed]").nth(4).waitFor();
  await page.getByRole("button", { name: TEST_SET[2]?.file, exact: true }).click();
  await page.locator("#detail .warm", { hasText: /^Warm inference (< )?[\d.]+ ms: mean of/ }).waitFor();
  await page.keyboard.press("Escape");
  const rows = await page
    .locator("#session tr")
    .evaluateAll((found) => found.map((row) => [...row.children].map((cell) => cell.textContent)));
  assert.deepEqual(
    rows.map(([name]) => name),
    [
      "Load",
      "First run",
      "Photos",
      "Warm photo, median",
      "Warm photo, p95",
      "Warm 28x28 image, median",
      "Warm 28x28 image, p95",
      "Total, median",
      "Total, p95",
    ],
  );
  for (const [name, value] of rows) {
    if (name === "Photos") continue;
    const expected = /p95/.test(String(name))
      ? /^from 20 on$/
      : /Warm photo/.test(String(name))
        ? /^not yet$/
        : /^(< )?\d+(\.\d+)? ms$/;
    assert.match(String(value), expected, `${name}: ${value}`);
  }
  await page.close();
});
