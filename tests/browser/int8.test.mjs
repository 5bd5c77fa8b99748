// The CPU in int8: chosen on the page, requested from a pool, and refused where a network has no int8.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracy } from "../../www/page/format.js";
import {
  chooseNetwork,
  chosen,
  classifierIs,
  pick,
  readJson,
  sample,
  settled,
  siteNetworks,
  useBrowser,
} from "./harness.mjs";

const browser = useBrowser();

const networks = await siteNetworks();
const [standard] = networks;
const skip = standard?.testAccuracyInt8 === null && "the default network has no int8";
if (skip) console.error(`SKIPPED: ${skip}. Nothing was computed in int8.`);

const TITLE = "CPU (int8)";

/** @param {string} text that a regular expression is to match as it is */
const literal = (text) => text.replace(/[()]/g, "\\$&");

/** Opens the page and chooses int8 with the keyboard. */
async function openOnInt8() {
  const page = await browser.open();
  await classifierIs(page);
  await chosen(page);
  await page.getByRole("radio", { name: "CPU", exact: true }).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  return page;
}

test(
  "Fashion-MNIST images are classified in int8, photos as the photo network allows, and the page says so",
  { skip },
  async () => {
    const page = await openOnInt8();
    await page.getByText(`Using ${TITLE}, as you chose.`).first().waitFor();
    assert.equal(await page.locator("#backend").getAttribute("data-active"), "cpu-int8");
    assert.doesNotMatch(await page.locator("#reason").innerText(), /Its results are wrong/);
    assert.match(
      await page.locator("#fact-accuracy").innerText(),
      new RegExp(accuracy(standard?.testAccuracyInt8 ?? NaN)),
    );
    await pick(page, [sample("test-9-ankle-boot.png")]);
    const image = await settled(page, "test-9-ankle-boot.png");
    assert.equal(await image.getAttribute("data-backend"), "cpu-int8");
    assert.equal(await image.getAttribute("data-label"), "Ankle boot");
    assert.match(await image.locator(".source").innerText(), new RegExp(`Classified by ${literal(TITLE)} with`));
    await pick(page, [sample("photo-trousers.jpg")]);
    const photo = await settled(page, "photo-trousers.jpg");
    assert.equal(await photo.getAttribute("data-label"), "Trouser");
    const { segmentation, garments, crops } = await readJson("model/photos.json");
    const photosInt8 = segmentation.int8.kept && garments.int8.kept && crops.int8.kept;
    assert.equal(standard?.photosInt8, photosInt8);
    assert.match(
      await photo.locator(".source").innerText(),
      new RegExp(`Classified by ${literal(photosInt8 ? TITLE : "CPU")} with the photo network`),
    );
    await image.locator(".warm", { hasText: /of “.+” \(int8\) over/ }).waitFor();
    const timed = photosInt8 ? /of the photo networks \(int8\) for one garment over/ : /of the photo networks for one/;
    await photo.locator(".warm", { hasText: timed }).waitFor();
    assert.equal(/Photos are classified in f32/.test(await page.locator("#reason").innerText()), !photosInt8);
    await page.close();
  },
);

const without = networks.find(({ testAccuracyInt8 }) => testAccuracyInt8 === null);
const skipWithout = !without && "every network of this site has int8";
if (skipWithout) console.error(`SKIPPED: ${skipWithout}. The refusal was not tested.`);

test("a network without int8 is computed in f32, and the page says why", { skip: skip || skipWithout }, async () => {
  const page = await openOnInt8();
  await page.getByText(`Using ${TITLE}, as you chose.`).first().waitFor();
  await chooseNetwork(page, without?.name ?? "");
  await page
    .getByText(`Using the CPU instead of ${TITLE}. “${without?.name}” has no int8 version: too many`)
    .first()
    .waitFor();
  await pick(page, [sample("test-9-ankle-boot.png")]);
  const card = await settled(page, "test-9-ankle-boot.png");
  assert.deepEqual(
    [await card.getAttribute("data-backend"), await card.getAttribute("data-label")],
    ["cpu", "Ankle boot"],
  );
  await page.close();
});

test("a pool computes in int8 where its options say so", { skip }, async () => {
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
