// The CPU in 8-bit integers: chosen on the page, asked for from a pool, and refused where a network has none.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracy } from "../../www/page/format.js";
import { chooseNetwork, chosen, classifierIs, pick, readJson, sample, settled, siteNetworks, useBrowser } from "./harness.mjs";

const browser = useBrowser();

const networks = await siteNetworks();
const [standard] = networks;
const skip = standard?.testAccuracyInIntegers === null && "the default network is not computed in 8-bit integers";
if (skip) console.error(`SKIPPED: ${skip}. Nothing was computed in them.`);

const TITLE = "CPU, 8-bit integers";

/** Opens the page and has the integers chosen, by keyboard. */
async function openOnIntegers() {
  const page = await browser.open();
  await classifierIs(page);
  await chosen(page);
  await page.getByRole("radio", { name: "CPU", exact: true }).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  return page;
}

test("pictures are answered in 8-bit integers, photos as the network for photos may be, and the page says so", { skip }, async () => {
  const page = await openOnIntegers();
  await page.getByText(`${TITLE} answers, as chosen by you.`).first().waitFor();
  assert.equal(await page.locator("#backend").getAttribute("data-active"), "cpu-int8");
  assert.doesNotMatch(await page.locator("#reason").innerText(), /Do not trust it/);
  assert.match(await page.locator("#fact-accuracy").innerText(), new RegExp(accuracy(standard?.testAccuracyInIntegers ?? NaN)));
  await pick(page, [sample("test-9-ankle-boot.png")]);
  const picture = await settled(page, "test-9-ankle-boot.png");
  assert.equal(await picture.getAttribute("data-backend"), "cpu-int8");
  assert.equal(await picture.getAttribute("data-label"), "Ankle boot");
  assert.match(await picture.locator(".source").innerText(), new RegExp(`Answered by ${TITLE} with`));
  await pick(page, [sample("photo-trousers.jpg")]);
  const photo = await settled(page, "photo-trousers.jpg");
  assert.equal(await photo.getAttribute("data-label"), "Trouser");
  const inIntegers = (await readJson("model/photos.json")).integers?.kept ?? false;
  assert.equal(standard?.photosInIntegers, inIntegers);
  assert.match(await photo.locator(".source").innerText(), new RegExp(`Answered by ${inIntegers ? TITLE : "CPU"} with the network for photos`));
  // The time is that of the network chosen, for the photo too.
  await photo.locator(".warm", { hasText: /of “.+” in 8-bit integers, which span/ }).waitFor();
  assert.equal(/Photos stay in floats/.test(await page.locator("#reason").innerText()), !inIntegers);
  await page.close();
});

const without = networks.find(({ testAccuracyInIntegers }) => testAccuracyInIntegers === null);
const skipWithout = !without && "every network of this site is computed in 8-bit integers";
if (skipWithout) console.error(`SKIPPED: ${skipWithout}. That one is refused was not tried.`);

test("a network that has none is answered in floats, and the page says why", { skip: skip || skipWithout }, async () => {
  const page = await openOnIntegers();
  await page.getByText(`${TITLE} answers, as chosen by you.`).first().waitFor();
  await chooseNetwork(page, without?.name ?? "");
  await page.getByText(`${TITLE} was chosen, but the CPU answers: “${without?.name}” would change too many`).first().waitFor();
  await pick(page, [sample("test-9-ankle-boot.png")]);
  const card = await settled(page, "test-9-ankle-boot.png");
  assert.deepEqual([await card.getAttribute("data-backend"), await card.getAttribute("data-label")], ["cpu", "Ankle boot"]);
  await page.close();
});

test("a pool computes in them where it is asked to", { skip }, async () => {
  const page = await (await browser.context()).newPage();
  await page.goto(`${browser.origin()}/examples/batch.html`);
  const found = await page.evaluate(async (url) => {
    /** @type {typeof import("../../www/pool/public.js")} */
    const { ClassifierPool } = await import("../pkg/pool/pool.js".replace("..", location.origin));
    const pool = await ClassifierPool.create({ workers: 1, backend: "cpu-int8" });
    const { label } = await pool.classify(await (await fetch(url)).blob());
    return [pool.info.backend, label];
  }, `${browser.origin()}/samples/test-9-ankle-boot.png`);
  assert.deepEqual(found, ["cpu-int8", "Ankle boot"]);
  await page.close();
});
