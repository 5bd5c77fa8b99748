// Writes the figures in the documents below, between their two markers, from the files that
// commands wrote; bench/README.md names each file and its command.
//
// Usage: npm run figures. A test checks that the documents show what these files say.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { browserTables, nativeTables } from "./engines.mjs";
import { facts } from "./fields.mjs";
import { photoFigures, photoTables } from "./photos.mjs";
import { readmeFigures } from "./readme.mjs";
import { json, kilobytes, percent, processorOf, range, result, root, table, together } from "./table.mjs";

const START = "<!-- figures: npm run figures -->";
const END = "<!-- end of figures -->";

/** The cards of the networks in model/, the most accurate first. */
async function cards() {
  const files = await readdir(join(root, "model"));
  // The networks for photos have one report together.
  const names = files.filter((file) => file.endsWith(".bpk") && files.includes(file.replace(".bpk", ".json")));
  const cards = await Promise.all(names.map((file) => json(`model/${file.replace(".bpk", ".json")}`)));
  return cards.sort((a, b) => b.mean_test_accuracy - a.mean_test_accuracy);
}

/** The documents with figures: paths below the project, and what stands in each. */
export const documents = {
  "README.md": readmeFigures,
  "docs/results.md": async () => [
    ...(await networks()),
    "## Photos",
    "The networks for photos, on pictures that they never saw (model/photos.json).",
    await photoFigures(),
    ...(await browserTables()),
    ...(await nativeTables()),
    ...(await ownTimes()),
    ...(await page()),
    ...(await training()),
    ...(await convolutions()),
  ],
  "docs/photos.md": async () => [await photoFigures(), await photoTables()],
  "docs/experiments.md": async () => [await ablations()],
  // Without the heading and the sentence below it.
  "model/README.md": async () => [(await networks()).at(-1) ?? "", await photoFigures()],
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

/** Accuracy and cost of training. */
async function networks() {
  const rows = [];
  for (const card of await cards()) {
    const { int8 } = facts(card);
    const seeds = card.seeds
      .map((/** @type {any} */ seed) => `${percent(seed.test_accuracy)} (seed ${seed.seed})`)
      .join(", ");
    rows.push([
      card.name,
      card.parameters.toLocaleString("en"),
      `${(card.macs / 1e6).toFixed(2)} M`,
      percent(card.mean_test_accuracy),
      seeds,
      `seed ${card.seed}: ${percent(card.test.accuracy)}, loss ${card.test.loss.toFixed(4)}, ECE ${percent(card.test.ece)}`,
      int8?.kept ? percent(int8.test_accuracy) : "",
      `${card.train_seconds.toFixed(0)} s, ${card.threads} threads`,
    ]);
  }
  const head = [
    "network",
    "parameters",
    "multiply-accumulates",
    "test accuracy, mean",
    "every seed",
    "shipped",
    "shipped, int8",
    "training",
  ];
  return [
    "## Networks",
    "Each network's accuracy on the 10,000 test images (model/NAME.json); the last column is the time of one seed's training.",
    table(head, rows),
  ];
}

/** Steps of training beside PyTorch's. */
async function training() {
  const report = await json(result("training.json"));
  const micros = (/** @type {any} */ spread) => range(spread, (value) => value.toFixed(0));
  const cells = report.rows.map((/** @type {any} */ row) => [
    row.network,
    String(row.batch),
    micros(row.thimble),
    micros(row.pytorch),
    row.ratio.toFixed(2),
  ]);
  return [
    "## Training",
    `Forward, backward and Adam in 32-bit floats, ${report.threads} threads, taking turns: \`bench/pytorch/training.py\`, on ${processorOf(report)}. µs an input.`,
    table(
      [
        "network",
        "batch",
        `thimble-train (burn ${report.burn})`,
        `PyTorch ${report.pytorch}`,
        "PyTorch's time over ours",
      ],
      cells,
    ),
  ];
}

/** The kernels of training beside burn's. */
async function convolutions() {
  const report = await json(result("convolutions.json"));
  const engine = (/** @type {any} */ { us_per_image: micros, gflops }) =>
    `${range(micros, (value) => value.toFixed(0))}, ${gflops.toFixed(0)} GFLOP/s`;
  const cells = report.rows.map((/** @type {any} */ row) => [
    row.layer,
    String(row.batch),
    engine(row.thimble),
    engine(row["burn-flex"]),
  ]);
  return [
    "## 3x3 convolutions",
    `Forward and backward, beside the convolution of burn's flex device: \`bench --convolutions\`, ${report.threads} threads, on ${processorOf(report)}. µs an input.`,
    table(["layer", "batch", "thimble", "burn-flex"], cells),
  ];
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
  // The temperature is fitted on the very images, and changes no label.
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
  const head = [...differing, "validation accuracy", "loss", "time"].map((key) =>
    key.replace("architecture.residual.", ""),
  );
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
 * The engines' ids of the package's backends.
 * @type {Record<string, string>}
 */
const ENGINES = { cpu: "thimble", "cpu-int8": "thimble-int8" };

/** µs an input of every network, without peers. */
async function ownTimes() {
  const native = await json(result("native.json"));
  const browser = await json(result("page.json"));
  const nativeRows = native.rows.map((/** @type {any} */ row) => [
    row.network,
    row.engine,
    String(row.batch),
    row.us_per_image.median.toFixed(0),
  ]);
  const browserRows = browser.backends.map((/** @type {any} */ { network, backend, batch1, batch64 }) => [
    network,
    ENGINES[backend] ?? `burn-${backend}`,
    backend in ENGINES ? "cpu" : "webgpu",
    (batch1 * 1000).toFixed(0),
    (batch64 * 1000).toFixed(0),
  ]);
  return [
    "## Every network",
    `Natively: \`bench --json\`, ${native.threads} threads, on ${processorOf(native)}. µs an input, the median.`,
    table(["network", "engine", "batch", "µs an input"], nativeRows),
    `In the browser, without relaxed SIMD: \`npm run measure\`, one thread, Chromium ${browser.browser}, on ${processorOf({ machine: "the same machine", ...browser })}. The package \`cpu\` is slower than \`cpu-relaxed\` above, in int8 most of all: it has no dot product of int8. µs an input, the median.`,
    table(["network", "engine", "package", "batch 1", "batch 64"], browserRows),
  ];
}

/** What the page loads, and how soon it answers. */
async function page() {
  const { files, firstPrediction } = await json(result("page.json"));
  const rows = files.map((/** @type {any} */ { file, bytes, brotli }) => [file, kilobytes(bytes), kilobytes(brotli)]);
  rows.push(["together", together(files, "bytes"), together(files, "brotli")]);
  return [
    "## The page",
    `What it loads before the first answer (\`npm run measure\`). From navigation to that answer, nothing cached, over loopback: ${firstPrediction.toFixed(0)} ms (median).`,
    table(["file", "raw", "brotli"], rows),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const path of /** @type {(keyof typeof documents)[]} */ (Object.keys(documents))) {
    await writeFile(join(root, path), (await withFigures(path)).right);
  }
}
