// The camera, with the video that Chromium makes up for tests.
import assert from "node:assert/strict";
import { test } from "node:test";
import { classifierIs, useBrowser } from "./harness.mjs";

const browser = useBrowser({ flags: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] });
/** The same camera, and a visitor who says no. */
const denying = useBrowser({ flags: ["--use-fake-device-for-media-stream", "--deny-permission-prompts"] });

test("a photo from the camera is classified, and the camera is off afterwards", async () => {
  const page = await browser.open({ permissions: ["camera"] });
  await classifierIs(page);
  await page.evaluate(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints);
      Object.assign(globalThis, { stream });
      return stream;
    };
  });
  await page.getByRole("button", { name: "Camera" }).click();
  await page.locator("#camera-shoot:enabled").click();
  const card = page.locator("#cards > li[data-state=done]");
  await card.waitFor();
  assert.equal(await card.getByRole("heading", { level: 3 }).innerText(), "Camera photo 1.png");
  assert.equal(await page.locator("#camera").isVisible(), false);
  const states = await page.evaluate(() => {
    const { stream } = /** @type {{stream: MediaStream}} */ (/** @type {unknown} */ (globalThis));
    return stream.getTracks().map((track) => track.readyState);
  });
  assert.deepEqual(states, ["ended"]);
  await page.close();
});

/**
 * Has the camera start only when the test says so, and keeps all its streams.
 * @param {import("playwright-core").Page} page
 */
async function holdCamera(page) {
  await page.evaluate(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const { dataset } = document.documentElement;
    /** @type {MediaStream[]} */
    const streams = [];
    /** @type {(() => void)[]} */
    const waiting = [];
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints);
      streams.push(stream);
      await new Promise((resolve) => {
        dataset.asked = String(waiting.push(() => resolve(undefined)));
      });
      return stream;
    };
    addEventListener("allow", () => {
      for (const allow of waiting) allow();
    });
    setInterval(() => {
      dataset.cameras = streams.flatMap((stream) => stream.getTracks().map((track) => track.readyState)).join(" ");
    }, 20);
  });
}

/**
 * @param {import("playwright-core").Page} page
 * @param {string} attributes CSS, on the root
 */
async function rootHas(page, attributes) {
  await page.locator(`html${attributes}`).waitFor({ state: "attached" });
}

test("the dialog closed during the permission request and opened again leaves no camera on, and shows no error", async () => {
  const page = await browser.open({ permissions: ["camera"] });
  await classifierIs(page);
  await holdCamera(page);
  await page.getByRole("button", { name: "Camera" }).click();
  await rootHas(page, "[data-asked='1']");
  await page.keyboard.press("Escape");
  await page.locator("#camera").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Camera" }).click();
  await rootHas(page, "[data-asked='2']");
  await page.evaluate(() => dispatchEvent(new Event("allow")));
  await page.locator("#camera-shoot:enabled").waitFor();
  await rootHas(page, "[data-cameras='ended live']");
  assert.equal(await page.locator("#camera-error").isVisible(), false);
  await page.keyboard.press("Escape");
  await rootHas(page, "[data-cameras='ended ended']");
  await page.close();
});

test("the dialog closed while the video starts shows no error, then or when it is opened again", async () => {
  const page = await browser.open({ permissions: ["camera"] });
  await classifierIs(page);
  await holdCamera(page);
  await page.getByRole("button", { name: "Camera" }).click();
  await rootHas(page, "[data-asked='1']");
  // In one go: play() has begun and has not settled when the dialog is closed.
  await page.evaluate(() => {
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function start() {
      HTMLMediaElement.prototype.play = play;
      const playing = play.call(this);
      /** @type {HTMLDialogElement} */ (document.getElementById("camera")).close();
      return playing;
    };
    dispatchEvent(new Event("allow"));
  });
  await rootHas(page, "[data-cameras='ended']");
  assert.equal(await page.locator("#camera-error").textContent(), "");
  await page.close();
});

test("a double click takes one photo", async () => {
  const page = await browser.open({ permissions: ["camera"] });
  await classifierIs(page);
  await page.getByRole("button", { name: "Camera" }).click();
  await page.locator("#camera-shoot:enabled").waitFor();
  await page.locator("#camera-shoot").evaluate((button) => {
    /** @type {HTMLButtonElement} */ (button).click();
    /** @type {HTMLButtonElement} */ (button).click();
  });
  await page.locator("#cards > li[data-state=done]").waitFor();
  assert.equal(await page.locator("#cards > li").count(), 1);
  await page.close();
});

test("denied access to the camera shows what to do", async () => {
  const page = await denying.open();
  await page.getByRole("button", { name: "Camera" }).click();
  // Within the dialog: what is outside of it is not read while it is open.
  await page
    .locator("dialog")
    .getByRole("alert")
    .filter({ hasText: /Access to the camera was denied\. Allow it .* or choose a file\./ })
    .waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  assert.equal(await page.locator("#camera").isVisible(), false);
  await page.close();
});
