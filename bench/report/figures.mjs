// Writes the figures in README.md and model/README.md, between their two markers, from the files that
// commands wrote:
//
//   model/*.json          thimble train
//   model/ablations.json  node docs/ablations.mjs RUNS
//   model/photos.json     thimble tune --photos DIR, thimble evaluate --photos DIR
//   model/photo-trials.json  node docs/photo-trials.mjs OUT...
//   docs/native.json      thimble bench --json
//   docs/training.json    python docs/pytorch.py target/release/thimble
//   docs/browser.json     npm run measure
//   docs/bench.json       cargo xtask bench
//   docs/bench-pytorch.json  python docs/pytorch-bench.py target/release/thimble
//
// Usage: npm run figures. A test checks that both show what these files say.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bench } from "./figures-bench.mjs";
import { photoCutouts, photoFigures, photoTables, photoTrials } from "./figures-photos.mjs";
import { json, kilobytes, percent, root, table } from "./figures-table.mjs";

const START = "<!-- figures: npm run figures -->";
const END = "<!-- end of figures -->";

/** The documents with figures: paths below the project, and what stands in each. */
export const documents = {
  "README.md": async () => [await networks(), await photoFigures(), ...(await bench()), await training(), await times(), await loading()],
  "model/README.md": async () => [await photoFigures(), await photoTables(), await photoCutouts(), await photoTrials(), await ablations()],
};

/**
 * @param {keyof typeof documents} path
 * @returns {Promise<{found: string, right: string}>} the document's text as it is, and with today's figures
 */
export async function withFigures(path) {
  const found = await readFile(join(root, path), "utf8");
  const [start, end] = [found.indexOf(START), found.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`${path} has no lines "${START}" and "${END}"`);
  const parts = await documents[path]();
  return { found, right: `${found.slice(0, start + START.length)}\n${parts.join("\n\n")}\n${found.slice(end)}` };
}

/** Accuracy and training. */
async function networks() {
  const rows = [];
  for (const name of ["thimble", "thimble-tiny", "thimble-small", "thimble-medium", "thimble-teacher", "thimble-teacher-2", "paper", "paper-plus"]) {
    if (!existsSync(join(root, `model/${name}.json`))) continue;
    const card = await json(`model/${name}.json`);
    const seeds = card.seeds.map((/** @type {any} */ seed) => `${percent(seed.test_accuracy)} (seed ${seed.seed})`).join(", ");
    rows.push([
      card.name,
      card.parameters.toLocaleString("en"),
      `${(card.macs / 1e6).toFixed(2)} M`,
      percent(card.mean_test_accuracy),
      seeds,
      `seed ${card.seed}: ${percent(card.test.accuracy)}, loss ${card.test.loss.toFixed(4)}, ECE ${percent(card.test.ece)}`,
      `${card.train_seconds.toFixed(0)} s, ${card.threads} threads`,
    ]);
  }
  const head = ["network", "parameters", "multiply-accumulates", "test accuracy, mean", "every seed", "shipped", "training"];
  return table(head, rows);
}

/** Steps of training beside PyTorch's. */
async function training() {
  const { machine, threads, pytorch, burn, rows } = await json("docs/training.json");
  const micros = (/** @type {any} */ { median, min, max }) => `${median.toFixed(0)} (${min.toFixed(0)} to ${max.toFixed(0)})`;
  const cells = rows.map((/** @type {any} */ row) => [
    row.network,
    String(row.batch),
    micros(row.thimble),
    micros(row.pytorch),
    `${row.ratio.toFixed(2)} times faster`,
  ]);
  const head = ["training: network", "batch", `µs an image here (burn ${burn})`, `PyTorch ${pytorch}`, "here"];
  return `${table(head, cells)}\n\nForward, backward and Adam, 32-bit floats, ${threads} threads, taking turns; on ${machine}.`;
}

/** The short runs, a table for each number of images that they had. */
async function ablations() {
  const runs = await json("model/ablations.json");
  const sizes = new Set(runs.map((/** @type {any} */ run) => run.images));
  return [...sizes].map((size) => compared(runs.filter((/** @type {any} */ run) => run.images === size))).join("\n\n");
}

/**
 * Runs by what tells them apart.
 * @param {any[]} runs
 */
function compared(runs) {
  /** @type {Record<string, any>[]} */
  const flat = runs.map((run) => ({ images: run.images, seed: run.seed, ...flattened(run.recipe) }));
  // The temperature is fitted on the very pictures, and changes no label.
  const keys = Object.keys(Object.assign({}, ...flat)).filter((key) => key !== "calibrate");
  const differing = keys.filter((key) => new Set(flat.map((/** @type {any} */ row) => row[key])).size > 1);
  const cells = runs.map((/** @type {any} */ { validation, train_seconds }, /** @type {number} */ index) => [
    ...differing.map((key) => String(flat[index]?.[key] ?? "")),
    percent(validation.accuracy),
    validation.loss.toFixed(4),
    `${train_seconds.toFixed(0)} s`,
  ]);
  const same = keys.filter((key) => !differing.includes(key) && key !== "name");
  const rest = same.map((key) => `${key} ${flat[0]?.[key]}`).join(", ");
  const head = [...differing, "validation accuracy", "loss", "time"].map((key) => key.replace("architecture.residual.", ""));
  return `${table(head, cells)}\n\nThe same for all: ${rest}.`;
}

/**
 * A recipe with one name for each value, dots between the names on the way.
 * @param {Record<string, any>} values
 * @param {string} prefix
 * @returns {Record<string, string>}
 */
function flattened(values, prefix = "") {
  const entries = Object.entries(values).map(([key, value]) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.entries(flattened(value, `${prefix}${key}.`))
      : [[`${prefix}${key}`, Array.isArray(value) ? value.join("-") : String(value)]],
  );
  return Object.fromEntries(entries.flat());
}

/**
 * What the project's own backends are called.
 * @type {Record<string, string>}
 */
const KERNELS = { cpu: "thimble", "cpu-int8": "thimble, 8-bit integers" };

/** Microseconds an image. */
async function times() {
  const native = await json("docs/native.json");
  const browser = await json("docs/browser.json");
  const rows = native.rows.map((/** @type {any} */ row) => [
    row.network,
    `${row.engine}, native, ${native.threads} threads`,
    String(row.batch),
    row.us_per_image.median.toFixed(0),
  ]);
  for (const { network, backend, batch1, batch64 } of browser.backends) {
    const engine = `${KERNELS[backend] ?? `burn-${backend}`}, browser, 1 thread`;
    rows.push([network, engine, "1", (batch1 * 1000).toFixed(0)], [network, engine, "64", (batch64 * 1000).toFixed(0)]);
  }
  return `${table(["network", "engine", "batch", "µs an image, median"], rows)}\n\nOn ${native.machine}; Chromium ${browser.browser}, with the package that does without relaxed SIMD.`;
}

/** What the page loads, and how soon it answers. */
async function loading() {
  const { files, firstVerdict } = await json("docs/browser.json");
  const rows = files.map((/** @type {any} */ { file, bytes, brotli }) => [file, kilobytes(bytes), kilobytes(brotli)]);
  const sum = (/** @type {"bytes" | "brotli"} */ key) => kilobytes(files.reduce((/** @type {number} */ all, /** @type {any} */ file) => all + file[key], 0));
  rows.push(["together", sum("bytes"), sum("brotli")]);
  const sentence = `From navigation to the first answer, nothing cached, over loopback: ${firstVerdict.toFixed(0)} ms (median).`;
  return `${table(["loaded before the first answer", "raw", "brotli"], rows)}\n\n${sentence}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const path of /** @type {(keyof typeof documents)[]} */ (Object.keys(documents))) {
    await writeFile(join(root, path), (await withFigures(path)).right);
  }
}
