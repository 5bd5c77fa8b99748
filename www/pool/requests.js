// A photo's request to the pool: tried again where a worker dies of it, and where the network's weights come late.
import { asThimbleError, ThimbleError } from "../shared/errors.js";
import { WorkerDied } from "./classifier-worker.js";
import { abortReason } from "./pool.js";

/**
 * @import { DownscaledPhoto, PhotoEdit, Prediction } from "../../pkg/cpu/thimble.js"
 * @import { PreparedPhoto } from "../shared/types.js"
 * @import { Photo } from "../worker/decode.js"
 * @import { ClassifierWorker } from "./classifier-worker.js"
 * @import { RunOptions } from "./pool.js"
 * @import { PhotoPrediction } from "./public.js"
 */

/**
 * @typedef {<T>(work: (worker: ClassifierWorker) => Promise<T>, options: RunOptions) => Promise<T>} Run on any free
 *   worker
 */

/**
 * @typedef {object} RequestOptions
 * @property {Run} run
 * @property {() => Promise<unknown>} fetchWeights of the network
 * @property {AbortSignal} [signal]
 */

/**
 * @typedef {object} CardOptions
 * @property {boolean} [forCard] whether the downscaled photo and its thumbnail are wanted
 * @property {boolean} [first] before all that waits
 * @property {() => void} [onAttempt] a worker is requested, again where one died
 * @property {() => void} [onStart] a worker begins
 * @property {() => void} [onWeights] the photo waits for weights
 */

/**
 * Classifies a photo, and once more where its worker dies of it. A Fashion-MNIST image whose worker lacks the network's
 * weights is classified when they have come; other photos do not wait.
 * @param {Photo} photo
 * @param {RequestOptions & CardOptions} options
 */
export function classifyPhoto(photo, options) {
  const { run, fetchWeights, signal, forCard = false, first = false, onAttempt, onStart, onWeights } = options;
  // Pixels that were moved to a worker are lost with it.
  return retryOnce(photo instanceof Blob, async (isRetry) => {
    onAttempt?.();
    const { prepared, worker, thumbnail } = await run(
      async (worker) => {
        onStart?.();
        const prepared = await worker.classify(photo, forCard);
        return { prepared, worker, thumbnail: forCard ? worker.thumbnail() : Promise.resolve(null) };
      },
      { signal, first: first || isRetry },
    );
    const downscaled = /** @type {DownscaledPhoto} */ (prepared.downscaled);
    if (!prepared.prediction) onWeights?.();
    const result = prepared.prediction
      ? { prediction: prepared.prediction, worker }
      : await classifyDownscaled(downscaled, {}, { run, fetchWeights, signal, needsWeights: true });
    return { ...result, prediction: photoPrediction(prepared, result.prediction), downscaled, thumbnail };
  });
}

/**
 * Classifies a photo that a worker has downscaled, before all that waits.
 * @param {DownscaledPhoto} photo
 * @param {PhotoEdit} edit
 * @param {RequestOptions & {needsWeights?: boolean}} options needsWeights: a worker has said so already
 */
export function classifyDownscaled(photo, edit, { run, fetchWeights, signal, needsWeights = false }) {
  const attempt = (/** @type {boolean} */ withWeights) =>
    run(async (worker) => ({ prediction: await worker.classifyDownscaled(photo, edit, withWeights), worker }), {
      signal,
      first: true,
    });
  return retryOnce(true, async () => {
    try {
      if (!needsWeights) return await attempt(false);
    } catch (error) {
      if (asThimbleError(error).code !== "weights-missing") throw error;
    }
    // Fetched before a worker is asked for, so that none waits for them.
    await unlessAborted(fetchWeights(), signal);
    return attempt(true);
  });
}

/** @type {(prepared: PreparedPhoto, prediction: Prediction) => PhotoPrediction} prediction: made with it or later */
function photoPrediction({ width, height, milliseconds: spent, prediction: atOnce }, prediction) {
  const { prepare, inference, readBack } = prediction.milliseconds;
  const total = spent.total + (atOnce ? 0 : prepare + inference + readBack);
  const milliseconds = { decode: spent.decode, prepare: spent.downscale + prepare, inference, readBack, total };
  return { ...prediction, width, height, milliseconds };
}

/**
 * @template T
 * @param {boolean} isRepeatable
 * @param {(isRetry: boolean) => Promise<T>} attempt on any worker
 * @returns {Promise<T>}
 */
async function retryOnce(isRepeatable, attempt) {
  try {
    return await attempt(false);
  } catch (error) {
    if (!(error instanceof WorkerDied)) throw error;
    if (!isRepeatable) throw crashed("The classifier stopped over this photo.", error);
  }
  try {
    return await attempt(true);
  } catch (error) {
    throw error instanceof WorkerDied ? crashed("The classifier stopped over this photo twice.", error) : error;
  }
}

/** @type {(what: string, cause: WorkerDied) => ThimbleError} */
function crashed(what, { message }) {
  return new ThimbleError("classifier-crashed", `${what} ${message} Save the photo in another format and try again.`);
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>} rejects as soon as the signal is aborted
 */
function unlessAborted(promise, signal) {
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortReason(signal));
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject);
  });
}
