// The weights that the packages do not hold: Fashion-MNIST images need them, and no photo waits for them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen, classifierIs, patchPackage, pick, sample, settled, siteNetworks, useBrowser } from "./harness.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Route} Route */

const browser = useBrowser();
const [network] = await siteNetworks();
const file = `**/${network?.weights}`;

/**
 * Opens the page as on a machine of one core, so that whatever waits for the one worker waits for all.
 * @param {(route: Route, time: number) => Promise<void>} respond to a request for the weights; time: 1 for the first
 * @param {(page: Page) => Promise<unknown>} [prepare]
 */
async function open(respond, prepare) {
  let requests = 0;
  const page = await browser.open({}, async (opened) => {
    await opened.addInitScript(() => Object.defineProperty(navigator, "hardwareConcurrency", { value: 1 }));
    await opened.context().route(file, (route) => respond(route, (requests += 1)));
    await prepare?.(opened);
  });
  return { page, requests: () => requests };
}

/** Weights that come when the test says so. */
function slow() {
  /** @type {() => void} */
  let arrive = () => {};
  const arrival = new Promise((resolve) => {
    arrive = () => resolve(undefined);
  });
  return {
    arrive,
    respond: async (/** @type {Route} */ route) => {
      await arrival;
      await route.continue();
    },
  };
}

/**
 * @param {Page} page
 * @param {string} name of a sample
 * @param {string} label that its card is to have
 */
async function classified(page, name, label) {
  const card = await settled(page, name);
  assert.equal(await card.getAttribute("data-label"), label, await card.innerText());
  return card;
}

test("a Fashion-MNIST image waits for its weights, and no photo waits with it", async () => {
  const { arrive, respond } = slow();
  const { page, requests } = await open(respond);
  await pick(page, [sample("test-9-ankle-boot.png")]);
  const waiting = page.locator("#cards > li[data-state=working]", {
    hasText: "Loading the weights for this kind of image",
  });
  await waiting.waitFor();
  await pick(page, [sample("photo-t-shirt.jpg"), sample("photo-handbag.jpg")]);
  const photo = await classified(page, "photo-t-shirt.jpg", "T-shirt/top");
  await classified(page, "photo-handbag.jpg", "Bag");
  await photo.getByRole("button", { name: /^Adjust/ }).click();
  await photo.getByRole("button", { name: "Use whole photo" }).click();
  await photo.locator(".edited", { hasText: "After your edit" }).waitFor();
  assert.equal(await waiting.count(), 1);
  assert.equal(await page.locator(".warm").count(), 0);
  assert.deepEqual([page.workers().length, requests()], [1, 1]);
  arrive();
  const card = await classified(page, "test-9-ankle-boot.png", "Ankle boot");
  for (const value of await card.locator(".times dd:last-child").allInnerTexts())
    assert.match(value, /^(< )?\d+(\.\d+)? ms$/);
  await page.locator(".warm", { hasText: "mean of" }).nth(2).waitFor();
  assert.deepEqual([page.workers().length, requests()], [1, 1]);
  await page.close();
});

test("the warm time of a photo needs no weights", async () => {
  const { arrive, respond } = slow();
  const { page } = await open(respond);
  await pick(page, [sample("photo-t-shirt.jpg")]);
  await classified(page, "photo-t-shirt.jpg", "T-shirt/top");
  await page.locator(".warm", { hasText: "of the photo networks" }).waitFor();
  await pick(page, [sample("test-9-ankle-boot.png")]);
  await page.locator("#cards > li[data-state=working]", { hasText: "Loading the weights" }).waitFor();
  arrive();
  await page.locator(".warm", { hasText: `of “${network?.name}”` }).waitFor();
  await page.close();
});

test("an image that waits for its weights is cancelled, removed and edited like any other", async () => {
  const { arrive, respond } = slow();
  const { page } = await open(respond);
  await pick(page, [sample("test-9-ankle-boot.png"), sample("test-8-bag.png")]);
  await page.locator("#cards > li[data-state=working]", { hasText: "Loading the weights" }).nth(1).waitFor();
  await page.getByRole("button", { name: "Remove test-8-bag.png" }).click();
  await page.keyboard.press("Escape");
  await page.locator("#cards > li[data-state=cancelled]").waitFor();
  await page.getByRole("button", { name: "Classify test-9-ankle-boot.png again" }).click();
  arrive();
  const card = await classified(page, "test-9-ankle-boot.png", "Ankle boot");
  await card.getByRole("button", { name: /^Adjust/ }).click();
  await card.getByRole("switch").click();
  await card.locator(".edited", { hasText: "After your edit" }).waitFor();
  assert.equal(await page.locator("#cards > li").count(), 1);
  await page.close();
});

/** @type {{what: string, code: string, respond: (route: Route) => Promise<void>, message: RegExp}[]} */
const FAILURES = [
  {
    what: "cannot be fetched",
    code: "weights-fetch",
    respond: (route) => route.abort(),
    message: /The network's weights could not be downloaded \(.+\)\. Check the connection, then try again/,
  },
  {
    what: "are not on the server",
    code: "weights-fetch",
    respond: (route) => route.fulfill({ status: 404 }),
    message:
      /The network's weights could not be downloaded \(the server answered 404, not 200\)\. Check the connection/,
  },
  {
    what: "are other bytes",
    code: "weights",
    respond: (route) => route.fulfill({ body: "no weights at all" }),
    message: new RegExp(`[Tt]hese 17 bytes are not the weights of "${network?.name}"`),
  },
];
for (const { what, code, respond, message } of FAILURES) {
  test(`where the weights ${what}, the image that needs them says so, photos are classified, and it can be tried again`, async () => {
    let fails = true;
    const { page } = await open((route) => (fails ? respond(route) : route.continue()));
    await pick(page, [sample("test-9-ankle-boot.png")]);
    const card = await settled(page, "test-9-ankle-boot.png");
    assert.equal(await card.getAttribute("data-code"), code);
    assert.match(await card.locator(".error").innerText(), message);
    await pick(page, [sample("photo-t-shirt.jpg")]);
    const photo = await classified(page, "photo-t-shirt.jpg", "T-shirt/top");
    await photo.locator(".warm", { hasText: "of the photo networks" }).waitFor();
    assert.equal(await page.locator("html[data-classifier=ready]").count(), 1);
    fails = false;
    await page.getByRole("button", { name: "Classify test-9-ankle-boot.png again" }).click();
    await page.locator("#cards > li[data-state=done]", { hasText: "test-9-ankle-boot.png" }).waitFor();
    await classified(page, "test-9-ankle-boot.png", "Ankle boot");
    await page.locator(".warm", { hasText: `of “${network?.name}”` }).waitFor();
    assert.equal(page.workers().length, 1);
    await page.close();
  });
}

test("a worker that replaces another is given the weights loaded before", async () => {
  const trap = `
    const classify = Classifier.prototype.classifyDownscaled;
    Classifier.prototype.classifyDownscaled = async function (...given) {
      if (self.trap) throw new WebAssembly.RuntimeError("unreachable");
      return classify.apply(this, given);
    };`;
  const { page, requests } = await open(
    (route) => route.continue(),
    (opened) => patchPackage(opened, "cpu", trap),
  );
  await classifierIs(page);
  await chosen(page);
  await page.workers()[0]?.evaluate("self.trap = true");
  await pick(page, [sample("test-9-ankle-boot.png")]);
  await classified(page, "test-9-ankle-boot.png", "Ankle boot");
  await page.locator("#notice-text", { hasText: "was restarted. No photo was lost" }).waitFor();
  assert.equal(requests(), 1);
  await page.close();
});
