// The service worker: offline after one visit, updates by a button and as a whole, and photos shared by other apps.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { classifierIs, pick, sample, settled, site, useBrowser } from "./harness.mjs";
import { serve } from "./server.mjs";

const browser = useBrowser();
/** A copy of the site, which a test may change. */
let copy = "";
/** @type {Awaited<ReturnType<typeof serve>> | undefined} */
let server;

before(async () => {
  copy = await mkdtemp(join(tmpdir(), "thimble-site-"));
  await cp(site, copy, { recursive: true });
  server = await serve({ "/sub/path/": copy });
});
after(async () => {
  await server?.close();
  await rm(copy, { recursive: true, force: true });
});

/**
 * Opens the page in a context of its own, and waits until its service worker has kept what the page needs.
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
async function visit(options) {
  const context = await browser.context({ serviceWorkers: "allow", ...options });
  const page = await context.newPage();
  await page.goto(`${server?.origin}/sub/path/`);
  await classifierIs(page);
  const isKept = () =>
    page.evaluate(async () => {
      const names = (await caches.keys()).filter((name) => name.startsWith("thimble-assets "));
      const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return [".wasm", "/thimble.js"].every((end) => kept.flat().some(({ url }) => url.endsWith(end)));
    });
  while (!(await isKept())) await page.waitForTimeout(100);
  return { context, page };
}

test("after one visit the page classifies photos offline", async () => {
  const { context, page } = await visit();
  await context.setOffline(true);
  await page.reload();
  await classifierIs(page);
  await pick(page, [sample("photo-t-shirt.jpg")]);
  assert.equal(await (await settled(page, "photo-t-shirt.jpg")).getAttribute("data-label"), "T-shirt/top");
  const isOffline = page.evaluate(() =>
    fetch("not-kept").then(
      () => false,
      () => true,
    ),
  );
  assert.ok(await isOffline, "the page was not offline");
  await context.close();
});

test("a new build is used when the visitor says so, and then all of it", async () => {
  const { context, page } = await visit();
  const html = await readFile(join(copy, "index.html"), "utf8");
  const worker = await readFile(join(copy, "sw.js"), "utf8");
  try {
    const changed = html.replace("<h1>Thimble</h1>", "<h1>Thimble 2</h1>");
    const sum = createHash("sha256").update(changed).digest("base64");
    const newWorker = worker.replace(
      /("index\.html",revision:")[0-9a-f]+(",integrity:"sha256-)[^"]+/,
      `$1000000000000$2${sum}`,
    );
    assert.notEqual(newWorker, worker);
    // The host has the new worker before the new page: nothing is offered, and the page stays as it was.
    await writeFile(join(copy, "sw.js"), newWorker);
    await page.reload();
    await classifierIs(page);
    await page.waitForTimeout(1000);
    assert.equal(await page.getByText("A new version of Thimble is ready.").first().isVisible(), false);
    await writeFile(join(copy, "index.html"), changed);
    await page.reload();
    assert.equal(await page.locator("h1").innerText(), "Thimble");
    await page.getByText("A new version of Thimble is ready.").first().waitFor();
    const reloaded = page.waitForEvent("load");
    await page.getByRole("button", { name: "Update" }).click();
    await reloaded;
    await classifierIs(page);
    assert.equal(await page.locator("h1").innerText(), "Thimble 2");
  } finally {
    await writeFile(join(copy, "index.html"), html);
    await writeFile(join(copy, "sw.js"), worker);
  }
  await context.close();
});

test("photos that another app shares are classified", async () => {
  // The form stands for the system, which the page's policy does not concern.
  const { context, page } = await visit({ bypassCSP: true });
  await page.reload();
  await classifierIs(page);
  const bytes = (await readFile(sample("test-8-bag.png"))).toString("base64");
  await page.evaluate((base64) => {
    const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], "shared bag.png", { type: "image/png" }));
    const form = Object.assign(document.createElement("form"), {
      action: "share",
      method: "post",
      enctype: "multipart/form-data",
    });
    const input = Object.assign(document.createElement("input"), { type: "file", name: "photos" });
    input.files = transfer.files;
    form.append(input);
    document.body.append(form);
    form.submit();
  }, bytes);
  assert.equal(await (await settled(page, "shared bag.png")).getAttribute("data-label"), "Bag");
  assert.equal(new URL(page.url()).search, "");
  await page.reload();
  await classifierIs(page);
  assert.equal(await page.locator("#cards > li").count(), 0);
  await context.close();
});

test("the manifest names icons that are there, and where photos are shared", async () => {
  const manifest = JSON.parse(await readFile(join(site, "manifest.webmanifest"), "utf8"));
  for (const { src, sizes } of manifest.icons) {
    const png = await readFile(join(site, src));
    assert.equal(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`, sizes);
  }
  assert.equal(manifest.share_target.action, "share");
});
