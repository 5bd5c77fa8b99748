// Thimble's classifiers for any page: pkg/pool/pool.js, beside the package pkg/cpu that it runs. Its types are
// public.d.ts.
import { carryErrorCodes, ThimbleError } from "../shared/errors.js";
import { ClassifierWorker } from "./classifier-worker.js";
import { Downloads } from "./downloads.js";
import { abortReason, maxWorkers, WorkerPool } from "./pool.js";
import { classifyPhoto } from "./requests.js";
import { startWorker } from "./worker-client.js";

/**
 * @import { Info } from "../../pkg/cpu/thimble.js"
 * @import { Photo as DecodablePhoto } from "../worker/decode.js"
 * @import { ClassifierFiles } from "./classifier-worker.js"
 * @import { Photo, PhotoPrediction, PoolOptions, Progress } from "./public.js"
 */

carryErrorCodes();

/** Workers that share one compiled package and the photos to classify. */
export class ClassifierPool {
  #pool;
  #fetchWeights;

  /**
   * @param {WorkerPool<ClassifierWorker>} pool
   * @param {Info} info
   * @param {() => Promise<unknown>} fetchWeights that photos do not need
   */
  constructor(pool, info, fetchWeights) {
    this.#pool = pool;
    this.info = info;
    this.#fetchWeights = fetchWeights;
  }

  /** @param {PoolOptions} [options] */
  static async create({ workers = maxWorkers(), script, wasm, worker, network, weights, backend = "cpu" } = {}) {
    const url = (/** @type {string | URL | undefined} */ given, /** @type {string} */ usual) =>
      given === undefined ? new URL(usual, import.meta.url).href : new URL(given, document.baseURI).href;
    const weightsUrl = (/** @type {string} */ name) => url(weights, `../weights/${name}.bpk`);
    /** @type {ClassifierFiles} */
    const files = {
      script: url(script, "../cpu/thimble.js"),
      wasm: url(wasm, "../cpu/thimble_bg.wasm"),
      backend,
      network,
      weightsUrl,
      // The package's default classifies photos with what the package holds.
      lateWeights: network === undefined,
    };
    const downloads = new Downloads();
    const start = async () => {
      const started = new ClassifierWorker(startWorker(url(worker, "worker.js")));
      try {
        return await started.load(downloads, files);
      } catch (error) {
        started.close();
        throw error;
      }
    };
    const pool = new WorkerPool(start, Math.max(1, Math.floor(workers)));
    const { info } = await pool.firstWorker();
    files.network = info.network.name;
    return new ClassifierPool(pool, info, () => downloads.weights(weightsUrl(info.network.name)));
  }

  /** @type {(photo: Photo, options?: {signal?: AbortSignal}) => Promise<PhotoPrediction>} */
  async classify(photo, { signal } = {}) {
    /** @type {import("./requests.js").Run} */
    const run = (work, options) => this.#pool.run(work, options);
    return (await classifyPhoto(decodable(photo), { run, fetchWeights: this.#fetchWeights, signal })).prediction;
  }

  /**
   * @param {Iterable<Photo>} photos
   * @param {{signal?: AbortSignal, onProgress?: (progress: Progress) => void}} [options]
   */
  async classifyBatch(photos, { signal, onProgress } = {}) {
    const given = [...photos];
    const total = given.length;
    let done = 0;
    const outcomes = given.map(async (photo, index) => {
      const [outcome] = await Promise.allSettled([this.classify(photo, { signal })]);
      if (signal?.aborted) throw abortReason(signal);
      done += 1;
      onProgress?.({ done, total, index, outcome });
      return outcome;
    });
    return Promise.all(outcomes);
  }

  /** Ends all workers. */
  close() {
    this.#pool.close();
  }
}

/** @type {(photo: Photo) => DecodablePhoto} */
function decodable(photo) {
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
