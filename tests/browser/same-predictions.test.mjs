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

/**
 * What the command line prints for a file.
 * @typedef {object} Printed
 * @property {string} label
 * @property {Record<string, number>} probabilities
 * @property {PhotoPrediction["crop"]} crop
 * @property {PhotoPrediction["box"]} box
 * @property {number[][]} outline
 * @property {boolean} inverted
 * @property {boolean | null} confident
 * @property {PhotoPrediction["issue"]} issue
 */

/** Photos of people's clothes, images/*.jpg: they are not in the repository. */
const photos = join(process.env.THIMBLE_PHOTOS ?? join(root, "../shared/photos"), "images");
/** The command line, as `cargo build --release` leaves it. */
const thimble =
  process.env.THIMBLE_CLI ?? join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "release/thimble");

const PHOTOS = 200;
const COMPOSED = 60;

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
 * @returns {Promise<(PhotoPrediction & {named: [label: string, share: number][]})[]>} named: the probabilities by class
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
      const named = pool.info.labels.map((label, index) => [label, prediction.probabilities[index]]);
      predictions.push({ ...prediction, named, outline: prediction.outline.map((line) => [...line]) });
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
 * @param {{named: [label: string, share: number][]}} ours
 * @param {Printed} theirs
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
  const differences = found.map((prediction, index) => difference(prediction, /** @type {Printed} */ (printed[index])));
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

test(`${COMPOSED} composed photos: the same to 0.001, box and outline too`, { skip: noCli }, async () => {
  const names = Array.from({ length: COMPOSED }, (_, index) => `${index}.png`);
  for (const [index, name] of names.entries())
    await writeFile(join(folder, name), index % 6 === 0 ? fashionMnistImage(index) : drawn(index));
  const printed = await onCommandLine(names.map((name) => join(folder, name)));
  const found = await inBrowser("/composed/", names);
  for (const [index, prediction] of found.entries()) {
    const other = /** @type {Printed} */ (printed[index]);
    const { label, crop, inverted, confident, issue } = prediction;
    assert.deepEqual(
      { label, crop, inverted, confident, issue },
      {
        label: other.label,
        crop: other.crop,
        inverted: other.inverted,
        confident: other.confident,
        issue: other.issue,
      },
      names[index],
    );
    const most = difference(prediction, other);
    assert.ok(most <= 0.001, `${names[index]}: a probability differs by ${most}`);
    for (const key of /** @type {const} */ (["cx", "cy", "width", "height", "angle"])) {
      assert.ok(Math.abs(prediction.box[key] - other.box[key]) < 0.01, `${names[index]}: ${key} of the box`);
    }
    assert.equal(prediction.outline.length, other.outline.length, names[index]);
    for (const [at, line] of prediction.outline.entries()) {
      assert.equal(line.length, other.outline[at]?.length, names[index]);
      line.forEach((place, coordinate) =>
        assert.ok(Math.abs(place - (other.outline[at]?.[coordinate] ?? NaN)) < 0.06, names[index]),
      );
    }
  }
});
