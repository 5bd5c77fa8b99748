// The choice of a backend that fails, and the session's times of several backends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Stats } from "../../www/page/stats.js";
import { changePackages, chosen, classifierIs, pick, sample, settled, useBrowser } from "./harness.mjs";

const browser = useBrowser();

test("a backend that could not be fetched can be tried again", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await page.locator('#backend input[value="cpu"]').check();
  await page.getByText("Using CPU, as you chose.").waitFor();
  // What has to be downloaded first says how much that is.
  const choice = page.locator("#backend label", { hasText: "ndarray (burn)" });
  assert.match(await choice.innerText(), /ndarray \(burn\)\s+[\d.]+ MB/);
  await page.context().route("**/assets/webgpu-*/**", (route) => route.abort());
  await page.locator('#backend input[value="ndarray"]').check();
  await page.getByText(/^Using the CPU instead of ndarray \(burn\)\./).waitFor();
  const again = page.locator("#backend-retry");
  await again.waitFor();
  await page.context().unroute("**/assets/webgpu-*/**");
  await again.click();
  await page.getByText("Using ndarray (burn), as you chose.").waitFor();
  assert.equal(await again.isVisible(), false);
  assert.equal(await page.locator("#backend").getAttribute("data-active"), "ndarray");
  await page.close();
});

test("the times of three backends fit beside each other", async () => {
  const page = await browser.open({ viewport: { width: 1280, height: 900 } });
  await classifierIs(page);
  await chosen(page);
  for (const backend of ["cpu-int8", "ndarray"]) {
    await page.locator(`#backend input[value="${backend}"]`).check();
    await page.locator(`#session-head [data-backend="${backend}"]`).waitFor();
  }
  const [wide, shown] = await page
    .locator(".settings .scroll")
    .evaluate(({ scrollWidth, clientWidth }) => /** @type {const} */ ([scrollWidth, clientWidth]));
  assert.ok(wide <= shown, `the table is ${wide} pixels wide, and ${shown} are shown`);
  await page.close();
});

test("a photo is compared on every backend, and one that cannot be had says why", async () => {
  const page = await browser.open({}, (opened) =>
    changePackages(opened, (packages) => ({ ...packages, webgpu: null })),
  );
  await classifierIs(page);
  await pick(page, [sample("photo-t-shirt.jpg")]);
  const card = await settled(page, "photo-t-shirt.jpg");
  await card.getByText("Compare on every backend").click();
  const row = (/** @type {string} */ title) =>
    card.locator(".comparison tbody tr", { has: page.getByRole("rowheader", { name: title, exact: true }) });
  await row("ndarray (burn)").getByText("This site was built without ndarray").waitFor();
  for (const title of ["CPU", "CPU (int8)"]) {
    const [label, confidence, difference, time] = await row(title).locator("td").allInnerTexts();
    assert.equal(label, "T-shirt/top");
    assert.match(confidence ?? "", /^[\d.]+ %$/);
    assert.ok(Number(difference) < 0.1, `${title} differs by ${difference}`);
    assert.match(time ?? "", /^[\d.]+ ms$/);
  }
  assert.equal(await row("CPU").locator("td").nth(2).innerText(), "0.0000");
  await page.close();
});

test("photos that int8 leaves to floats are counted for the floats", () => {
  /** @type {(backend: string) => any} */
  const worker = (backend) => ({
    info: { backend, network: { name: "thimble", photosInt8: false } },
    loadTime: 1,
    tick: 0.1,
  });
  const stats = new Stats();
  for (const backend of ["cpu", "cpu-int8"]) stats.started(worker(backend));
  stats.photo(worker("cpu-int8"), 20, true);
  stats.warm(worker("cpu-int8"), { mean: 5, repetitions: 1, ticks: 50, tick: 0.1 }, true);
  stats.photo(worker("cpu-int8"), 2, false);
  assert.deepEqual(
    stats.sessions.map(({ backend, total, inference }) => [backend, total, inference.photo]),
    [
      ["cpu", [20], [5]],
      ["cpu-int8", [2], []],
    ],
  );
});
