// The session's times, for each network on each backend, and marks on the browser's timeline.
import { backendOf } from "./backend-choice.js";

/**
 * @import { Backend } from "../../pkg/cpu/thimble.js"
 * @import { ClassifierWorker } from "../pool/classifier-worker.js"
 * @import { WarmTime } from "../shared/types.js"
 */

/**
 * @typedef {object} Session times of one network on one backend since the page was opened, milliseconds
 * @property {Backend} backend
 * @property {string} network
 * @property {number} load fetch, compile, create
 * @property {number | null} firstRun the first forward pass, on the reference image; null before it
 * @property {number} tick of the clock
 * @property {{photo: number[], image: number[]}} inference mean of one warm forward pass: of the networks for photos, and of
 *   the one for Fashion-MNIST images; one value a card
 * @property {number} resolution the coarsest of those means
 * @property {number[]} total from the file to the prediction, one value a photo
 */

/** Times by network and backend. */
export class Stats {
  /** @type {Session[]} in the order in which they were started */
  sessions = [];

  /**
   * Keeps the first start in a session: a later one finds the files in the cache.
   * @param {ClassifierWorker} worker
   */
  started(worker) {
    if (this.#of(worker)) return;
    const { info, loadTime: load, tick } = worker;
    const { backend, network } = info;
    this.sessions.push({
      backend,
      network: network.name,
      load,
      firstRun: null,
      tick,
      inference: { photo: [], image: [] },
      resolution: 0,
      total: [],
    });
  }

  /**
   * @param {ClassifierWorker} worker
   * @param {number} run milliseconds
   */
  firstRun(worker, run) {
    const session = this.#of(worker);
    if (session) session.firstRun ??= run;
  }

  /**
   * @param {ClassifierWorker} worker
   * @param {number} total milliseconds
   * @param {boolean} ofPhoto or of a Fashion-MNIST image
   */
  photo(worker, total, ofPhoto) {
    this.#of(worker, ofPhoto)?.total.push(total);
  }

  /**
   * @param {ClassifierWorker} worker
   * @param {WarmTime} time
   * @param {boolean} ofPhoto or of a Fashion-MNIST image
   */
  warm(worker, time, ofPhoto) {
    const session = this.#of(worker, ofPhoto);
    if (!session) return;
    session.inference[ofPhoto ? "photo" : "image"].push(time.mean);
    session.resolution = Math.max(session.resolution, time.tick / time.repetitions);
  }

  /**
   * @param {ClassifierWorker} worker
   * @param {boolean} [ofPhoto] of the kernels that run for a photo
   */
  #of({ info }, ofPhoto = false) {
    const wanted = backendOf(info, ofPhoto);
    return this.sessions.find(({ backend, network }) => backend === wanted && network === info.network.name);
  }
}

/**
 * @param {number[]} values at least one
 * @param {number} share 0 to 1
 * @returns {number} the value below which that share lies, by the nearest rank: always a value that was measured
 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return /** @type {number} */ (sorted[rank - 1]);
}

/**
 * Marks how far the page is, for `npm run measure` and for whoever looks at the browser's timeline.
 * @param {"start" | "ready" | "prediction"} name start: the page's script runs; ready: a classifier is there; prediction: the
 *   first photo has its prediction
 */
export function markOnce(name) {
  if (performance.getEntriesByName(name, "mark").length === 0) performance.mark(name);
}
