// The times of batches on several backends, in turns, so that what else the machine does concerns all alike.
import { titleOf } from "../page/backend-choice.js";
import { words } from "../language/language.js";
import { asThimbleError } from "../shared/errors.js";
import { quantile } from "../page/stats.js";

/**
 * @import { Backend } from "../../pkg/cpu/thimble.js"
 * @import { NetworkPools } from "../page/network-pools.js"
 * @import { ThimbleError } from "../shared/errors.js"
 */

/**
 * @typedef {object} Timing of one backend and batch
 * @property {Backend} backend
 * @property {number} batch images at a time
 * @property {number[]} times milliseconds of a batch, one for each round
 * @property {number} resolution milliseconds: how fine the times are
 */

/** @typedef {{timings: Timing[], failures: {backend: Backend, error: ThimbleError}[]}} Timings */

/**
 * Times every batch on every backend, once in each round. A backend that fails is left out from then on.
 * @param {object} options
 * @param {Pick<NetworkPools, "firstWorker">} options.pools
 * @param {Backend[]} options.backends
 * @param {number[]} options.batches
 * @param {number} options.rounds
 * @param {AbortSignal} options.signal the times so far are returned
 * @param {(done: number, total: number, sentence: string) => void} options.onProgress
 * @returns {Promise<Timings>}
 */
export async function timeInTurns({ pools, backends, batches, rounds, signal, onProgress }) {
  /** @type {Timings} */
  const found = { timings: [], failures: [] };
  const total = backends.length * batches.length * rounds;
  let done = 0;
  /** @type {Set<Backend>} */
  const failed = new Set();
  const attempt = async (/** @type {Backend} */ backend, /** @type {() => Promise<void>} */ work) => {
    if (signal.aborted || failed.has(backend)) return;
    try {
      await work();
    } catch (error) {
      failed.add(backend);
      found.failures.push({ backend, error: asThimbleError(error) });
      found.timings = found.timings.filter((timing) => timing.backend !== backend);
    }
  };
  for (const backend of backends) {
    onProgress(done, total, words.benchmark.starting(titleOf(backend)));
    // Its first run, which compiles and fills caches, counts for nothing.
    await attempt(backend, async () => void (await (await pools.firstWorker(backend)).runReference()));
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const batch of batches) {
      for (const backend of backends) {
        onProgress(done, total, words.benchmark.round(round + 1, rounds, titleOf(backend), batch));
        await attempt(backend, async () => {
          const { mean, tick, repetitions } = await (await pools.firstWorker(backend)).measureBatch(batch);
          if (signal.aborted) return;
          const timing = found.timings.find((known) => known.backend === backend && known.batch === batch);
          const resolution = tick / repetitions;
          if (!timing) found.timings.push({ backend, batch, times: [mean], resolution });
          else {
            timing.times.push(mean);
            timing.resolution = Math.max(timing.resolution, resolution);
          }
        });
        done += 1;
      }
    }
  }
  onProgress(total, total, "");
  return found;
}

/** @type {(timing: Timing) => {median: number, least: number, most: number, perSecond: number}} milliseconds; images a second */
export function summary({ times, batch }) {
  const median = quantile(times, 0.5);
  return { median, least: Math.min(...times), most: Math.max(...times), perSecond: (1000 * batch) / median };
}
