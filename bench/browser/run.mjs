// Measures the project's engine beside others in Chromium and writes docs/bench.json. `cargo xtask bench` runs it with
// everything that it needs: tests/bench/README.md says what is measured and how.
//
// Usage: node tests/bench/run.mjs [--check] THIMBLE
//   THIMBLE   the command line's program, which exports the weights
//   --check   compare the engines' logits and run each once, on graphics adapters in software too; write nothing
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { firstVerdict } from "../browser/first-verdict.mjs";
import { readJson, root, site, siteNetworks } from "../browser/harness.mjs";
import { serve } from "../browser/server.mjs";
import { testSet } from "../browser/test-set.mjs";
import { launch, takeStock } from "./browser.mjs";
import { CHECK, entries, FULL, NETWORKS } from "./catalogue.mjs";
import { coldStart } from "./cold.mjs";
import { closeAll, compareLogits, openAll, timeBatches, timeTestSet } from "./measure.mjs";
import { Loops } from "./peak.mjs";
import { drawPlot } from "./plot.mjs";
import { ISOLATION, makeSite } from "./site.mjs";

const { values: options, positionals } = parseArgs({ options: { check: { type: "boolean", default: false } }, allowPositionals: true });
const [thimble] = positionals;
if (!thimble) throw new Error("usage: node tests/bench/run.mjs [--check] THIMBLE, the command line's program");

const { batches, rounds, coldRounds, compared } = options.check ? CHECK : FULL;
const started = performance.now();
const cores = availableParallelism();
const { pictures, labels } = await testSet();
const folder = await mkdtemp(join(tmpdir(), "thimble-bench-"));
const folders = await makeSite(folder, { thimble, networks: NETWORKS, pictures });
const server = await serve(folders, ISOLATION);
const pageServer = await serve({ "/": site });
const browser = await launch(options.check);
try {
  const report = await measure(server.origin);
  if (!options.check) {
    await writeFile(join(root, "docs/bench.json"), `${JSON.stringify(report, null, 2)}\n`);
    await drawPlot();
  }
  say(`done in ${((performance.now() - started) / 1000).toFixed(0)} s`);
} finally {
  await browser.close();
  await server.close();
  await pageServer.close();
  await rm(folder, { recursive: true });
}

/** @param {string} origin of the bench's server */
async function measure(origin) {
  const page = await (await browser.newContext()).newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && say(`the page says: ${message.text()}`));
  await page.goto(`${origin}/`);
  await page.waitForFunction("globalThis.bench && crossOriginIsolated");
  const { present, leftOut, adapter } = await takeStock(page, entries(cores), origin, options.check);
  for (const { entry, reason } of leftOut) say(`${entry.engine} is left out: ${reason}`);

  const plain = await Loops.open(page, "simd128", cores);
  await plain.measure(rounds);
  const dot = await Loops.open(page, "dot", cores);
  await dot.measure(rounds);
  const loops = await Loops.open(page, "relaxed", cores);
  const measured = [];
  const tests = [];
  const facts = {};
  for (const network of NETWORKS) {
    say(`== ${network}`);
    const { integers } = await readJson(`model/${network}.json`);
    const found = await openAll(page, present.filter(({ rounds }) => !rounds || integers?.kept), network, origin);
    Object.assign(facts, found.facts);
    const differences = await compareLogits(page, found.opened, compared);
    for (const [{ id }, difference] of differences) say(`logits of ${id}: ${difference.toExponential(1)} off at most`);
    for (const timed of await timeBatches(page, found.opened, { rounds, batches, loops, say })) {
      measured.push({ ...timed, network, difference: differences.get(timed.engine) });
    }
    if (!options.check) {
      for (const { engine, seconds, accuracy } of await timeTestSet(page, found.opened, labels, say)) {
        tests.push({ ...names(engine, network), workers: together(engine), seconds: seconds.median, min: seconds.min, max: seconds.max, accuracy });
      }
    }
    await closeAll(page, found.opened);
  }
  const peak = { relaxed: loops.peak, simd128: plain.peak, dot: dot.peak };
  say(`multiply-adds: ${peak.relaxed.one.median.toFixed(1)} GFLOP/s, ${cores} at once ${peak.relaxed.all.median.toFixed(1)}`);
  await page.close();
  const starts = [];
  const alone = present.filter((entry) => together(entry) === 1 && !entry.rounds);
  for (const network of NETWORKS) {
    for (const entry of alone) {
      const found = await coldStart(browser, entry, { network, origin, folders, rounds: coldRounds });
      starts.push({ ...names(entry, network), bytes: found.bytes, bytes_brotli: found.brotli, ms: found.milliseconds });
      say(`cold: ${network}: ${entry.engine}: ${found.milliseconds.median.toFixed(0)} ms, ${(found.brotli / 1000).toFixed(0)} KB`);
    }
  }
  const first = await firstVerdict(browser, `${pageServer.origin}/`, coldRounds);
  const loaded = first.files.reduce((sum, { brotli }) => sum + brotli, 0);
  say(`the site: first verdict after ${first.median.toFixed(0)} ms, ${(loaded / 1000).toFixed(0)} KB`);
  const [{ name: network } = { name: "" }] = await siteNetworks();
  return {
    machine: `${cpus()[0]?.model ?? process.arch} (${cores} cores)`,
    adapter,
    date: new Date().toISOString().slice(0, 10),
    versions: { chromium: browser.version(), ...(await versions()) },
    facts,
    rounds,
    fma_peak_gflops: peak.relaxed.one.median,
    fma_peak: peak,
    cores,
    rows: await Promise.all(measured.map((one) => row(one, peak.relaxed))),
    test_set: tests,
    first_load: { network, bytes_brotli: loaded, ms: first.median, min: first.min, max: first.max },
    cold_start: starts,
    left_out: leftOut.map(({ entry, reason }) => ({ engine: entry.engine, reason })),
  };
}

/**
 * @param {import("./measure.mjs").Timed & {network: string, difference?: number}} measured
 * @param {import("./peak.mjs").Peak} peak
 */
async function row({ engine, network, batch, micros, difference }, peak) {
  const { macs } = await readJson(`model/${network}.json`);
  const gflops = (2 * macs) / micros.median / 1000;
  const ceiling = together(engine) > 1 ? peak.all : peak.one;
  return {
    ...names(engine, network),
    threads: together(engine),
    batch,
    us_per_image: micros,
    ...(engine.gpu ? {} : { gflops, fma_share: gflops / ceiling.median }),
    logits_difference: difference,
  };
}

/** @param {import("./catalogue.mjs").Entry} entry */
function together({ workers, threads }) {
  return workers * threads;
}

/**
 * @param {import("./catalogue.mjs").Entry} entry
 * @param {string} network
 */
function names({ engine, packages }, network) {
  return { engine, ...(packages ? { package: packages[0] } : {}), network };
}

/** @returns {Promise<Record<string, string>>} of the packages that are installed for the bench */
async function versions() {
  const { dependencies } = JSON.parse(await readFile(new URL("package.json", import.meta.url), "utf8"));
  return Object.fromEntries(Object.entries(dependencies).filter(([name]) => /onnxruntime|tfjs/.test(name)));
}

/** @param {string} text */
function say(text) {
  console.error(text);
}
