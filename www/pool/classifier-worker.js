// A worker with one classifier, as its page sees it: what it can be asked for, and when it is given its network's
// weights.
import { transfer } from "comlink";
import { asThimbleError, ThimbleError } from "../shared/errors.js";
import { WorkerClient } from "./worker-client.js";

/**
 * @import { Backend, DownscaledPhoto, Explanation, PhotoEdit, Prediction } from "../../pkg/cpu/thimble.js"
 * @import { Loaded, PreparedPhoto, ReferenceRun, WarmTime } from "../shared/types.js"
 * @import { Photo } from "../worker/decode.js"
 * @import { Downloads } from "./downloads.js"
 */

/**
 * @typedef {object} ClassifierFiles absolute URLs, and what to make of them
 * @property {string} script the package's glue
 * @property {string} wasm
 * @property {Backend} backend
 * @property {string} [network] the package's default where left out
 * @property {(name: string) => string | null} weightsUrl of a network; null where its weights are embedded
 * @property {boolean} lateWeights whether photos can be classified without them
 */

/** Milliseconds from a call's turn, on a slow phone. Past it the worker counts as dead. */
const LIMITS = {
  probe: 10_000,
  // Includes compiling WebGPU's shaders, as does the first run.
  load: 120_000,
  reference: 120_000,
  // A 50-megapixel photo takes several seconds.
  classify: 60_000,
  // Takes milliseconds, but may wait for a warm time in progress.
  classifyDownscaled: 20_000,
  explain: 60_000,
  thumbnail: 20_000,
  warm: 20_000,
  // Of some hundred images, on burn's ndarray.
  logits: 60_000,
};

/** Says that the worker failed over a photo, and not the photo alone. */
export class WorkerDied extends ThimbleError {}

/** A worker with one classifier. */
export class ClassifierWorker extends WorkerClient {
  /** @type {Blob | null} */
  #decodingAhead = null;
  /** @type {Loaded | null} */
  #loaded = null;
  /** @type {() => Promise<void>} */
  #addWeights = async () => {};
  /** Milliseconds that starting, fetching, compiling and creating took. */
  loadTime = NaN;

  /** What the classifier runs. */
  get info() {
    return this.#ready().info;
  }

  /** Milliseconds: the smallest step of the worker's clock. */
  get tick() {
    return this.#ready().tick;
  }

  #ready() {
    if (this.#loaded) return this.#loaded;
    throw new TypeError("load() has to settle first");
  }

  /**
   * Creates the classifier from what all workers share.
   * @param {Downloads} downloads
   * @param {ClassifierFiles} files
   * @returns {Promise<this>}
   */
  async load(downloads, { script, wasm, backend, network, weightsUrl, lateWeights }) {
    const url = network ? weightsUrl(network) : null;
    const [module, fetched] = await Promise.all([
      downloads.module(wasm),
      url && !lateWeights ? downloads.weights(url) : null,
    ]);
    const weights = fetched ?? (url ? downloads.trusted(url) : null);
    const loading = this.call((service) => service.load({ script, module, backend, network, weights }), LIMITS.load);
    this.#loaded = await loading.catch((error) => {
      // The files were not what they should be: they are fetched anew on the next attempt.
      const { code } = asThimbleError(error);
      if (code === "weights" && url) downloads.forget(url);
      if (code === "package-start") downloads.forget(wasm);
      throw error;
    });
    this.loadTime = performance.now() - this.since;
    const missing = weights ? null : weightsUrl(this.info.network.name);
    if (missing) this.#addWeights = once(() => this.#fetchAndAddWeights(downloads, missing));
    return this;
  }

  /**
   * Gives the classifier its network's weights where it lacks them. They are fetched first, with the worker free
   * meanwhile.
   */
  ensureWeights() {
    return this.#addWeights();
  }

  /** @type {(downloads: Downloads, url: string) => Promise<void>} */
  async #fetchAndAddWeights(downloads, url) {
    const weights = await downloads.weights(url);
    try {
      await this.call((service) => service.addWeights(weights), LIMITS.load);
      downloads.trust(url, weights);
    } catch (error) {
      if (asThimbleError(error).code === "weights") downloads.forget(url);
      throw error;
    }
  }

  /** Asks whether there is WebGPU and an adapter. */
  probeAdapter() {
    return this.call((service) => service.probeAdapter(), LIMITS.probe);
  }

  /**
   * Has the worker decode the first photo that it is likely to be given, while its classifier is still loading.
   * @param {Blob} file
   */
  decodeAhead(file) {
    if (this.#decodingAhead || this.dead) return;
    this.#decodingAhead = file;
    // Beside any call, and without waiting for an answer.
    this.service.decodeAhead(file).catch(() => {});
  }

  /**
   * @param {Photo} photo unless it is a file, its pixels move to the worker
   * @param {boolean} forCard whether the downscaled photo is wanted too, and `thumbnail` will be called
   * @returns {Promise<PreparedPhoto>}
   */
  classify(photo, forCard) {
    const isAhead = this.#decodingAhead === photo;
    this.#decodingAhead = null;
    return this.#orDied(() =>
      this.call((service) => service.classify(transfer(photo, pixelsOf(photo)), forCard, isAhead), LIMITS.classify),
    );
  }

  /**
   * @returns {Promise<Blob | null>} the photo that `classify` was called with last, small, as a file; null where there is
   *   none: the prediction stands without it
   */
  thumbnail() {
    return this.call((service) => service.thumbnail(), LIMITS.thumbnail).catch(() => null);
  }

  /**
   * @param {DownscaledPhoto} photo is copied to the worker
   * @param {PhotoEdit} edit
   * @param {boolean} withWeights whether the network's weights are needed
   * @returns {Promise<Prediction>} rejects with `weights-missing` where they are needed all the same
   */
  classifyDownscaled(photo, edit, withWeights) {
    return this.#orDied(async () => {
      if (withWeights) await this.ensureWeights();
      return this.call((service) => service.classifyDownscaled(photo, edit), LIMITS.classifyDownscaled);
    });
  }

  /**
   * @param {DownscaledPhoto} photo is copied to the worker
   * @param {PhotoEdit} edit
   * @param {number} garment its place among those of the prediction
   * @returns {Promise<Explanation | null>} null where there is no such garment, and for an image in Fashion-MNIST's format
   */
  explain(photo, edit, garment) {
    return this.#orDied(() => this.call((service) => service.explain(photo, edit, garment), LIMITS.explain));
  }

  /**
   * @template T
   * @param {() => Promise<T>} classify
   * @returns {Promise<T>} rejects with `WorkerDied` where the worker died of it
   */
  async #orDied(classify) {
    try {
      return await classify();
    } catch (error) {
      const { dead } = this;
      throw dead && dead.code !== "closed" ? new WorkerDied(dead.code, dead.message) : error;
    }
  }

  /** @type {() => Promise<ReferenceRun>} the first run, on the reference image; made once */
  runReference = once(async () => {
    await this.ensureWeights();
    return this.call((service) => service.runReference(), LIMITS.reference);
  });

  /** @type {(inputs: Uint8Array<ArrayBuffer>) => Promise<Float32Array>} inputs: 784 bytes an image, which move to the worker; ten logits each */
  async logits(inputs) {
    await this.ensureWeights();
    return this.call((service) => service.logits(transfer(inputs, [inputs.buffer])), LIMITS.logits);
  }

  /** @type {(batch: number) => Promise<WarmTime>} of one batch of so many images */
  async measureBatch(batch) {
    await this.ensureWeights();
    return this.call((service) => service.measureBatch(batch), LIMITS.logits);
  }

  /** @type {(ofPhoto: boolean) => Promise<WarmTime>} ofPhoto: or of an image in Fashion-MNIST's format */
  async measureWarm(ofPhoto) {
    if (!ofPhoto) await this.ensureWeights();
    return this.call((service) => service.measureWarm(ofPhoto), LIMITS.warm);
  }
}

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {() => Promise<T>} does it once; a failure is not kept
 */
function once(work) {
  /** @type {Promise<T> | undefined} */
  let done;
  return () => {
    done ??= work().catch((error) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}

/** @type {(photo: Photo) => Transferable[]} */
function pixelsOf(photo) {
  if (photo instanceof Blob) return [];
  return photo instanceof ImageBitmap ? [photo] : [photo.rgba.buffer];
}
