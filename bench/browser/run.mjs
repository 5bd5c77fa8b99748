// Measures the project's engine beside others in Chromium and writes bench/results/browser.json. `cargo xtask bench` runs
// it with everything that it needs: bench/README.md says what is measured and how.
//
// Usage: node bench/browser/run.mjs [--check] PROGRAM
//   PROGRAM   the command line's program, which exports the weights
//   --check   compare the engines' logits and run each once, on graphics adapters in software too; write nothing
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeLiteRtModels, makeModels, models } from "../models/make.mjs";
import { buildWasmPeers } from "../peers/build.mjs";
import { processor } from "../processor.mjs";
import { facts as cardFacts } from "../report/fields.mjs";
import { drawPlot } from "../report/plot.mjs";
import { launch, takeStock } from "./browser.mjs";
import { CHECK, entries, FULL, MODEL_BATCHES, NETWORKS } from "./catalogue.mjs";
import { coldStart } from "./cold.mjs";
import { closeAll, compareLogits, openAll, timeBatches, timeTestSet } from "./measure.mjs";
import { Loops } from "./peak.mjs";
import { readJson, root, serve, testSet } from "./project.mjs";
import { ISOLATION, makeSite } from "./site.mjs";

const { values: options, positionals } = parseArgs({
  options: { check: { type: "boolean", default: false } },
  allowPositionals: true,
});
const [program] = positionals;
if (!program) throw new Error("usage: node bench/browser/run.mjs [--check] PROGRAM, the command line's program");

const { batches, rounds, coldRounds, compared } = options.check ? CHECK : FULL;
const started = performance.now();
const cores = availableParallelism();
const { inputs, labels } = await testSet();
const folder = await mkdtemp(join(tmpdir(), "thimble-bench-"));
await makeModels(program, NETWORKS);
const rust = await attempt("the Rust peers", () => buildWasmPeers(say));
const litert = await attempt("the LiteRT models", () => makeLiteRtModels(NETWORKS, MODEL_BATCHES, say));
const load = loadavg()[0];
const folders = await makeSite(folder, { models, peers: rust.made ?? null, inputs });
const server = await serve(folders, ISOLATION);
const browser = await launch(options.check);
try {
  const report = await measure(server.origin);
  if (!options.check) {
    await writeFile(join(root, "bench/results/browser.json"), `${JSON.stringify(report, null, 2)}\n`);
    await drawPlot();
  }
  say(`done in ${((performance.now() - started) / 1000).toFixed(0)} s`);
} finally {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true });
}

/** @param {string} origin of the bench's server */
async function measure(origin) {
  const page = await (await browser.newContext()).newPage();
  page.on(
    "console",
    (message) => ["error", "warning"].includes(message.type()) && say(`the page says: ${message.text()}`),
  );
  await page.goto(`${origin}/`);
  await page.waitForFunction("globalThis.bench && crossOriginIsolated");
  const { present, leftOut, adapter } = await takeStock(page, entries(cores), origin, options.check, {
    rust: rust.reason,
    litert: litert.reason,
  });
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
    const { int8 } = cardFacts(await readJson(`model/${network}.json`));
    // Ours in int8 only where the project's own judgement keeps it.
    const found = await openAll(
      page,
      present.filter((entry) => !(entry.package && entry.int8) || int8?.kept),
      network,
      origin,
    );
    Object.assign(facts, found.facts);
    const differences = await compareLogits(page, found.opened, compared);
    for (const [{ id }, difference] of differences) say(`logits of ${id}: ${difference.toExponential(1)} off at most`);
    for (const timed of await timeBatches(page, found.opened, { rounds, batches, loops, say })) {
      measured.push({ ...timed, network, difference: differences.get(timed.engine) });
    }
    if (!options.check) {
      for (const { engine, seconds, accuracy } of await timeTestSet(page, found.opened, labels, say)) {
        tests.push({
          ...names(engine, network),
          workers: together(engine),
          seconds: seconds.median,
          min: seconds.min,
          max: seconds.max,
          accuracy,
        });
      }
    }
    await closeAll(page, found.opened);
  }
  const peak = { relaxed: loops.peak, simd128: plain.peak, dot: dot.peak };
  say(
    `multiply-adds: ${peak.relaxed.one.median.toFixed(1)} GFLOP/s, ${cores} at once ${peak.relaxed.all.median.toFixed(1)}`,
  );
  await page.close();
  const starts = [];
  const alone = present.filter((entry) => together(entry) === 1 && !entry.int8);
  for (const network of NETWORKS) {
    for (const entry of alone) {
      const found = await coldStart(browser, entry, { network, origin, folders, rounds: coldRounds });
      starts.push({ ...names(entry, network), bytes: found.bytes, bytes_brotli: found.brotli, ms: found.milliseconds });
      say(
        `cold: ${network}: ${entry.engine}${entry.package ? `, ${entry.package}` : ""}: ${found.milliseconds.median.toFixed(0)} ms, ${(found.brotli / 1000).toFixed(0)} KB`,
      );
    }
  }
  return {
    processor: await processor(),
    load_before: load,
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
function names({ engine, package: folder }, network) {
  return { engine, ...(folder ? { package: folder } : {}), network };
}

/** @returns {Promise<Record<string, string>>} of the peers that are installed for the bench */
async function versions() {
  const { dependencies } = await readJson("bench/package.json");
  const peers = Object.entries(dependencies).filter(([name]) => /litert|onnxruntime|tfjs-core/.test(name));
  const lock = await readFile(join(root, "bench/peers/Cargo.lock"), "utf8");
  const crates = ["rten", "tract-onnx"].map((name) => [
    name,
    new RegExp(`^name = "${name}"\nversion = "(.*)"`, "m").exec(lock)?.[1] ?? "",
  ]);
  return Object.fromEntries([...peers, ...crates]);
}

/**
 * Makes what some peers need. Where it cannot be made here, those peers are left out.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} make
 * @returns {Promise<{made?: T, reason: string | null}>}
 */
async function attempt(what, make) {
  try {
    return { made: await make(), reason: null };
  } catch (error) {
    say(`${what} cannot be made: ${error}`);
    return { reason: `${what} could not be made here` };
  }
}

/** @param {string} text */
function say(text) {
  console.error(text);
}
