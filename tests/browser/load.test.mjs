// What the page fetches before its first answer: each file once, and nothing that could wait.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen, pick, sample, settled, useBrowser } from "./harness.mjs";

const browser = useBrowser();

test("before the first answer come the page and the CPU's package alone, and each file once", async () => {
  /** @type {string[]} */
  const files = [];
  const page = await browser.open({}, async (opened) => {
    opened.context().on("request", (request) => {
      const url = request.url();
      if (url.startsWith(browser.url())) files.push(url.slice(browser.url().length).replace(/-[0-9a-f]{8,}/, ""));
    });
  });
  await pick(page, [sample("photo-t-shirt.jpg")]);
  await settled(page, "photo-t-shirt.jpg");
  // Asked for behind the answer, and perhaps before this test has seen it.
  const later = /^assets\/(samples|webgpu)/;
  const expected = ["", "assets/cpu/thimble.js", "assets/cpu/thimble_bg.wasm", "assets/worker.js", "icon.svg", "main.css", "main.js"];
  const asked = files.filter((file) => !later.test(file));
  // The worker that WebGPU is tried in comes behind all of them, and not while a photo waits: see the next test.
  assert.ok(["", "assets/worker.js"].includes(asked.slice(expected.length).join()), asked.join());
  assert.deepEqual(asked.slice(0, expected.length).sort(), expected);
  assert.equal(await page.evaluate(() => performance.getEntriesByName("verdict").length), 1);
  await chosen(page);
  await page.waitForFunction(() => document.querySelectorAll(".swatch img").length === 13);
  await page.close();
});

test("while a photo waits, neither sample pictures nor WebGPU are fetched", async () => {
  /** @type {() => void} */
  let arrive = () => {};
  const arrival = new Promise((resolve) => {
    arrive = () => resolve(undefined);
  });
  /** @type {string[]} */
  const early = [];
  let workers = 0;
  const page = await browser.open({}, async (opened) => {
    opened.context().on("request", (request) => void (/\/(samples|webgpu)-/.test(request.url()) && early.push(request.url())));
    opened.context().on("request", (request) => void (/\/worker-/.test(request.url()) && (workers += 1)));
    await opened.context().route("**/*.wasm", async (route) => {
      await arrival;
      await route.continue();
    });
  });
  await pick(page, [sample("photo-t-shirt.jpg")]);
  await page.waitForTimeout(1000);
  assert.deepEqual(early, []);
  assert.equal(workers, 1);
  arrive();
  await settled(page, "photo-t-shirt.jpg");
  await page.waitForFunction(() => document.querySelectorAll(".swatch img").length === 13);
  await page.close();
});
