// Photos stay on the machine: no request leaves the origin, and the policy holds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen, classifierIs, pick, sample, settled, useBrowser } from "./harness.mjs";

const browser = useBrowser();

test("no request leaves the origin or carries a body, and nothing violates the page's policy", async () => {
  const context = await browser.context();
  /** @type {{url: string, method: string, body: string | null}[]} */
  const requests = [];
  context.on("request", (request) => {
    requests.push({ url: request.url(), method: request.method(), body: request.postData() });
  });
  /** @type {string[]} */
  const complaints = [];
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  const page = await context.newPage();
  await page.goto(browser.url());
  await classifierIs(page);
  await chosen(page);
  await page.getByRole("button", { name: "Try: Dress" }).click();
  await settled(page, "Sample: Dress");
  await pick(page, [sample("photo-handbag.jpg")]);
  await settled(page, "photo-handbag.jpg");
  assert.ok(requests.length > 5, `only ${requests.length} requests were seen`);
  for (const { url, method, body } of requests) {
    assert.ok(url.startsWith(browser.url()) || url.startsWith("blob:"), `a request left the site's folder: ${url}`);
    assert.equal(method, "GET");
    assert.equal(body, null);
  }
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the worker, which has the photos, cannot reach other origins", async () => {
  const page = await browser.open();
  await classifierIs(page);
  const [worker] = page.workers();
  assert.ok(worker, "no worker runs");
  const refused = await worker.evaluate(async (own) => {
    const violation = new Promise((resolve) => {
      addEventListener("securitypolicyviolation", (event) => {
        resolve(/** @type {SecurityPolicyViolationEvent} */ (event).effectiveDirective);
      });
      setTimeout(() => resolve("nothing"), 5000);
    });
    const away = await fetch("https://example.org/").then(
      () => "fetched",
      () => "refused",
    );
    // The site itself has to stay within reach: the packages are fetched from here.
    const home = await fetch(own).then((response) => response.status);
    return { away, home, directive: await violation };
  }, `${browser.url()}assets/packages.json`);
  assert.deepEqual(refused, { away: "refused", home: 200, directive: "connect-src" });
  await page.close();
});

test("the page's policy forbids inline scripts and other origins", async () => {
  const page = await browser.open();
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "document.documentElement.dataset.inline = 'ran'";
    document.head.append(script);
    return document.documentElement.dataset.inline;
  });
  assert.equal(ran, undefined);
  // The policy refuses it before the network is used, on a machine with a network and on one without.
  const refused = await page.evaluate(async () => {
    const violation = new Promise((resolve) => {
      addEventListener("securitypolicyviolation", ({ effectiveDirective }) => resolve(effectiveDirective), {
        once: true,
      });
    });
    await fetch("https://example.org/").catch(() => {});
    return violation;
  });
  assert.equal(refused, "connect-src");
  assert.match(await page.locator(".promise").innerText(), /never leave your device/);
  await page.close();
});
