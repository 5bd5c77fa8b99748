// What the browser or the network lacks: a message that says what to do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { changePackages, chosen, classifierIs, pick, preludeWorkers, sample, settled, useBrowser } from "./harness.mjs";

const browser = useBrowser();

/**
 * Opens the page with a script before the worker's own.
 * @param {string} prelude
 */
async function openWithWorkerPrelude(prelude) {
  return browser.open({}, (page) => preludeWorkers(page, prelude));
}

test("without WebGPU the CPU is used, and the page says why", async () => {
  const page = await openWithWorkerPrelude('Object.defineProperty(navigator, "gpu", { value: undefined });');
  await classifierIs(page);
  await chosen(page);
  assert.match(
    await page.locator("#reason").innerText(),
    /Using the CPU: this browser has no WebGPU here\. Use Chrome/,
  );
  await pick(page, [sample("test-8-bag.png")]);
  assert.equal(await (await settled(page, "test-8-bag.png")).getAttribute("data-label"), "Bag");
  await page.close();
});

test("with WebGPU but no adapter the CPU is used, and choosing WebGPU says what to do", async () => {
  const page = await openWithWorkerPrelude(
    'Object.defineProperty(navigator, "gpu", { value: { requestAdapter: async () => null } });',
  );
  await classifierIs(page);
  await chosen(page);
  assert.match(await page.locator("#reason").innerText(), /offers no graphics adapter\. Turn on hardware acceleration/);
  await page.getByLabel("WebGPU (burn)").check();
  await page.getByText(/Using the CPU instead of WebGPU \(burn\)\. .*no graphics adapter/).waitFor();
  await pick(page, [sample("test-8-bag.png")]);
  assert.equal(await (await settled(page, "test-8-bag.png")).getAttribute("data-backend"), "cpu");
  await page.close();
});

/** @type {{name: string, script: string, message: RegExp}[]} */
const LACKS = [
  { name: "SIMD", script: "WebAssembly.validate = () => false;", message: /no SIMD instructions.*Update the browser/ },
  {
    name: "WebAssembly",
    script: "delete globalThis.WebAssembly;",
    message: /does not run WebAssembly.*Update the browser/,
  },
  {
    name: "module workers",
    // A constructor that does not look at its options, as in browsers from before module workers.
    script: "globalThis.Worker = function Worker() {};",
    message: /module workers.*Update the browser/,
  },
  {
    name: "SIMD and dialogs",
    // A browser that lacks the one lacks the other: the message must come before the page trips over the dialog.
    script: "WebAssembly.validate = () => false; delete globalThis.HTMLDialogElement;",
    message: /no SIMD instructions.*Firefox 114/,
  },
];
for (const { name, script, message } of LACKS) {
  test(`without ${name} the page and a photo's card say what to do`, async () => {
    const page = await browser.open({}, (opened) => opened.addInitScript({ content: script }));
    await classifierIs(page, "broken");
    assert.match(await page.getByRole("alert").innerText(), message);
    await pick(page, [sample("test-8-bag.png")]);
    const card = await settled(page, "test-8-bag.png");
    assert.match(await card.locator(".error").innerText(), message);
    await page.close();
  });
}

for (const script of ["main", "begin"]) {
  test(`the page says so only where ${script}.js cannot be loaded`, async () => {
    const page = await (await browser.context()).newPage();
    const path = `**/${script}-*.js`;
    await page.context().route(path, (route) => route.abort());
    await page.goto(browser.url());
    const line = page.getByText("The page’s script has not loaded yet");
    assert.equal(await line.isVisible(), false);
    await line.waitFor({ state: "visible", timeout: 15_000 });
    await page.context().unroute(path);
    await page.reload();
    await classifierIs(page);
    await chosen(page);
    assert.equal(
      await page.evaluate(() => getComputedStyle(/** @type {Element} */ (document.querySelector(".unloaded"))).display),
      "none",
    );
    await page.close();
  });
}

test("a wasm that cannot be fetched is reported, and “Try again” recovers", async () => {
  const page = await browser.open({}, (opened) => opened.context().route("**/*.wasm", (route) => route.abort()));
  await classifierIs(page, "broken");
  assert.match(await page.getByRole("alert").innerText(), /could not be downloaded .*Check the connection/);
  await page.context().unroute("**/*.wasm");
  await page.getByRole("button", { name: "Try again" }).click();
  await classifierIs(page);
  await pick(page, [sample("test-8-bag.png")]);
  assert.equal(await (await settled(page, "test-8-bag.png")).getAttribute("data-label"), "Bag");
  await page.close();
});

test("a wasm that the server does not have is reported with the server's status", async () => {
  const page = await browser.open({}, (opened) =>
    opened.context().route("**/*.wasm", (route) => route.fulfill({ status: 404 })),
  );
  await classifierIs(page, "broken");
  assert.match(
    await page.getByRole("alert").innerText(),
    /classifier could not be downloaded \(the server answered 404, not 200\)/,
  );
  await page.close();
});

test("a connection that drops while the wasm arrives is not blamed on the browser", async () => {
  const page = await browser.open({}, (opened) =>
    opened.addInitScript(() => {
      const ask = window.fetch;
      window.fetch = async (url, ...rest) => {
        const response = await ask(url, ...rest);
        if (!String(url).endsWith(".wasm")) return response;
        const bytes = new Uint8Array(await response.arrayBuffer());
        let sent = false;
        const body = new ReadableStream({
          pull(controller) {
            if (sent) return controller.error(new TypeError("network error"));
            sent = true;
            controller.enqueue(bytes.subarray(0, 5000));
          },
        });
        return new Response(body, { headers: { "content-type": "application/wasm" } });
      };
    }),
  );
  await classifierIs(page, "broken");
  const message = await page.getByRole("alert").innerText();
  assert.match(message, /download broke off .*Check the connection/);
  assert.doesNotMatch(message, /update the browser/i);
  await page.close();
});

test("a file that is not wasm says what to do with the browser or the site", async () => {
  const page = await browser.open({}, (opened) =>
    opened
      .context()
      .route("**/*.wasm", (route) => route.fulfill({ contentType: "application/wasm", body: "no wasm at all" })),
  );
  await classifierIs(page, "broken");
  assert.match(await page.getByRole("alert").innerText(), /did not start .*update the browser/);
  await page.close();
});

test("a WebGPU package whose build failed is no longer waited for", async () => {
  const page = await browser.open({}, (opened) =>
    changePackages(opened, (packages, time) => ({ ...packages, webgpu: null, pending: time === 0 ? ["webgpu"] : [] })),
  );
  await classifierIs(page);
  await page.getByText("WebGPU (burn) is still being built").waitFor();
  await page.locator("#notice-text", { hasText: "The WebGPU package could not be built" }).waitFor();
  await page.locator("#reason", { hasText: "built without WebGPU" }).waitFor();
  await page.close();
});

test("while the WebGPU package is being built the CPU is used, and the page notices its arrival", async () => {
  let requests = 0;
  const page = await browser.open({}, (opened) =>
    changePackages(opened, (packages, time) => {
      requests = time;
      return time === 0 ? { ...packages, webgpu: null, pending: ["webgpu"] } : packages;
    }),
  );
  await classifierIs(page);
  await page.getByText("WebGPU (burn) is still being built").waitFor();
  await page.locator("#notice-text", { hasText: "The WebGPU package is ready." }).waitFor();
  // Once it is there, nothing is requested any more.
  assert.equal(requests, 1);
  await page.waitForTimeout(6000);
  assert.equal(requests, 1);
  await page.close();
});

test("“Try again” finds the files of a site that was built again meanwhile", async () => {
  const page = await browser.open({}, (opened) =>
    changePackages(opened, (packages, time) => {
      const gone = { script: "cpu-gone/thimble.js", wasm: "cpu-gone/thimble_bg.wasm" };
      return time === 0 ? { ...packages, cpu: gone, "cpu-relaxed": gone } : packages;
    }),
  );
  await classifierIs(page, "broken");
  assert.match(await page.getByRole("alert").innerText(), /the server answered 404/);
  await page.getByRole("button", { name: "Try again" }).click();
  await classifierIs(page);
  await page.close();
});

/** How a Rust panic ends: a plain function's trap rejects the call, an async function's never settles it. */
const PANICS = {
  "in the call": 'async () => { throw new WebAssembly.RuntimeError("unreachable"); }',
  "behind the call":
    '() => new Promise(() => setTimeout(() => { throw new WebAssembly.RuntimeError("unreachable"); }))',
};
for (const [where, trap] of Object.entries(PANICS)) {
  test(`a package that panics ${where} is replaced, the page says so, and no photo is lost`, async () => {
    const page = await browser.open({}, async (opened) => {
      let panics = 1;
      await opened.context().route("**/cpu-*/thimble.js", async (route) => {
        const response = await route.fetch();
        // The first worker's classifier traps; the next worker gets the true file.
        const end = panics-- > 0 ? `\nClassifier.prototype.classifyDownscaled = ${trap};` : "";
        await route.fulfill({ response, body: (await response.text()) + end });
      });
    });
    await classifierIs(page);
    await chosen(page);
    await pick(page, [sample("test-8-bag.png"), sample("test-1-trouser.png")]);
    assert.equal(await (await settled(page, "test-8-bag.png")).getAttribute("data-label"), "Bag");
    assert.equal(await (await settled(page, "test-1-trouser.png")).getAttribute("data-label"), "Trouser");
    await page.locator("#notice-text", { hasText: /was restarted\. No photo was lost\. .*unreachable/ }).waitFor();
    await page.close();
  });
}

test("a photo that makes the package panic each time fails by name, and the next photo is classified", async () => {
  const page = await browser.open({}, async (opened) => {
    await opened.context().route("**/cpu-*/thimble.js", async (route) => {
      const response = await route.fetch();
      const trap = `
        const classify = Classifier.prototype.classifyDownscaled;
        Classifier.prototype.classifyDownscaled = async function (photo, edit) {
          if (photo.width !== 28) throw new WebAssembly.RuntimeError("unreachable");
          return classify.call(this, photo, edit);
        };`;
      await route.fulfill({ response, body: (await response.text()) + trap });
    });
  });
  await classifierIs(page);
  await chosen(page);
  await pick(page, [sample("photo-handbag.jpg"), sample("test-1-trouser.png")]);
  const card = await settled(page, "photo-handbag.jpg");
  assert.equal(await card.getAttribute("data-code"), "classifier-crashed");
  assert.match(await card.locator(".error").innerText(), /stopped over this photo twice/);
  assert.equal(await (await settled(page, "test-1-trouser.png")).getAttribute("data-label"), "Trouser");
  await page.close();
});
