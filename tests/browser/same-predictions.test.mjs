// `thimble classify` and the browser give the same prediction for the same file.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { drawn, fashionMnistImage } from "./composed.mjs";
import { root, useBrowser } from "./harness.mjs";

/** @import { PhotoPrediction } from "../../www/pool/public.js" */

/** @import { Garment } from "../../pkg/cpu/thimble.js" */

/**
 * What the command line prints for a garment.
 * @typedef {object} PrintedGarment
 * @property {string} label
 * @property {Record<string, number>} probabilities
 * @property {Garment["crop"]} crop
 * @property {Garment["box"]} box
 * @property {number[][]} outline
 * @property {boolean} inverted
 * @property {boolean | null} confident
 * @property {Garment["issue"]} issue
 */

/**
 * What the command line prints for a file.
 * @typedef {object} Printed
 * @property {string | null} label
 * @property {PrintedGarment[]} garments
 */

/** @typedef {Garment & {named: [label: string, share: number][]}} NamedGarment named: the probabilities by class */

/** Photos of people's clothes, images/*.jpg: they are not in the repository. */
const photos = join(process.env.THIMBLE_PHOTOS ?? join(root, "../shared/photos"), "images");
/** The command line, as `cargo build --release` leaves it. */
const thimble =
  process.env.THIMBLE_CLI ?? join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "release/thimble");

const PHOTOS = 200;
const COMPOSED = 60;
/** At least a pixel of the mask, in pixels of a composed photo. */
const MASK_PIXEL = 6;

const noCli = !existsSync(thimble) && `no command line at ${thimble}`;
const noPhotos = noCli || (!existsSync(photos) && `no photos in ${photos}`);
if (noCli)
  console.error(
    `SKIPPED: ${noCli}. It was not compared with the browser; build it with cargo build --release, or set THIMBLE_CLI.`,
  );
if (!noCli && noPhotos)
  console.error(`SKIPPED: ${noPhotos}. The predictions for photos were not compared; set THIMBLE_PHOTOS.`);

const folder = await mkdtemp(join(tmpdir(), "thimble-same-"));
after(() => rm(folder, { recursive: true }));
const browser = useBrowser({ folders: { "/photos/": photos, "/composed/": `${folder}/` } });

/**
 * @param {string} path of the folder on the server
 * @param {string[]} names of files in it
 * @returns {Promise<(Omit<PhotoPrediction, "garments"> & {garments: NamedGarment[]})[]>}
 */
async function inBrowser(path, names) {
  const page = await (await browser.context()).newPage();
  await page.goto(`${browser.origin()}/examples/batch.html`);
  const found = await page.evaluate(async ([base, files]) => {
    /** @type {typeof import("../../www/pool/public.js")} */
    const { ClassifierPool } = await import("../pkg/pool/pool.js".replace("..", location.origin));
    const pool = await ClassifierPool.create({ workers: 1 });
    const predictions = [];
    for (const file of files) {
      const blob = await (await fetch(`${base}${file}`)).blob();
      const prediction = await pool.classify(blob);
      const garments = prediction.garments.map((garment) => ({
        ...garment,
        named: pool.info.labels.map((label, index) => [label, garment.probabilities[index]]),
        outline: garment.outline.map((line) => [...line]),
      }));
      predictions.push({ ...prediction, garments });
    }
    pool.close();
    return predictions;
  }, /** @type {const} */ ([path, names]));
  await page.close();
  return /** @type {any} */ (found);
}

/**
 * @param {string[]} files
 * @returns {Promise<Printed[]>}
 */
async function onCommandLine(files) {
  const { stdout } = await promisify(execFile)(thimble, ["classify", "--json", ...files], {
    maxBuffer: 256 * 1024 * 1024,
  });
  return JSON.parse(stdout);
}

/**
 * @param {NamedGarment} ours
 * @param {PrintedGarment} theirs
 * @returns {number} the largest difference of a probability
 */
function difference({ named }, { probabilities }) {
  return Math.max(...named.map(([label, share]) => Math.abs(share - (probabilities[label] ?? NaN))));
}

test(`${PHOTOS} photos: the same label on 99 % and probabilities to 0.03 on all`, { skip: noPhotos }, async () => {
  const all = (await readdir(photos)).filter((name) => name.endsWith(".jpg")).sort();
  const step = Math.max(1, Math.floor(all.length / PHOTOS));
  const names = all.filter((_, index) => index % step === 0).slice(0, PHOTOS);
  const printed = await onCommandLine(names.map((name) => join(photos, name)));
  const found = await inBrowser("/photos/", names);
  const unlike = found.filter(({ label }, index) => label !== printed[index]?.label);
  const differences = found.flatMap(({ garments }, index) => {
    const others = printed[index]?.garments ?? [];
    assert.equal(garments.length, others.length, `garments of ${names[index]}`);
    return garments.map((garment, at) => difference(garment, /** @type {PrintedGarment} */ (others[at])));
  });
  differences.sort((a, b) => a - b);
  console.log(
    `of ${names.length} photos ${unlike.length} have another label; probabilities differ by ` +
      `${differences[differences.length >> 1]?.toFixed(4)} (median), ${differences.at(-1)?.toFixed(4)} at most`,
  );
  assert.equal(printed.length, names.length);
  assert.ok(unlike.length <= 0.01 * names.length, `${unlike.length} of ${names.length}`);
  assert.ok(
    differences.every((value) => value <= 0.03),
    `the largest differences: ${differences.slice(-12).map((value) => value.toFixed(3))}`,
  );
});

test(
  `${COMPOSED} composed photos: probabilities to 0.001, boxes and outlines to a pixel of the mask`,
  { skip: noCli },
  async () => {
    const names = Array.from({ length: COMPOSED }, (_, index) => `${index}.png`);
    for (const [index, name] of names.entries())
      await writeFile(join(folder, name), index % 6 === 0 ? fashionMnistImage(index) : drawn(index));
    const printed = await onCommandLine(names.map((name) => join(folder, name)));
    const found = await inBrowser("/composed/", names);
    for (const [index, prediction] of found.entries()) {
      const { label, garments } = /** @type {Printed} */ (printed[index]);
      assert.equal(prediction.label, label, names[index]);
      assert.equal(prediction.garments.length, garments.length, names[index]);
      for (const [at, garment] of prediction.garments.entries()) {
        assertSame(garment, /** @type {PrintedGarment} */ (garments[at]), names[index] ?? "");
      }
    }
  },
);

/** @type {(garment: NamedGarment, other: PrintedGarment, name: string) => void} */
function assertSame(garment, other, name) {
  const { label, inverted, confident, issue } = garment;
  assert.deepEqual(
    { label, inverted, confident, issue },
    {
      label: other.label,
      inverted: other.inverted,
      confident: other.confident,
      issue: other.issue,
    },
    name,
  );
  const most = difference(garment, other);
  assert.ok(most <= 0.001, `${name}: a probability differs by ${most}`);
  // The last bits of the networks' outputs differ, which may move the edge of a mask by a pixel of it.
  for (const key of /** @type {const} */ (["cx", "cy", "width", "height", "angle"])) {
    const gap = Math.abs(garment.box[key] - other.box[key]);
    assert.ok(gap < MASK_PIXEL, `${name}: ${key} of the box differs by ${gap}`);
  }
  for (const key of /** @type {const} */ (["x", "y", "width", "height"])) {
    const gap = Math.abs(garment.crop[key] - other.crop[key]);
    assert.ok(gap < MASK_PIXEL, `${name}: ${key} of the crop differs by ${gap}`);
  }
  assert.equal(garment.outline.length, other.outline.length, name);
  const [ours, theirs] = [garment.outline, other.outline].map((lines) =>
    lines.reduce((sum, line) => sum + area(line), 0),
  );
  assert.ok(
    Math.abs((ours ?? 0) - (theirs ?? 0)) <= 0.01 * (theirs ?? 0),
    `${name}: the outline has ${ours}, not ${theirs}`,
  );
}

/**
 * @param {ArrayLike<number>} line x, y, x, y, …
 * @returns {number} the area that it encloses
 */
function area(line) {
  let sum = 0;
  for (let at = 0; at < line.length; at += 2) {
    const place = (/** @type {number} */ index) => line[index % line.length] ?? NaN;
    sum += place(at) * place(at + 3) - place(at + 2) * place(at + 1);
  }
  return Math.abs(sum) / 2;
}
