// The bench's page: engines in workers, and what is measured over several of them. The driver calls it through
// `globalThis.bench`.
import * as Comlink from "comlink";
import { INPUT_VALUES } from "./host.js";

/** @typedef {import("comlink").Remote<import("./host.js").Host>} Remote */
/** @typedef {import("./host.js").Settings} Settings */

/** @type {Map<string, {remotes: Remote[], workers: Worker[]}>} */
const engines = new Map();

/** @type {import("comlink").Remote<import("./peak.js").Peak>[]} */
let loops = [];
/** @type {Worker[]} */
let loopWorkers = [];

/** The test set: 784 bytes an input. */
const inputs = fetch("data/inputs").then(async (response) => new Uint8Array(await response.arrayBuffer()));

const bench = {
  /**
   * @param {string} id
   * @param {string} script address
   * @param {WorkerType} type
   * @param {number} count of workers
   * @param {Settings} settings
   * @returns {Promise<Record<string, unknown>>} the engine's facts
   */
  async open(id, script, type, count, settings) {
    const workers = Array.from({ length: count }, () => new Worker(script, { type }));
    const remotes = workers.map((worker) => /** @type {Remote} */ (Comlink.wrap(worker)));
    engines.set(id, { workers, remotes });
    const broken = workers.map((worker) => failure(worker));
    const opened = Promise.all(remotes.map((remote) => remote.open(settings)));
    const [facts] = await Promise.race([opened, ...broken]);
    return facts ?? {};
  },

  /**
   * Starts workers that run the loop of multiply-adds.
   * @param {string} module address
   * @param {number} count of workers
   */
  async openPeak(module, count) {
    for (const worker of loopWorkers) worker.terminate();
    loopWorkers = Array.from({ length: count }, () => new Worker("peak.js", { type: "module" }));
    loops = loopWorkers.map((worker) => Comlink.wrap(worker));
    await Promise.all(loops.map((loop) => loop.open(module)));
  },

  /**
   * @param {number} count of workers that run at the same time
   * @param {number} span milliseconds at least
   * @returns {Promise<number>} turns of the loop a second, of all workers together
   */
  async peak(count, span) {
    const turns = await Promise.all(loops.slice(0, count).map((loop) => loop.time(span)));
    return turns.reduce((sum, one) => sum + one, 0);
  },

  /** @param {string} id */
  close(id) {
    for (const worker of engines.get(id)?.workers ?? []) worker.terminate();
    engines.delete(id);
  },

  /**
   * @param {string} id
   * @param {number} count the first inputs of the test set
   * @returns {Promise<number[]>} ten logits of each
   */
  async logits(id, count) {
    const [remote] = remotesOf(id);
    return [...(await remote.logits((await inputs).slice(0, count * INPUT_VALUES)))];
  },

  /**
   * Microseconds an input, in batches. Several workers share each batch.
   * @param {string} id
   * @param {number} batch
   * @param {number} span milliseconds at least
   */
  async time(id, batch, span) {
    const remotes = remotesOf(id);
    const chosen = (await inputs).slice(0, batch * INPUT_VALUES);
    if (remotes.length === 1) return remotes[0].time(chosen, span);
    const share = Math.ceil(batch / remotes.length) * INPUT_VALUES;
    const started = performance.now();
    let calls = 0;
    do {
      await Promise.all(
        remotes.map((remote, index) => {
          const part = chosen.slice(index * share, (index + 1) * share);
          return part.length > 0 ? remote.logits(Comlink.transfer(part, [part.buffer])) : undefined;
        }),
      );
      calls += 1;
    } while (performance.now() - started < span);
    return ((performance.now() - started) * 1000) / (calls * batch);
  },

  /**
   * The whole test set once, in batches, of which each worker has the next at hand while it works at one.
   * @param {string} id
   * @param {number} batch
   * @returns {Promise<{seconds: number, labels: number[]}>} the most likely class of each input
   */
  async testSet(id, batch) {
    const all = await inputs;
    /** @type {number[]} */
    const labels = new Array(all.length / INPUT_VALUES);
    let next = 0;
    const work = async (/** @type {Remote} */ remote) => {
      while (next < labels.length) {
        const first = next;
        next += batch;
        const part = all.slice(first * INPUT_VALUES, next * INPUT_VALUES);
        const logits = await remote.logits(Comlink.transfer(part, [part.buffer]));
        for (let index = 0; index * 10 < logits.length; index += 1) {
          const row = logits.subarray(index * 10, index * 10 + 10);
          labels[first + index] = row.indexOf(Math.max(...row));
        }
      }
    };
    const started = performance.now();
    await Promise.all(remotesOf(id).flatMap((remote) => [work(remote), work(remote)]));
    return { seconds: (performance.now() - started) / 1000, labels };
  },
};

/** @typedef {typeof bench} Bench */

Object.assign(globalThis, { bench });

/**
 * @param {string} id
 * @returns {[Remote, ...Remote[]]}
 */
function remotesOf(id) {
  const [first, ...rest] = engines.get(id)?.remotes ?? [];
  if (!first) throw new Error(`no engine ${id} is open`);
  return [first, ...rest];
}

/**
 * Rejects when a worker's script does not load or throws outside a call.
 * @param {Worker} worker
 * @returns {Promise<never>}
 */
function failure(worker) {
  return new Promise((_, reject) => {
    worker.addEventListener(
      "error",
      (event) => reject(new Error(event.message || "the worker's script could not be loaded")),
      { once: true },
    );
  });
}
