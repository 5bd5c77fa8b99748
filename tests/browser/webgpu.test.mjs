// WebGPU through the page, on the software adapter: the choice, and the loss of the device.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen, engineIs, pick, sample, settled, SOFTWARE_GPU, useBrowser } from "./harness.mjs";

const browser = useBrowser({ flags: SOFTWARE_GPU });

/** Put before the worker's script: keeps hold of the device, so that a test can lose it. */
const HOLD_DEVICE = `{
  const requestDevice = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    self.heldDevice = await requestDevice.call(this, descriptor);
    return self.heldDevice;
  };
  const submit = GPUQueue.prototype.submit;
  GPUQueue.prototype.submit = function (buffers) {
    if (self.loseAtNextSubmit) self.heldDevice.destroy();
    return submit.call(this, buffers);
  };
}`;

/** Opens the page and has WebGPU answer. */
async function openOnWebgpu() {
  const page = await browser.open({}, async (opened) => {
    await opened.context().route("**/assets/worker-*.js", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${HOLD_DEVICE}\n${await response.text()}` });
    });
  });
  await engineIs(page);
  await page.getByLabel("WebGPU (burn)").check();
  await page.getByText("WebGPU (burn) answers, as chosen by you.").first().waitFor();
  return page;
}

/**
 * Runs a script in the worker that holds a device.
 * @param {import("playwright-core").Page} page
 * @param {string} script
 */
async function inGpuWorker(page, script) {
  for (const worker of page.workers()) {
    if (await worker.evaluate("Boolean(self.heldDevice)")) return worker.evaluate(script);
  }
  throw new Error(`none of ${page.workers().length} workers holds a WebGPU device`);
}

test("the automatic choice times WebGPU against the CPU and says why it took which", async () => {
  const page = await browser.open();
  await engineIs(page);
  await chosen(page);
  assert.match(
    await page.locator("#reason").innerText(),
    /being? the faster for one picture: (< )?[\d.]+ ms on WebGPU, (< )?[\d.]+ ms on the CPU\.|it is the faster for one picture: (< )?[\d.]+ ms on WebGPU, (< )?[\d.]+ ms on the CPU\./,
  );
  await page.close();
});

test("a device lost between photos: the CPU takes over, the page says so, the next photo is answered", async () => {
  const page = await openOnWebgpu();
  await pick(page, [sample("test-8-bag.png")]);
  const card = await settled(page, "test-8-bag.png");
  assert.equal(await card.getAttribute("data-backend"), "webgpu");
  assert.equal(await card.getAttribute("data-label"), "Bag");
  assert.equal(await page.locator("#fact-adapter").innerText(), "google swiftshader");
  await inGpuWorker(page, "self.heldDevice.destroy()");
  await page.locator("#notice-text", { hasText: "The CPU has taken over from WebGPU (burn)" }).waitFor();
  await pick(page, [sample("test-1-trouser.png")]);
  const next = await settled(page, "test-1-trouser.png");
  assert.equal(await next.getAttribute("data-backend"), "flex");
  assert.equal(await next.getAttribute("data-label"), "Trouser");
  await page.close();
});

test("a device lost over a photo: that photo is answered by the CPU, and none after it is lost", async () => {
  const page = await openOnWebgpu();
  await inGpuWorker(page, "self.loseAtNextSubmit = true");
  await pick(page, [sample("test-9-ankle-boot.png"), sample("test-1-trouser.png")]);
  const inHand = await settled(page, "test-9-ankle-boot.png");
  assert.equal(await inHand.getAttribute("data-backend"), "flex");
  assert.equal(await inHand.getAttribute("data-label"), "Ankle boot");
  assert.equal(await (await settled(page, "test-1-trouser.png")).getAttribute("data-label"), "Trouser");
  await page.locator("#notice-text", { hasText: "no photo is lost" }).waitFor();
  await page.close();
});

test("ndarray can be chosen, and answers", async () => {
  const page = await browser.open();
  await engineIs(page);
  await page.getByLabel("ndarray (burn)").check();
  await page.getByText("ndarray (burn) answers, as chosen by you.").first().waitFor();
  await pick(page, [sample("test-8-bag.png")]);
  const card = await settled(page, "test-8-bag.png");
  assert.equal(await card.getAttribute("data-backend"), "ndarray");
  assert.equal(await card.getAttribute("data-label"), "Bag");
  await page.close();
});
