// What the page fetches before its first prediction: each file once, and nothing that could wait.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen, pick, preludeWorkers, sample, settled, useBrowser } from "./harness.mjs";

const browser = useBrowser();

test("before the first prediction only the page and the CPU's package are fetched, each file once", async () => {
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
  // Requested after the prediction, and perhaps before this test has seen it.
  const later = /^assets\/(samples|webgpu|thimble\.bpk)/;
  const expected = [
    "",
    "assets/begin.js",
    "assets/cpu-relaxed/thimble.js",
    "assets/cpu-relaxed/thimble_bg.wasm",
    "assets/language.js",
    "icon.svg",
    "main.css",
    "main.js",
  ];
  const requested = files.filter((file) => !later.test(file));
  assert.deepEqual([...requested].sort(), expected);
  // What takes longest comes first; the worker then asks for the package's script alone.
  assert.deepEqual(requested.slice(0, 3), ["", "assets/cpu-relaxed/thimble_bg.wasm", "assets/begin.js"]);
  assert.equal(await page.evaluate(() => performance.getEntriesByName("prediction").length), 1);
  await chosen(page);
  await page.waitForFunction(() => document.querySelectorAll(".swatch img").length === 13);
  await page.close();
});

test("a browser without relaxed SIMD fetches only the other CPU package", async () => {
  /** @type {string[]} */
  const packages = [];
  const page = await browser.open({}, async (opened) => {
    opened.context().on("request", (request) => {
      const [, name, file] = /\/assets\/(cpu.*)-[0-9a-f]+\/(.*)$/.exec(request.url()) ?? [];
      if (name) packages.push(`${name}/${file}`);
    });
    await opened.addInitScript(() => {
      const validate = WebAssembly.validate;
      const relaxed = Uint8Array.of(253, 133, 2).toString();
      WebAssembly.validate = (bytes) =>
        !new Uint8Array(/** @type {ArrayBuffer} */ (bytes)).toString().includes(relaxed) && validate(bytes);
    });
  });
  await pick(page, [sample("photo-t-shirt.jpg")]);
  assert.equal(await (await settled(page, "photo-t-shirt.jpg")).getAttribute("data-label"), "T-shirt/top");
  assert.deepEqual(packages.sort(), ["cpu/thimble.js", "cpu/thimble_bg.wasm"]);
  await page.close();
});

test("while a photo waits, neither samples nor WebGPU are fetched, nor weights that it does not need", async () => {
  /** @type {() => void} */
  let arrive = () => {};
  const arrival = new Promise((resolve) => {
    arrive = () => resolve(undefined);
  });
  /** @type {string[]} */
  const early = [];
  const page = await browser.open({}, async (opened) => {
    opened
      .context()
      .on("request", (request) => void (/\/(samples|webgpu)-|\.bpk$/.test(request.url()) && early.push(request.url())));
    await opened.context().route("**/*.wasm", async (route) => {
      await arrival;
      await route.continue();
    });
  });
  await pick(page, [sample("photo-t-shirt.jpg")]);
  await page.waitForTimeout(1000);
  assert.deepEqual(early, []);
  assert.equal(page.workers().length, 1);
  arrive();
  await settled(page, "photo-t-shirt.jpg");
  await page.waitForFunction(() => document.querySelectorAll(".swatch img").length === 13);
  await page.close();
});

test("the worker and the package start while the page's own script is still loading", async () => {
  /** @type {() => void} */
  let arrive = () => {};
  const arrival = new Promise((resolve) => {
    arrive = () => resolve(undefined);
  });
  const page = await (await browser.context()).newPage();
  await page.context().route("**/main-*.js", async (route) => {
    await arrival;
    await route.continue();
  });
  const glue = page.context().waitForEvent("request", (request) => /\/cpu-[\w-]+\/thimble\.js$/.test(request.url()));
  const opened = page.goto(browser.url());
  await glue;
  assert.equal(page.workers().length, 1);
  arrive();
  await opened;
  await pick(page, [sample("photo-t-shirt.jpg")]);
  assert.equal(await (await settled(page, "photo-t-shirt.jpg")).getAttribute("data-state"), "done");
  assert.equal(page.workers().length, 1);
  await page.close();
});

test("a photo added before the classifier is ready is decoded meanwhile, and another can replace it", async () => {
  /** @type {() => void} */
  let arrive = () => {};
  const arrival = new Promise((resolve) => {
    arrive = () => resolve(undefined);
  });
  const page = await browser.open({}, async (opened) => {
    await preludeWorkers(
      opened,
      "const make = self.createImageBitmap; self.createImageBitmap = (...given) => (self.decodes = (self.decodes ?? 0) + 1, make(...given));",
    );
    await opened.context().route("**/*.wasm", async (route) => {
      await arrival;
      await route.continue();
    });
  });
  const decodes = () =>
    /** @type {import("playwright-core").Worker} */ (page.workers()[0]).evaluate("self.decodes ?? 0");
  await pick(page, [sample("photo-t-shirt.jpg")]);
  while ((await decodes()) === 0) await page.waitForTimeout(20);
  // Removed: the one after it gets a prediction of its own.
  await page.getByRole("button", { name: "Remove photo-t-shirt.jpg" }).click();
  await pick(page, [sample("photo-handbag.jpg")]);
  arrive();
  const card = await settled(page, "photo-handbag.jpg");
  assert.equal(await card.getAttribute("data-label"), "Bag");
  assert.equal(await decodes(), 2);
  await page.close();
});

test("on a slow network a photo says how much of the classifier, and then of the weights, has come", async () => {
  const page = await browser.open({}, async (opened) => {
    const devtools = await opened.context().newCDPSession(opened);
    await devtools.send("Network.enable");
    const conditions = { offline: false, latency: 20, downloadThroughput: 250_000, uploadThroughput: -1 };
    await devtools.send("Network.emulateNetworkConditions", conditions);
    // All that was shown of it, in turn.
    await opened.addInitScript(() => {
      /** @type {string[]} */
      const shown = [];
      Object.assign(globalThis, { shown });
      new MutationObserver(() => {
        const text = document.querySelector("#cards .state")?.textContent ?? "";
        const bar = document.querySelector("#cards progress:not([hidden])");
        if (bar instanceof HTMLProgressElement && text !== shown.at(-1)) shown.push(text, String(bar.position > 0));
      }).observe(document, { subtree: true, childList: true, characterData: true });
    });
  });
  await pick(page, [sample("test-8-bag.png")]);
  await settled(page, "test-8-bag.png");
  const shown = /** @type {string[]} */ (await page.evaluate("shown"));
  const numbers = (/** @type {RegExp} */ sentence) =>
    shown.flatMap((text) => {
      const [, received, total] = sentence.exec(text) ?? [];
      return total === undefined ? [] : [[Number(received), Number(total)]];
    });
  for (const sentence of [
    /^Loading the classifier: ([\d.]+) of ([\d.]+) MB$/,
    /^Loading the weights for this kind of image: ([\d.]+) of ([\d.]+) MB$/,
  ]) {
    const steps = numbers(sentence);
    assert.ok(steps.length >= 2, shown.join(" | "));
    const [first] = steps;
    for (const [index, [received = NaN, total = NaN]] of steps.entries()) {
      assert.equal(total, first?.[1]);
      assert.ok(received <= total && received >= (steps[index - 1]?.[0] ?? 0), shown.join(" | "));
    }
  }
  assert.ok(shown.includes("true"));
  await page.close();
});
