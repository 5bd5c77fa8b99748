// WebGPU through the page, on the software adapter: the choice, and the loss of the device.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  chooseNetwork,
  chosen,
  classifierIs,
  networkIs,
  NOTE_CALLS,
  patchPackage,
  pick,
  preludeWorkers,
  sample,
  settled,
  siteNetworks,
  SOFTWARE_GPU,
  useBrowser,
} from "./harness.mjs";

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

/**
 * Opens the page and chooses WebGPU.
 * @param {(page: import("playwright-core").Page) => Promise<unknown>} [prepare]
 */
async function openOnWebgpu(prepare) {
  const page = await browser.open({}, async (opened) => {
    await prepare?.(opened);
    await preludeWorkers(opened, HOLD_DEVICE);
  });
  await classifierIs(page);
  await page.getByLabel("WebGPU (burn)").check();
  await page.getByText("Using WebGPU (burn), as you chose.").first().waitFor();
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

test("the automatic choice times WebGPU against the CPU and gives the reason", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await chosen(page);
  assert.match(
    await page.locator("#reason").innerText(),
    /^Using (WebGPU|the CPU): it is faster for one image \((< )?[\d.]+ ms on WebGPU, (< )?[\d.]+ ms on the CPU\)\.$/,
  );
  await page.close();
});

test("WebGPU is compared with the CPU once the network's weights are loaded, and the CPU classifies photos meanwhile", async () => {
  /** @type {() => void} */
  let arrive = () => {};
  const arrival = new Promise((resolve) => {
    arrive = () => resolve(undefined);
  });
  const page = await browser.open({}, (opened) =>
    opened.context().route("**/*.bpk", async (route) => {
      await arrival;
      await route.continue();
    }),
  );
  await classifierIs(page);
  // The GPU's worker is there, and wants them too.
  for (let tries = 0; page.workers().length < 2 && tries < 100; tries += 1) await page.waitForTimeout(100);
  await pick(page, [sample("photo-handbag.jpg")]);
  const card = await settled(page, "photo-handbag.jpg");
  assert.deepEqual([await card.getAttribute("data-label"), await card.getAttribute("data-backend")], ["Bag", "cpu"]);
  assert.equal(await page.locator("#reason").innerText(), "Using the CPU while WebGPU is tested.");
  arrive();
  await chosen(page);
  assert.match(await page.locator("#reason").innerText(), /ms on WebGPU/);
  await page.close();
});

test("a photo added while the backends are timed does not run beside the timing", async () => {
  const page = await browser.open({}, (opened) => patchPackage(opened, "cpu", NOTE_CALLS));
  await classifierIs(page);
  const cpu = page.workers()[0];
  // Photo after photo, until the choice has been made.
  for (
    let round = 0;
    round < 40 && !/^Using (the CPU|WebGPU): /.test(await page.locator("#reason").innerText());
    round += 1
  ) {
    await page.getByRole("button", { name: "Try: Dress" }).click();
    await page.waitForTimeout(100);
  }
  await chosen(page);
  const calls = String(await cpu?.evaluate("self.calls"));
  assert.match(calls, /^([cr]\.)*[cr]?$/);
  assert.ok(calls.includes("c") && calls.includes("r"), calls);
  await page.close();
});

test("a device lost between photos: the CPU takes over, the page says so, the next photo is classified", async () => {
  const page = await openOnWebgpu();
  await pick(page, [sample("test-8-bag.png")]);
  const card = await settled(page, "test-8-bag.png");
  assert.equal(await card.getAttribute("data-backend"), "webgpu");
  assert.equal(await card.getAttribute("data-label"), "Bag");
  assert.equal(await page.locator("#fact-adapter").innerText(), "google swiftshader");
  await inGpuWorker(page, "self.heldDevice.destroy()");
  await page.locator("#notice-text", { hasText: "Switched from WebGPU (burn) to the CPU" }).waitFor();
  await pick(page, [sample("test-1-trouser.png")]);
  const next = await settled(page, "test-1-trouser.png");
  assert.equal(await next.getAttribute("data-backend"), "cpu");
  assert.equal(await next.getAttribute("data-label"), "Trouser");
  // The notice says that WebGPU can be chosen again: then it must not be chosen still.
  assert.equal(await page.getByLabel("CPU", { exact: true }).isChecked(), true);
  await page.getByLabel("WebGPU (burn)").check();
  await page.getByText("Using WebGPU (burn), as you chose.").first().waitFor();
  await page.close();
});

test("a device lost over a photo: the CPU classifies it, and none after it is lost", async () => {
  const page = await openOnWebgpu();
  await inGpuWorker(page, "self.loseAtNextSubmit = true");
  await pick(page, [sample("test-9-ankle-boot.png"), sample("test-1-trouser.png")]);
  const first = await settled(page, "test-9-ankle-boot.png");
  assert.equal(await first.getAttribute("data-backend"), "cpu");
  assert.equal(await first.getAttribute("data-label"), "Ankle boot");
  assert.equal(await (await settled(page, "test-1-trouser.png")).getAttribute("data-label"), "Trouser");
  await page.locator("#notice-text", { hasText: "No photo was lost" }).waitFor();
  await page.close();
});

test("choosing the CPU ends WebGPU's worker with its device", async () => {
  const page = await openOnWebgpu();
  assert.equal(page.workers().length, 2);
  await page.getByLabel("CPU", { exact: true }).check();
  await page.getByText("Using CPU, as you chose.").first().waitFor();
  for (let tries = 0; page.workers().length > 1 && tries < 50; tries += 1) await page.waitForTimeout(100);
  assert.equal(page.workers().length, 1);
  await page.close();
});

test("a chosen backend with other results than the CPU is used, with a warning", async () => {
  const page = await openOnWebgpu((opened) =>
    patchPackage(
      opened,
      "webgpu",
      `
        const logits = Classifier.prototype.logits;
        Classifier.prototype.logits = async function (inputs) {
          const found = await logits.call(this, inputs);
          found[3] += 0.5;
          return found;
        };`,
    ),
  );
  await page
    .locator("#notice-text", { hasText: /Its results are wrong: .*a logit differs by 0\.50, the limit is 0\.01/ })
    .waitFor();
  assert.equal(await page.locator("#backend").getAttribute("data-active"), "webgpu");
  await page.close();
});

test("ndarray can be chosen, and classifies", async () => {
  const page = await browser.open();
  await classifierIs(page);
  await page.getByLabel("ndarray (burn)").check();
  await page.getByText("Using ndarray (burn), as you chose.").first().waitFor();
  await pick(page, [sample("test-8-bag.png")]);
  const card = await settled(page, "test-8-bag.png");
  assert.equal(await card.getAttribute("data-backend"), "ndarray");
  assert.equal(await card.getAttribute("data-label"), "Bag");
  await page.close();
});

const [standard = "", other = ""] = (await siteNetworks()).map(({ name }) => name);
const skip = other === "" && "this site has one network";
if (skip)
  console.error(
    `SKIPPED: ${skip}. Another network on WebGPU was not tried; model/ has to hold the weights and cards of two.`,
  );

/**
 * Classifies the ankle boot of the test set.
 * @param {import("playwright-core").Page} page
 * @param {string} name of its copy
 */
async function classifiedBy(page, name) {
  await pick(page, [{ name, mimeType: "image/png", buffer: await readFile(sample("test-9-ankle-boot.png")) }]);
  const card = await settled(page, name);
  return [await card.getAttribute("data-backend"), await card.getAttribute("data-network")];
}

test(
  "a chosen network runs on WebGPU where that was chosen, and on the CPU where the device is lost",
  { skip },
  async () => {
    const page = await openOnWebgpu();
    assert.deepEqual(await classifiedBy(page, "first.png"), ["webgpu", standard]);
    await chooseNetwork(page, other);
    await page.locator('#backend[data-active="webgpu"]').waitFor();
    assert.deepEqual(await classifiedBy(page, "second.png"), ["webgpu", other]);
    assert.equal(page.workers().length, 2, "workers of the network before were not ended");
    await inGpuWorker(page, "self.heldDevice.destroy()");
    await page.locator("#notice-text", { hasText: "Switched from WebGPU (burn) to the CPU" }).waitFor();
    assert.deepEqual(await classifiedBy(page, "third.png"), ["cpu", other]);
    await page.close();
  },
);

test("a chosen backend runs the network chosen before", { skip }, async () => {
  const page = await browser.open();
  await classifierIs(page);
  await chooseNetwork(page, other);
  // The automatic choice is made anew, by this network's times.
  await chosen(page);
  for (const [title, backend] of [
    ["ndarray (burn)", "ndarray"],
    ["WebGPU (burn)", "webgpu"],
    ["CPU", "cpu"],
  ]) {
    await page.locator(`input[name="backend"][value="${backend}"]`).check();
    await page.getByText(`Using ${title}, as you chose.`).first().waitFor();
    assert.deepEqual(await classifiedBy(page, `${backend}.png`), [backend, other]);
  }
  await networkIs(page, other);
  await page.close();
});
