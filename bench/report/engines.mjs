// The figures of docs/bench.json and docs/bench-pytorch.json: engines side by side.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { kilobytes, percent, root, table } from "./figures-table.mjs";

/** @typedef {{median: number, min: number, max: number}} Spread */
/** @typedef {{engine: string, network: string, threads: number, batch: number, us_per_image: Spread, fma_share?: number}} Row */
/** @typedef {{engine: string, network: string, workers: number, seconds: number, accuracy: number}} TestSet */

const OURS = ["thimble", "thimble-int8"];
const PEERS = ["onnxruntime-web-wasm", "tensorflow.js-wasm"];

/** @returns {Promise<string[]>} parts of the document; none where nothing was measured yet */
export async function bench() {
  if (!existsSync(join(root, "docs/bench.json"))) return [];
  const text = await readFile(join(root, "docs/bench.json"), "utf8");
  await checkPlot(text);
  const report = JSON.parse(text);
  const pytorch = existsSync(join(root, "docs/bench-pytorch.json")) ? JSON.parse(await readFile(join(root, "docs/bench-pytorch.json"), "utf8")) : null;
  return [
    "![Pictures a second of each engine](docs/bench.svg)",
    advantage(report.rows),
    engines([...report.rows, ...(pytorch?.rows ?? [])]),
    conditions(report, pytorch),
    wholeTestSet([...report.test_set, ...(pytorch?.test_set ?? [])]),
    coldStarts(report),
  ];
}

/**
 * The plot is drawn with the bench's own packages, so here it is only looked at.
 * @param {string} report
 */
async function checkPlot(report) {
  const svg = await readFile(join(root, "docs/bench.svg"), "utf8").catch(() => "");
  if (!svg.includes(createHash("sha256").update(report).digest("hex"))) {
    throw new Error("docs/bench.svg was not drawn from this docs/bench.json: run `node tests/bench/plot.mjs`");
  }
}

/**
 * How much faster than the faster of the peers, on one thread.
 * @param {Row[]} rows
 */
function advantage(rows) {
  const single = rows.filter(({ threads }) => threads === 1);
  const cells = single.filter(({ engine }) => OURS.includes(engine)).map(({ engine, network, batch, us_per_image: micros, fma_share: share }) => {
    const others = single.filter((row) => row.network === network && row.batch === batch && PEERS.includes(row.engine));
    const [fastest] = others.sort((a, b) => a.us_per_image.median - b.us_per_image.median);
    const ratio = fastest ? fastest.us_per_image.median / micros.median : NaN;
    return [network, engine, String(batch), digits(micros.median), `${fastest?.engine}: ${digits(fastest?.us_per_image.median ?? NaN)}`, `${ratio.toFixed(2)} times its speed`, share === undefined ? "" : percent(share, 0)];
  });
  const head = ["network", "here", "batch", "µs a picture here", "the faster peer", "ours", "of the peak of multiply-adds"];
  return table(head, cells);
}

/**
 * Every engine at every batch size.
 * @param {Row[]} rows
 */
function engines(rows) {
  const batches = [...new Set(rows.map(({ batch }) => batch))].sort((a, b) => a - b);
  const lines = new Map(rows.map((row) => [`${row.network} ${row.engine} ${row.threads}`, row]));
  const cells = [...lines.values()].map(({ network, engine, threads }) => [
    network,
    engine,
    String(threads),
    ...batches.map((batch) => {
      const row = rows.find((one) => one.network === network && one.engine === engine && one.threads === threads && one.batch === batch);
      return row ? `${digits(row.us_per_image.median)} (${digits(row.us_per_image.min)} to ${digits(row.us_per_image.max)})` : "";
    }),
  ]);
  cells.sort((a, b) => (a[0] ?? "").localeCompare(b[0] ?? ""));
  return table(["network", "engine", "threads", ...batches.map((batch) => `batch ${batch}, µs a picture`)], cells);
}

/**
 * What the figures hold for.
 * @param {any} report
 * @param {any} pytorch
 */
function conditions(report, pytorch) {
  const { machine, date, versions, rounds, fma_peak_gflops: peak, fma_peak: peaks, cores, adapter, left_out: leftOut } = report;
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");
  // Of figures from before there was this loop there is none.
  const integers = peaks.dot ? `; ${peaks.dot.one.median.toFixed(1)} 10^9 operations a second of its dot product of 8-bit integers` : "";
  const all = `${peak.toFixed(1)} GFLOP/s on one thread, ${peaks.relaxed.all.median.toFixed(1)} on ${cores} (${peaks.simd128.one.median.toFixed(1)} without relaxed SIMD${integers})`;
  const gpu = adapter ? `Graphics adapter: ${adapter}.` : "No graphics adapter.";
  const missing = leftOut.map((/** @type {any} */ { engine, reason }) => `${engine} (${reason})`);
  const out = missing.length > 0 ? ` Left out: ${missing.join(", ")}.` : "";
  const native = pytorch ? ` PyTorch ${pytorch.pytorch} natively, on ${pytorch.machine}, ${pytorch.date}.` : "";
  return `${machine}, ${date}; ${named}. Medians of ${rounds} rounds in turns, in brackets the fastest and the slowest. Peak of multiply-adds in WebAssembly: ${all}. ${gpu}${out}${native}`;
}

/** @param {TestSet[]} rows */
function wholeTestSet(rows) {
  const cells = rows.map(({ network, engine, workers, seconds, accuracy }) => [network, engine, String(workers), `${seconds.toFixed(2)} s`, percent(accuracy)]);
  cells.sort((a, b) => (a[0] ?? "").localeCompare(b[0] ?? ""));
  return table(["network", "engine", "workers or threads", "the 10,000 test images", "right"], cells);
}

/** @param {any} report */
function coldStarts({ cold_start: starts, first_load: first }) {
  const cells = starts.map((/** @type {any} */ { network, engine, bytes_brotli: bytes, ms }) => [network, engine, kilobytes(bytes), `${ms.median.toFixed(0)} ms (${ms.min.toFixed(0)} to ${ms.max.toFixed(0)})`]);
  cells.push([first.network, "the whole page", kilobytes(first.bytes_brotli), `${first.ms.toFixed(0)} ms (${first.min.toFixed(0)} to ${first.max.toFixed(0)})`]);
  return table(["network", "engine, alone in a worker", "loaded, brotli", "from navigation to the first result, nothing cached"], cells);
}

/** @param {number} value microseconds */
function digits(value) {
  return value.toFixed(value < 100 ? 1 : 0);
}
