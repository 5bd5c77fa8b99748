// The camera, with the picture that Chromium makes up for tests.
import assert from "node:assert/strict";
import { test } from "node:test";
import { engineIs, useBrowser } from "./harness.mjs";

const browser = useBrowser({ flags: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] });
/** The same camera, and a visitor who says no. */
const denying = useBrowser({ flags: ["--use-fake-device-for-media-stream", "--deny-permission-prompts"] });

test("a picture taken with the camera is classified, and the camera is off afterwards", async () => {
  const page = await browser.open({ permissions: ["camera"] });
  await engineIs(page);
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
  assert.equal(await card.getByRole("heading").innerText(), "Camera picture 1.png");
  assert.equal(await page.locator("#camera").isVisible(), false);
  const states = await page.evaluate(() => {
    const { stream } = /** @type {{stream: MediaStream}} */ (/** @type {unknown} */ (globalThis));
    return stream.getTracks().map((track) => track.readyState);
  });
  assert.deepEqual(states, ["ended"]);
  await page.close();
});

test("a camera that is denied is answered with what to do", async () => {
  const page = await denying.open();
  await page.getByRole("button", { name: "Camera" }).click();
  await page.locator("#camera-error", { hasText: /The camera was denied\. Allow it .* or choose a file\./ }).waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  assert.equal(await page.locator("#camera").isVisible(), false);
  await page.close();
});
