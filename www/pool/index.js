// Thimble's classifiers for any page: pkg/pool/pool.js, beside the package pkg/cpu that it runs. public.d.ts says the same
// in types.
import { carryErrorCodes, ThimbleError } from "../shared/errors.js";
import { adjustOn, classifyOn, verdictOf, withWeights } from "./ask.js";
import { Client } from "./client.js";
import { Downloads } from "./downloads.js";
import { loadClassifier } from "./load.js";
import { persist } from "./persist.js";
import { Pool, reasonOf, roomFor } from "./pool.js";
import { startWorker } from "./start-worker.js";

/** @typedef {import("../worker/decode.js").Photo} Photo */
/** @typedef {import("../shared/types.js").Finding} Finding */
/** @typedef {import("../shared/types.js").ReducedPhoto} ReducedPhoto */
/** @typedef {Omit<import("../shared/types.js").Verdict, "reduced">} Verdict */

/** @typedef {{client: Client} & import("./load.js").Ready} Member */

carryErrorCodes();

/** Workers that share one compiled package, and photos that are spread over them. */
export class ClassifierPool {
  #pool;
  #fetchWeights;

  /**
   * @param {Pool<Member>} pool
   * @param {import("../shared/types.js").Info} info
   * @param {() => Promise<unknown>} fetchWeights those that a photo does not want
   */
  constructor(pool, info, fetchWeights) {
    this.#pool = pool;
    this.info = info;
    this.#fetchWeights = fetchWeights;
  }

  /**
   * Loads the package and starts the first worker; the others start when photos wait, and weights that the package does not
   * hold are fetched when a picture wants them.
   * @param {{workers?: number, script?: string | URL, wasm?: string | URL, worker?: string | URL, network?: string, weights?: string | URL,
   *   backend?: "cpu" | "cpu-int8"}} [options]
   *   workers: most at a time, otherwise as many as the machine has cores, up to 8; the URLs, relative to the page, are for
   *   files that do not lie as in pkg/; network: another one than the package's own; weights: the network's .bpk file; backend:
   *   floats, or 8-bit integers
   * @returns {Promise<ClassifierPool>}
   */
  static async create({ workers = roomFor(), script, wasm, worker, network, weights, backend = "cpu" } = {}) {
    const url = (/** @type {string | URL | undefined} */ given, /** @type {string} */ usual) =>
      given === undefined ? new URL(usual, import.meta.url).href : new URL(given, document.baseURI).href;
    const weightsOf = (/** @type {string} */ name) => url(weights, `../weights/${name}.bpk`);
    /** @type {import("./load.js").Files} */
    const files = {
      script: url(script, "../cpu/thimble.js"),
      wasm: url(wasm, "../cpu/thimble_bg.wasm"),
      backend,
      network,
      weightsOf,
      // The package's own answers photos with what the package holds.
      late: network === undefined,
    };
    const downloads = new Downloads();
    const start = async () => {
      const client = new Client(startWorker(url(worker, "worker.js")));
      try {
        return { client, ...(await loadClassifier(client, downloads, files)) };
      } catch (error) {
        client.close();
        throw error;
      }
    };
    const pool = new Pool(start, Math.max(1, Math.floor(workers)));
    const { info } = (await pool.lead()).loaded;
    files.network = info.network.name;
    return new ClassifierPool(pool, info, () => downloads.weights(weightsOf(info.network.name)));
  }

  /**
   * @param {Blob | ImageData | ImageBitmap} photo of the latter two the pixels go to the worker, and are gone here
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Verdict>} rejects with a ThimbleError, or with the signal's reason
   */
  async classify(photo, { signal } = {}) {
    const given = photoOf(photo);
    const work = (/** @type {Member} */ member) => classifyOn(member, given, false);
    const sight = await persist((first) => this.#pool.run(work, { signal, first }), given instanceof Blob);
    const finding = sight.finding ?? (await this.#findingOf(/** @type {ReducedPhoto} */ (sight.reduced), signal));
    const { milliseconds, width, height, ...rest } = verdictOf(sight, finding);
    const { label, index, probabilities, picture, crop, frame, outline, inverted, sureness, sure, quality, trouble } = rest;
    const found = { label, index, probabilities, picture, crop, frame, outline, inverted, sureness, sure, quality, trouble };
    return { ...found, width, height, milliseconds };
  }

  /**
   * @param {ReducedPhoto} photo that wants weights which its worker did not have
   * @param {AbortSignal} [signal]
   * @returns {Promise<Finding>}
   */
  #findingOf(photo, signal) {
    const ask = (/** @type {boolean} */ equipped) =>
      this.#pool.run((member) => adjustOn(member, photo, {}, equipped), { signal, first: true });
    return persist(() => withWeights(ask, this.#fetchWeights, signal));
  }

  /**
   * Classifies many photos, as many at a time as there are workers.
   * @param {Iterable<Blob | ImageData | ImageBitmap>} photos
   * @param {{
   *   signal?: AbortSignal,
   *   onProgress?: (progress: {done: number, total: number, index: number, outcome: PromiseSettledResult<Verdict>}) => void,
   * }} [options] onProgress: called for each photo as it is done, whatever came of it
   * @returns {Promise<PromiseSettledResult<Verdict>[]>} in the order of the photos; rejects only when the
   *   signal is aborted, with its reason
   */
  async classifyBatch(photos, { signal, onProgress } = {}) {
    const given = [...photos];
    const total = given.length;
    let done = 0;
    const outcomes = given.map(async (photo, index) => {
      const [outcome] = await Promise.allSettled([this.classify(photo, { signal })]);
      if (signal?.aborted) throw reasonOf(signal);
      done += 1;
      onProgress?.({ done, total, index, outcome });
      return outcome;
    });
    return Promise.all(outcomes);
  }

  /** Ends all workers, with their memory; photos without an answer are refused. */
  close() {
    this.#pool.close();
  }
}

/**
 * @param {unknown} photo
 * @returns {Photo}
 */
function photoOf(photo) {
  if (photo instanceof Blob || photo instanceof ImageBitmap) return photo;
  if (photo instanceof ImageData && photo.data instanceof Uint8ClampedArray) {
    const { data, width, height } = photo;
    return { rgba: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height };
  }
  throw new ThimbleError(
    "photo-kind",
    `A photo is a Blob, an ImageBitmap or an ImageData of 8-bit values, not ${Object.prototype.toString.call(photo)}.`,
  );
}
