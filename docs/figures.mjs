// Writes the figures in README.md, between its two markers, from the files that commands wrote:
//
//   model/*.json        thimble train
//   docs/native.json    thimble bench --json
//   docs/browser.json   npm run measure
//
// Usage: npm run figures. A test checks that README.md shows what these files say.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const START = "<!-- figures: npm run figures -->";
const END = "<!-- end of figures -->";

/**
 * @param {string} readme the text of README.md
 * @returns {Promise<string>} the same with today's figures
 */
export async function withFigures(readme) {
  const [start, end] = [readme.indexOf(START), readme.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`README.md has no lines "${START}" and "${END}"`);
  const parts = [await networks(), await times(), await loading()];
  return `${readme.slice(0, start + START.length)}\n${parts.join("\n\n")}\n${readme.slice(end)}`;
}

/** @param {string} path below the project */
async function json(path) {
  return JSON.parse(await readFile(join(root, path), "utf8"));
}

/** Accuracy and training. */
async function networks() {
  const rows = [];
  for (const name of ["paper", "paper-plus"]) {
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

/** Microseconds an image. */
async function times() {
  const native = await json("docs/native.json");
  const browser = await json("docs/browser.json");
  const rows = native.rows.map((/** @type {any} */ row) => [
    `${row.engine}, native, ${native.threads} threads`,
    String(row.batch),
    row.us_per_image.median.toFixed(0),
  ]);
  for (const { backend, batch1, batch64 } of browser.backends) {
    const engine = `burn-${backend}, browser, 1 thread`;
    rows.push([engine, "1", (batch1 * 1000).toFixed(0)], [engine, "64", (batch64 * 1000).toFixed(0)]);
  }
  return `${table(["engine (network: paper)", "batch", "µs an image, median"], rows)}\n\nOn ${native.machine}; Chromium ${browser.browser}.`;
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

/** @param {number} share 0 to 1 */
function percent(share) {
  return `${(share * 100).toFixed(2)} %`;
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} KB`;
}

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = join(root, "README.md");
  await writeFile(path, await withFigures(await readFile(path, "utf8")));
}
