// A photo's box and tools on its card: with the mouse, with the keyboard, and what the card says then.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { patches } from "./composed.mjs";
import { classifierIs, patchPackage, pick, predicted, sample, settled, useBrowser } from "./harness.mjs";

/** @typedef {import("playwright-core").Locator} Locator */
/** @typedef {import("playwright-core").Page} Page */

const browser = useBrowser();

/**
 * @param {Page} page
 * @param {string} name
 * @param {Buffer} [buffer] a PNG; otherwise a sample of that name
 * @returns {Promise<Locator>} the card
 */
async function card(page, name, buffer) {
  await classifierIs(page);
  await pick(page, [buffer ? { name, mimeType: "image/png", buffer } : sample(name)]);
  const found = await settled(page, name);
  // Until then there is only the photo with its outline.
  for (const part of [".box", ".tools"]) assert.equal(await found.locator(part).isVisible(), false);
  await found.getByRole("button", { name: `Adjust: ${name}` }).press("Enter");
  return found;
}

/**
 * @param {Locator} of a card
 * @returns {Promise<Record<"x" | "y" | "width" | "height" | "angle", number>>} the box in shares of the photo, and
 *   degrees
 */
function box(of) {
  return of.locator(".box").evaluate(({ style }) => {
    const number = (/** @type {string} */ name) => Number(style.getPropertyValue(`--${name}`));
    return { x: number("x"), y: number("y"), width: number("width"), height: number("height"), angle: number("angle") };
  });
}

/**
 * @param {Locator} of a card
 * @returns {Promise<number[]>} the red of each pixel that the network sees
 */
function seen(of) {
  return of.locator(".input canvas").evaluate((element) => {
    const canvas = /** @type {HTMLCanvasElement} */ (element);
    const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    return [...data].filter((_, index) => index % 4 === 0);
  });
}

/**
 * Drags from the middle of an element.
 * @param {Locator} from
 * @param {number} dx pixels of the screen
 * @param {number} dy
 */
async function drag(from, dx, dy) {
  await from.scrollIntoViewIfNeeded();
  const place = await from.boundingBox();
  assert.ok(place);
  const [x, y] = [place.x + place.width / 2, place.y + place.height / 2];
  const { mouse } = from.page();
  await mouse.move(x, y);
  await mouse.down();
  await mouse.move(x + dx, y + dy, { steps: 12 });
  await mouse.up();
}

test("the garment's outline and its box are drawn on the photo", async () => {
  const page = await browser.open({ viewport: { width: 1280, height: 900 } });
  const photo = await card(page, "photo-trousers.jpg");
  const { x, y, width, height, angle } = await box(photo);
  assert.equal(angle, 0);
  assert.ok(width > 0.2 && height > 0.5, `the box is ${width} by ${height} of the photo`);
  const outline = await photo
    .locator(".seam")
    .first()
    .evaluate((path) => {
      const element = /** @type {SVGGraphicsElement} */ (/** @type {unknown} */ (path));
      const { x, y, width, height } = element.getBBox();
      const size = element.ownerSVGElement?.viewBox.baseVal ?? { width: 1, height: 1 };
      return [x / size.width, y / size.height, (x + width) / size.width, (y + height) / size.height];
    });
  for (const [index, expected] of [x - width / 2, y - height / 2, x + width / 2, y + height / 2].entries())
    assert.ok(Math.abs((outline[index] ?? 0) - expected) < 0.03, JSON.stringify({ outline, x, y, width, height }));
  assert.equal(await photo.getByRole("button", { name: /^Reset/ }).isDisabled(), true);
  await page.close();
});

test("the box is moved, resized and rotated with the mouse, and the prediction follows", async () => {
  const page = await browser.open({ viewport: { width: 1280, height: 900 } });
  const photo = await card(page, "photo-trousers.jpg");
  const first = { box: await box(photo), seen: await seen(photo) };
  await drag(photo.locator(".handle.se"), -30, -12);
  await predicted(photo);
  const smaller = await box(photo);
  assert.ok(smaller.width < first.box.width && smaller.height < first.box.height);
  assert.notDeepEqual(await seen(photo), first.seen);
  // What lies opposite stays.
  assert.ok(Math.abs(smaller.x - smaller.width / 2 - (first.box.x - first.box.width / 2)) < 0.01);
  await drag(photo.locator(".move"), 25, 15);
  await predicted(photo);
  const further = await box(photo);
  assert.ok(further.x > smaller.x && further.y > smaller.y && Math.abs(further.width - smaller.width) < 1e-6);
  const before = await seen(photo);
  await drag(photo.locator(".handle.rotate"), -90, 0);
  await predicted(photo);
  assert.ok((await box(photo)).angle > 10, `turned by ${(await box(photo)).angle} degrees`);
  assert.notDeepEqual(await seen(photo), before);
  await page.locator("#live", { hasText: /photo-trousers\.jpg, edited: / }).waitFor({ state: "attached" });
  assert.match(await photo.locator(".edited").innerText(), /^After your edit: (< )?[\d.]+ ms to prepare the photo/);
  await photo.getByRole("button", { name: /^Reset/ }).click();
  await predicted(photo);
  assert.deepEqual(await box(photo), first.box);
  assert.deepEqual(await seen(photo), first.seen, "what is reset is what it was, to the pixel");
  await page.close();
});

test("the keyboard alone changes the box, its width, height and angle, and uses every tool", async () => {
  const page = await browser.open({ viewport: { width: 1280, height: 900 } });
  const photo = await card(page, "photo-trousers.jpg");
  const start = await box(photo);
  // Steps are shares of the longer side, places of their own side.
  const ratio = await photo.locator(".stage").evaluate(({ style }) => Number(style.getPropertyValue("--ratio")));
  await photo.getByRole("slider", { name: "Position of the box" }).focus();
  await photo.locator(".keys", { hasText: "arrow keys move the box" }).waitFor();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Shift+ArrowDown");
  const placed = await box(photo);
  assert.ok(
    Math.abs(start.x - placed.x - 0.01 * Math.max(1, 1 / ratio)) < 1e-6 &&
      Math.abs(placed.y - start.y - 0.05 * Math.max(1, ratio)) < 1e-6,
    JSON.stringify([start, placed]),
  );
  await page.keyboard.press("-");
  await page.keyboard.press("]");
  assert.equal((await box(photo)).angle, 1);
  assert.ok(Math.abs((await box(photo)).width - placed.width / 1.05) < 1e-6);
  const name = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  /** @type {[string, string, "width" | "height" | "angle"][]} */
  const sliders = [
    ["Width of the box", "ArrowRight", "width"],
    ["Height of the box", "ArrowUp", "height"],
    ["Angle of the box", "PageUp", "angle"],
  ];
  for (const [label, key, property] of sliders) {
    await page.keyboard.press("Tab");
    assert.equal(await name(), label);
    const value = () => page.evaluate(() => Number(document.activeElement?.getAttribute("aria-valuenow")));
    const [before, shown] = [(await box(photo))[property], await value()];
    await page.keyboard.press(key);
    assert.ok((await box(photo))[property] > before, label);
    assert.ok((await value()) > shown, label);
  }
  await predicted(photo);
  await page.keyboard.press("Tab");
  assert.equal(await name(), "Rotate 90°: photo-trousers.jpg");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await predicted(photo);
  const whole = await box(photo);
  assert.deepEqual(whole, { x: 0.5, y: 0.5, width: 1, height: 1, angle: 0 });
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await predicted(photo);
  assert.equal(await name(), "Position of the box", "the focus was lost with the button's use");
  const { x, y } = await box(photo);
  assert.ok(Math.abs(x - start.x) < 1e-6 && Math.abs(y - start.y) < 1e-6);
  await page.close();
});

test("a box is one stop of the Tab key until it has the focus", async () => {
  const page = await browser.open();
  const photo = await card(page, "photo-t-shirt.jpg");
  assert.equal(await photo.locator(".stage [tabindex='0']").count(), 1);
  await photo.locator(".move").focus();
  assert.equal(await photo.locator(".stage [tabindex='0']").count(), 4);
  await photo.getByRole("button", { name: /^Rotate 90°/ }).focus();
  assert.equal(await photo.locator(".stage [tabindex='0']").count(), 1);
  await page.close();
});

test("a rotation by 90 degrees rotates the photo, the network's input, and a box that was drawn", async () => {
  const page = await browser.open();
  const photo = await card(page, "photo-trousers.jpg");
  // The box that is found on a rotated photo may be another one.
  await photo.getByRole("button", { name: /^Use whole photo/ }).click();
  await predicted(photo);
  const before = await seen(photo);
  const size = () =>
    photo
      .locator(".stage canvas")
      .evaluate((canvas) => [
        /** @type {HTMLCanvasElement} */ (canvas).width,
        /** @type {HTMLCanvasElement} */ (canvas).height,
      ]);
  const upright = await size();
  await photo.getByRole("button", { name: /^Rotate 90°/ }).click();
  await predicted(photo);
  assert.deepEqual(await size(), [...upright].reverse());
  const after = await seen(photo);
  const side = Math.sqrt(before.length);
  // A quarter clockwise takes the pixel (x, y) to (side - 1 - y, x).
  const turned = before.map(
    (_, index) => /** @type {number} */ (before[(side - 1 - (index % side)) * side + Math.floor(index / side)]),
  );
  const mean =
    turned.reduce((sum, value, index) => sum + Math.abs(value - /** @type {number} */ (after[index])), 0) /
    before.length;
  assert.ok(mean < 12, `mean difference ${mean}`);
  await photo.locator(".move").focus();
  await page.keyboard.press("Shift+ArrowRight");
  const drawn = await box(photo);
  await photo.getByRole("button", { name: /^Rotate 90°/ }).click();
  await predicted(photo);
  const moved = await box(photo);
  const expected = { x: 1 - drawn.y, y: drawn.x, width: drawn.height, height: drawn.width, angle: drawn.angle };
  for (const [key, value] of Object.entries(expected))
    assert.ok(
      Math.abs(moved[/** @type {"x"} */ (key)] - value) < 1e-6,
      `${key}: ${moved[/** @type {"x"} */ (key)]}, not ${value}`,
    );
  await page.close();
});

test("the whole photo can be used", async () => {
  const page = await browser.open();
  const photo = await card(page, "photo-t-shirt.jpg");
  const found = await box(photo);
  const whole = photo.getByRole("button", { name: /^Use whole photo/ });
  await whole.click();
  await predicted(photo);
  assert.deepEqual(await box(photo), { x: 0.5, y: 0.5, width: 1, height: 1, angle: 0 });
  assert.equal(await whole.getAttribute("aria-pressed"), "true");
  await whole.click();
  await predicted(photo);
  assert.deepEqual(await box(photo), found);
  assert.equal(await photo.getByRole("switch").count(), 0, "the networks for photos see colours: nothing to invert");
  await page.close();
});

test("an image in Fashion-MNIST's format can be inverted", async () => {
  const page = await browser.open();
  const image = await card(page, "test-0-t-shirt-top.png");
  const before = await seen(image);
  const invert = image.getByRole("switch", { name: /^Invert/ });
  assert.equal(await invert.getAttribute("aria-checked"), "false");
  await invert.click();
  await predicted(image);
  assert.equal(await invert.getAttribute("aria-checked"), "true");
  assert.deepEqual(
    await seen(image),
    before.map((grey) => 255 - grey),
  );
  assert.equal(await image.locator("figcaption").innerText(), "As the network sees it, inverted");
  await page.close();
});

test("a card on which nothing was found says so, why, and how to take a better photo", async () => {
  const page = await browser.open();
  const photo = await card(page, "flat.png", patches(300, 200, [180, 180, 170], []));
  assert.equal(await photo.getAttribute("data-confident"), "false");
  assert.equal(await photo.getAttribute("data-issue"), "nothing-found");
  assert.equal(await photo.getAttribute("data-label"), "");
  assert.match(
    await photo.locator(".prediction").innerText(),
    /^Nothing found\s+No garment stands out.*\. Lay the garment on a plain background/s,
  );
  assert.equal(await photo.locator(".prediction-label").count(), 0);
  await page
    .locator("#live", { hasText: /^flat\.png: nothing found\. No garment stands out/ })
    .waitFor({ state: "attached" });
  // A box can be drawn all the same, and then there is a prediction.
  await photo.getByRole("slider", { name: "Position of the box" }).focus();
  await page.keyboard.press("-");
  await predicted(photo);
  assert.equal(await photo.locator(".error").isVisible(), false);
  assert.ok((await photo.locator(".prediction-label").count()) > 0);
  await page.close();
});

test("a photo of two garments has a chip for each, which shows its label, outline and box", async () => {
  const page = await browser.open({ viewport: { width: 1280, height: 900 } });
  const samples = await Promise.all(
    ["photo-trousers.jpg", "photo-t-shirt.jpg"].map((name) => readFile(sample(name), "base64")),
  );
  const png = await page.evaluate(async (photos) => {
    const canvas = new OffscreenCanvas(1200, 700);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
    for (const [index, base64] of photos.entries()) {
      const photo = new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))]);
      context.drawImage(await createImageBitmap(photo), index * 600, 0, 600, 700);
    }
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  }, samples);
  const photo = await card(page, "both.png", Buffer.from(png, "base64"));
  const chips = photo.locator(".garments button");
  // A question mark says that a label is not confident.
  const labels = (await chips.allInnerTexts()).map((text) => text.replace("?", ""));
  assert.deepEqual([...labels].sort(), ["T-shirt/top", "Trouser"]);
  assert.equal(await chips.first().getAttribute("aria-pressed"), "true");
  const first = { box: await box(photo), label: await photo.locator(".prediction-label").first().innerText() };
  assert.equal(first.label, labels[0]);
  await chips.first().focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await chips.nth(1).getAttribute("aria-pressed"), "true");
  assert.equal(await photo.locator(".prediction-label").first().innerText(), labels[1]);
  const second = await box(photo);
  assert.ok(Math.abs(second.x - first.box.x) > 0.2, `the boxes are at ${first.box.x} and ${second.x}`);
  await page.locator("#live", { hasText: new RegExp(`both\\.png: .*${labels[1]}`) }).waitFor({ state: "attached" });
  // A box that is drawn has one garment.
  await photo.getByRole("slider", { name: "Position of the box" }).focus();
  await page.keyboard.press("ArrowLeft");
  await predicted(photo);
  assert.equal(await photo.locator(".garments").isVisible(), false);
  await page.close();
});

test("many moves are classified one at a time up to the last, without decoding the photo again", async () => {
  const slow = `
    self.centres = [];
    const classify = Classifier.prototype.classifyDownscaled;
    Classifier.prototype.classifyDownscaled = async function (photo, edit) {
      self.centres.push(edit ? edit.box.cx : null);
      if (edit) await new Promise((resolve) => setTimeout(resolve, 150));
      return classify.call(this, photo, edit);
    };
    const decode = self.createImageBitmap;
    self.decoded = 0;
    self.createImageBitmap = (...given) => (self.decoded += 1, decode(...given));`;
  const page = await browser.open({}, (opened) => patchPackage(opened, "cpu", slow));
  const photo = await card(page, "photo-t-shirt.jpg");
  await photo.locator(".move").focus();
  for (let press = 0; press < 30; press += 1) await page.keyboard.press("ArrowRight");
  await predicted(photo);
  const [worker] = page.workers();
  assert.ok(worker);
  const { centres, decoded } = /** @type {{centres: number[], decoded: number}} */ (
    await worker.evaluate("({ centres: self.centres, decoded: self.decoded })")
  );
  assert.equal(decoded, 1);
  assert.ok(centres.length < 25, `${centres.length} calls for 30 moves`);
  const { x } = await box(photo);
  assert.ok(Math.abs(x * 720 - (centres.at(-1) ?? 0)) < 0.01, "the last move was not classified");
  await page.close();
});

test("a worker that dies over a move is replaced, and nothing is lost", async () => {
  const trap = `
    const classify = Classifier.prototype.classifyDownscaled;
    Classifier.prototype.classifyDownscaled = async function (...given) {
      if (self.trap) throw new WebAssembly.RuntimeError("unreachable");
      return classify.apply(this, given);
    };`;
  const page = await browser.open({}, (opened) => patchPackage(opened, "cpu", trap));
  const photo = await card(page, "photo-t-shirt.jpg");
  const before = await seen(photo);
  await page.workers()[0]?.evaluate("self.trap = true");
  await photo.locator(".move").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await predicted(photo);
  assert.notDeepEqual(await seen(photo), before);
  await page.locator("#notice-text", { hasText: "No photo was lost" }).waitFor();
  await page.close();
});

test("the tools are inert while a photo is classified again, and its prediction stays where that is cancelled", async () => {
  const slow = `
    const classify = Classifier.prototype.classifyDownscaled;
    Classifier.prototype.classifyDownscaled = async function (...given) {
      while (self.held) await new Promise((resolve) => setTimeout(resolve, 20));
      return classify.apply(this, given);
    };`;
  const page = await browser.open({}, (opened) => patchPackage(opened, "cpu", slow));
  const photo = await card(page, "photo-t-shirt.jpg");
  await photo.locator(".warm", { hasText: "Warm inference" }).waitFor();
  const label = await photo.locator(".prediction").innerText();
  const editor = photo.locator(".thumb");
  const [worker] = page.workers();
  await worker?.evaluate("self.held = true");
  await photo.getByRole("button", { name: /again$/ }).click();
  await photo.and(page.locator("[data-state=working]")).waitFor();
  assert.equal(await editor.getAttribute("inert"), "");
  await page.keyboard.press("Escape");
  await worker?.evaluate("self.held = false");
  await photo.and(page.locator("[data-state=done]")).waitFor();
  assert.equal(await photo.locator(".prediction").innerText(), label);
  assert.equal(await editor.getAttribute("inert"), null);
  await photo.getByRole("button", { name: /^Rotate 90°/ }).click();
  await predicted(photo);
  await photo.getByRole("button", { name: /again$/ }).click();
  await photo.locator(".warm", { hasText: "Warm inference" }).waitFor();
  assert.equal(await photo.locator(".warm").count(), 1);
  assert.equal(await photo.locator(".prediction").innerText(), label);
  await page.close();
});

test("a box far beyond the photo does not cover the tools", async () => {
  const page = await browser.open();
  const photo = await card(page, "photo-t-shirt.jpg");
  const before = await box(photo);
  for (const [name, key] of [
    ["Width of the box", "End"],
    ["Height of the box", "End"],
    ["Angle of the box", "Home"],
  ]) {
    await photo.getByRole("slider", { name }).focus();
    await page.keyboard.press(key ?? "");
  }
  await predicted(photo);
  const { width, height, angle } = await box(photo);
  assert.ok(width > 1 && height > 1 && angle === -179, `${width} x ${height}, ${angle} degrees`);
  await photo.getByRole("button", { name: /^Reset/ }).click();
  await predicted(photo);
  assert.deepEqual(await box(photo), before);
  await page.close();
});

test("Escape cancels a drag of the box", async () => {
  const page = await browser.open();
  const photo = await card(page, "photo-t-shirt.jpg");
  const before = await box(photo);
  const place = await photo.locator(".move").boundingBox();
  assert.ok(place);
  await page.mouse.move(place.x + place.width / 2, place.y + place.height / 2);
  await page.mouse.down();
  await page.mouse.move(place.x + place.width / 2 + 40, place.y + place.height / 2 + 20, { steps: 5 });
  assert.notDeepEqual(await box(photo), before);
  await page.keyboard.press("Escape");
  await page.mouse.up();
  await predicted(photo);
  const { x, y } = await box(photo);
  assert.ok(Math.abs(x - before.x) < 1e-6 && Math.abs(y - before.y) < 1e-6);
  await page.close();
});

test("a finger scrolls over the box until it taps it, and then moves it", async () => {
  const page = await browser.open({ hasTouch: true, viewport: { width: 360, height: 740 } });
  const photo = await card(page, "photo-t-shirt.jpg");
  const before = await box(photo);
  const move = photo.locator(".move");
  await move.scrollIntoViewIfNeeded();
  const place = await move.boundingBox();
  assert.ok(place);
  const [x, y] = [place.x + place.width / 2, place.y + place.height / 2];
  const session = await page.context().newCDPSession(page);
  const finger = async () => {
    await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
    for (let step = 1; step <= 6; step += 1) {
      await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ x: x + 5 * step, y }] });
    }
    await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  };
  await finger();
  assert.deepEqual(await box(photo), before);
  await page.touchscreen.tap(x, y);
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Position of the box");
  await finger();
  await predicted(photo);
  assert.ok((await box(photo)).x > before.x + 0.05, JSON.stringify(await box(photo)));
  await page.close();
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`axe finds no violation with the box in use and a prediction without confidence, in the ${colorScheme} theme`, async () => {
    const page = await browser.open({ colorScheme, bypassCSP: true, viewport: { width: 360, height: 800 } });
    const photo = await card(page, "flat.png", patches(300, 200, [180, 180, 170], []));
    await photo.locator(".move").focus();
    await page.keyboard.press("ArrowRight");
    await predicted(photo);
    await page.addScriptTag({
      content: await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"),
    });
    const violations = await page.evaluate(async () => {
      const { axe } = /** @type {{axe: {run: () => Promise<import("axe-core").AxeResults>}}} */ (
        /** @type {unknown} */ (globalThis)
      );
      return (await axe.run()).violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
    });
    assert.deepEqual(violations, []);
    for (const tool of await photo.locator(".tools button:visible, .handle.rotate, .handle.se").all()) {
      const size = await tool.boundingBox();
      assert.ok(
        size && size.height >= 44 && size.width >= 44,
        `${await tool.getAttribute("class")} is ${size?.width} by ${size?.height}`,
      );
    }
    await page.close();
  });
}
