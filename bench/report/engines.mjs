// Tables of bench/results/browser.json, pytorch.json and native-peers.json: engines side by side.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { json, kilobytes, percent, processorOf, range, result, root, table } from "./table.mjs";

/** @typedef {{median: number, min: number, max: number}} Spread */
/** @typedef {{engine: string, package?: string, network: string, threads: number, batch: number, us_per_image: Spread, fma_share?: number}} Row */

/**
 * @param {{engine: string}} row
 * @returns {boolean} whether it is a peer: neither the project's kernels nor burn, which the project runs on
 */
export function isPeer({ engine }) {
  return !/^(thimble|burn)/.test(engine);
}

/**
 * @param {Row[]} rows
 * @param {{network: string, batch: number, threads: number}} like
 * @param {(row: Row) => boolean} [which]
 * @returns {Row | undefined} the peer with the lowest median for a network, a batch size and a number of threads
 */
export function fastestPeer(rows, { network, batch, threads }, which = () => true) {
  const peers = rows.filter(
    (row) => isPeer(row) && row.network === network && row.batch === batch && row.threads === threads && which(row),
  );
  return peers.sort((a, b) => a.us_per_image.median - b.us_per_image.median)[0];
}

/** @param {{engine: string}} row */
const isFloat = ({ engine }) => !engine.endsWith("-int8");

/** @returns {Promise<string[]>} the browser's part of the results */
export async function browserTables() {
  const report = await json(result("browser.json"));
  await checkPlot();
  return [
    "## In the browser",
    await conditions(report),
    "![Inputs a second of each engine](bench.svg)",
    "### Beside the fastest peer, one thread",
    advantage(report.rows),
    "### Every engine",
    "µs an input: the median, in brackets the fastest and the slowest round.",
    engines(report.rows),
    "### The whole test set",
    "From the grey bytes of all 10,000 inputs to their labels, in batches of 64.",
    wholeTestSet(report.test_set),
    "### From nothing",
    "From navigation to the first logits of one engine in a worker, nothing cached, over loopback.",
    coldStarts(report),
  ];
}

/** @returns {Promise<string[]>} the native part of the results */
export async function nativeTables() {
  const pytorch = await json(result("pytorch.json"));
  return [
    "## Natively",
    ...(await besidePeers()),
    `PyTorch ${pytorch.pytorch} alone, at more batch sizes: \`bench/pytorch/inference.py\`, ${pytorch.date}, on ${processorOf(pytorch)}.`,
    engines(pytorch.rows),
    wholeTestSet(pytorch.test_set),
  ];
}

/** @returns {Promise<string[]>} the native peers; none where they were not measured yet */
async function besidePeers() {
  if (!existsSync(join(root, result("native-peers.json")))) return [];
  const { rows, ...report } = await json(result("native-peers.json"));
  const versions = Object.entries(report.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
  return [
    `The project's kernels beside other engines, taking turns: \`node bench/native/run.mjs\`, ${report.date}, on ${processorOf(report)}; ${versions}. Medians of ${report.rounds} rounds.`,
    advantage(rows),
    engines(rows),
  ];
}

/** The plot is drawn with the bench's own packages, so here it is only looked at. */
async function checkPlot() {
  const svg = await readFile(join(root, "docs/bench.svg"), "utf8").catch(() => "");
  const report = await readFile(join(root, result("browser.json")), "utf8");
  if (!svg.includes(createHash("sha256").update(report).digest("hex"))) {
    throw new Error(
      "docs/bench.svg was not drawn from this bench/results/browser.json: run `node bench/report/plot.mjs`",
    );
  }
}

/**
 * The project's kernels beside the fastest peer with floats and the fastest of all, on as many threads.
 * @param {Row[]} rows
 */
function advantage(rows) {
  const ours = rows.filter((row) => row.threads === 1 && row.engine.startsWith("thimble"));
  const hasPackages = ours.some((row) => row.package);
  const hasShares = ours.some((row) => row.fma_share !== undefined);
  const cells = ours.map((row) => [
    row.network,
    row.engine,
    ...(hasPackages ? [row.package ?? ""] : []),
    String(row.batch),
    micros(row),
    ...[isFloat, undefined].flatMap((which) => beside(row, fastestPeer(rows, row, which))),
    ...(hasShares ? [row.fma_share === undefined ? "" : percent(row.fma_share, 0)] : []),
  ]);
  const head = [
    "network",
    "engine",
    ...(hasPackages ? ["package"] : []),
    "batch",
    "µs an input",
    "fastest peer with floats",
    "its time",
    "fastest of all peers",
    "its time",
  ];
  return table([...head, ...(hasShares ? ["of the peak of multiply-adds"] : [])], cells);
}

/**
 * @param {Row} ours
 * @param {Row | undefined} peer
 * @returns {string[]} two cells
 */
function beside(ours, peer) {
  if (!peer) return ["", ""];
  return [
    `${peer.engine}: ${micros(peer)}`,
    `${(peer.us_per_image.median / ours.us_per_image.median).toFixed(2)} times ours`,
  ];
}

/**
 * Every engine at every batch size.
 * @param {Row[]} rows
 */
function engines(rows) {
  const batches = [...new Set(rows.map(({ batch }) => batch))].sort((a, b) => a - b);
  const key = (/** @type {Row} */ row) => [row.network, row.engine, row.package, row.threads].join();
  const lines = new Map(rows.map((row) => [key(row), row]));
  const hasPackages = rows.some((row) => row.package);
  const cells = [...lines].map(([line, { network, engine, package: folder, threads }]) => [
    network,
    engine,
    ...(hasPackages ? [folder ?? ""] : []),
    String(threads),
    ...batches.map((batch) => {
      const row = rows.find((one) => key(one) === line && one.batch === batch);
      return row ? range(row.us_per_image, digits) : "";
    }),
  ]);
  cells.sort((a, b) => (a[0] ?? "").localeCompare(b[0] ?? ""));
  return table(
    ["network", "engine", ...(hasPackages ? ["package"] : []), "threads", ...batches.map((batch) => `batch ${batch}`)],
    cells,
  );
}

/**
 * What the browser's figures hold for.
 * @param {any} report
 */
async function conditions(report) {
  const { date, versions, rounds, fma_peak: peaks, cores, adapter, left_out: leftOut } = report;
  const named = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
  const rate = (/** @type {{one: Spread}} */ { one }) => one.median.toFixed(1);
  const gpu = adapter ? `Graphics adapter: ${adapter}.` : "No graphics adapter.";
  const missing = leftOut.map((/** @type {any} */ { engine, reason }) => `${engine} (${reason})`);
  return [
    `\`cargo xtask bench\`, ${date}, on ${processorOf(report)}; ${named}.`,
    `Medians of ${rounds} rounds in which the engines take turns; [bench/README.md](../bench/README.md) says how.`,
    "The package `cpu-relaxed` is for browsers with relaxed SIMD, `cpu` for all others.",
    `Peak of multiply-adds in WebAssembly: ${rate(peaks.relaxed)} GFLOP/s on one thread, ${peaks.relaxed.all.median.toFixed(1)} on ${cores}; ${rate(peaks.simd128)} without relaxed SIMD; ${rate(peaks.dot)} 10^9 operations a second of its int8 dot product. An engine's share of the peak counts the multiplications and additions of the direct convolution, of int8 too.`,
    gpu,
    ...(missing.length > 0 ? [`Left out: ${missing.join(", ")}.`] : []),
  ].join(" ");
}

/** @param {{engine: string, package?: string, network: string, workers: number, seconds: number, accuracy: number}[]} rows */
function wholeTestSet(rows) {
  const hasPackages = rows.some((row) => row.package);
  const cells = rows.map(({ network, engine, package: folder, workers, seconds, accuracy }) => [
    network,
    engine,
    ...(hasPackages ? [folder ?? ""] : []),
    String(workers),
    `${seconds.toFixed(2)} s`,
    percent(accuracy),
  ]);
  cells.sort((a, b) => (a[0] ?? "").localeCompare(b[0] ?? ""));
  return table(
    ["network", "engine", ...(hasPackages ? ["package"] : []), "workers or threads", "time", "test accuracy"],
    cells,
  );
}

/** @param {any} report */
function coldStarts({ cold_start: starts }) {
  const time = (/** @type {Spread} */ spread) => range(spread, (value) => value.toFixed(0));
  const cells = starts.map((/** @type {any} */ { network, engine, package: folder, bytes_brotli: bytes, ms }) => [
    network,
    engine,
    folder ?? "",
    kilobytes(bytes),
    time(ms),
  ]);
  return table(["network", "engine", "package", "loaded, brotli", "ms"], cells);
}

/** @param {Row} row */
function micros({ us_per_image: { median } }) {
  return digits(median);
}

/** @param {number} value microseconds */
function digits(value) {
  return value.toFixed(value < 100 ? 1 : 0);
}
