// A large photo is never held whole in the package's memory.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openEmpty, root, useBrowser } from "./harness.mjs";
import { largePhoto } from "./large-photo.mjs";

const browser = useBrowser({ folders: { "/www/": join(root, "www") } });

/** Bytes that the package's memory may grow by. */
const MOST = 4 * 1024 * 1024;

test("12 megapixels take at most 4 MB of the package's memory", async () => {
  const page = await (await browser.context()).newPage();
  await openEmpty(page, browser.url());
  const { growth, first, median } = await largePhoto(page);
  const times = (/** @type {number[]} */ spent) => spent.map((value) => `${value.toFixed(1)} ms`).join(" + ");
  console.log(
    `reducing and preparing 12 megapixels: ${times(first)} the first time, ${times(median)} later; ${growth / 1024} KB more memory`,
  );
  assert.ok(growth <= MOST, `${growth} bytes`);
  await page.close();
});
