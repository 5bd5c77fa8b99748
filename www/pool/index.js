// Thimble's classifiers for any page: pkg/pool/pool.js, beside the package pkg/cpu that it runs. public.d.ts says the same
// in types.
import { carryErrorCodes, ThimbleError } from "../shared/errors.js";
import { Client } from "./client.js";
import { Downloads } from "./downloads.js";
import { loadClassifier } from "./load.js";
import { classifyOn, persist } from "./persist.js";
import { Pool, reasonOf, roomFor } from "./pool.js";
import { startWorker } from "./start-worker.js";

/** @typedef {import("../worker/decode.js").Photo} Photo */
/** @typedef {Omit<import("../shared/types.js").Verdict, "thumbnail" | "reduced">} Verdict */

/** @typedef {{client: Client, loaded: import("../shared/types.js").Loaded}} Member */

carryErrorCodes();

/** Workers that share one compiled package, and photos that are spread over them. */
export class ClassifierPool {
  #pool;

  /**
   * @param {Pool<Member>} pool
   * @param {import("../shared/types.js").Info} info
   */
  constructor(pool, info) {
    this.#pool = pool;
    this.info = info;
  }

  /**
   * Loads the package and starts the first worker; the others start when photos wait.
   * @param {{workers?: number, script?: string | URL, wasm?: string | URL, worker?: string | URL, network?: string, weights?: string | URL}} [options]
   *   workers: most at a time, otherwise as many as the machine has cores, up to 8; the URLs, relative to the page, are for
   *   files that do not lie as in pkg/; network and weights: another network than the package's own, and its .bpk file
   * @returns {Promise<ClassifierPool>}
   */
  static async create({ workers = roomFor(), script, wasm, worker, network, weights } = {}) {
    const url = (/** @type {string | URL | undefined} */ given, /** @type {string} */ usual) =>
      given === undefined ? new URL(usual, import.meta.url).href : new URL(given, document.baseURI).href;
    const files = {
      script: url(script, "../cpu/thimble.js"),
      wasm: url(wasm, "../cpu/thimble_bg.wasm"),
      backend: /** @type {const} */ ("cpu"),
      network,
      weights: weights === undefined ? null : url(weights, ""),
    };
    const downloads = new Downloads();
    const start = async () => {
      const client = new Client(startWorker(url(worker, "worker.js")));
      try {
        return { client, loaded: await loadClassifier(client, downloads, files) };
      } catch (error) {
        client.close();
        throw error;
      }
    };
    const pool = new Pool(start, Math.max(1, Math.floor(workers)));
    const { loaded } = await pool.lead();
    return new ClassifierPool(pool, loaded.info);
  }

  /**
   * @param {Blob | ImageData | ImageBitmap} photo of the latter two the pixels go to the worker, and are gone here
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Verdict>} rejects with a ThimbleError, or with the signal's reason
   */
  async classify(photo, { signal } = {}) {
    const given = photoOf(photo);
    const work = (/** @type {Member} */ { client }) => classifyOn(client, given, false);
    const { milliseconds, width, height, ...rest } = await persist(
      (first) => this.#pool.run(work, { signal, first }),
      given instanceof Blob,
    );
    const { label, index, probabilities, picture, crop, frame, outline, inverted, sureness, sure, quality, trouble } = rest;
    const found = { label, index, probabilities, picture, crop, frame, outline, inverted, sureness, sure, quality, trouble };
    return { ...found, width, height, milliseconds };
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
