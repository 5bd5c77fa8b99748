// The photos without a prediction yet, and how far they are; then the warm times of those that have one.
import { asThimbleError } from "../shared/errors.js";
import { isPhoto } from "./prediction.js";
import { markOnce } from "./stats.js";

/**
 * @import { DownscaledPhoto } from "../../pkg/cpu/thimble.js"
 * @import { ClassifierWorker } from "../pool/classifier-worker.js"
 * @import { PhotoPrediction } from "../pool/public.js"
 * @import { ThimbleError } from "../shared/errors.js"
 * @import { DownloadState, WarmTime } from "../shared/types.js"
 * @import { Backends } from "./backends.js"
 */

/**
 * @typedef {object} Classified
 * @property {PhotoPrediction} prediction
 * @property {DownscaledPhoto | null} downscaled of the latest photos alone
 * @property {ClassifierWorker} worker that made the prediction
 */

/**
 * @typedef {object} Job one photo, which is told how far it is
 * @property {Blob} file
 * @property {() => void} onQueued it waits for a worker
 * @property {(download: DownloadState | null) => void} onDownload more has come of what it may wait for
 * @property {() => void} onStart
 * @property {() => void} onWeights it waits for weights that this image needs
 * @property {(classified: Classified) => void} onDone
 * @property {(thumbnail: Blob | null) => void} onThumbnail after `onDone`; null where there is none
 * @property {(time: WarmTime | ThimbleError, prediction: PhotoPrediction) => void} onTime an error where the time could
 *   not be measured; of this prediction, which may not be the latest
 * @property {(error: ThimbleError) => void} onFailed
 * @property {() => void} onCancelled
 */

/**
 * @typedef {object} Batch the photos that came since none was open
 * @property {number} total without those that were cancelled
 * @property {number} done classified or failed
 * @property {number} failed
 */

/** @typedef {{job: Job} & Pick<Classified, "prediction" | "worker">} Untimed without the downscaled photo, which may go meanwhile */

/** So many downscaled photos are kept for edits, of some 0.6 MB each. */
const KEPT = 60;

/** Sends `batch` when a photo has come, gone or been classified, `times` when there is a new time. */
export class Queue extends EventTarget {
  #backends;
  /** @type {Map<Job, AbortController>} in the order in which they came */
  #open = new Map();
  /** @type {Untimed[]} */
  #untimed = [];
  #timing = false;
  /** @type {Classified[]} those whose downscaled photos are kept, the latest last */
  #kept = [];

  /** @type {Batch} */
  batch = { total: 0, done: 0, failed: 0 };

  /** @param {Backends} backends */
  constructor(backends) {
    super();
    this.#backends = backends;
    backends.addEventListener("download", () => {
      const { download } = backends;
      for (const job of this.#open.keys()) job.onDownload(download);
    });
  }

  /** @param {Job} job */
  submit(job) {
    if (this.#open.size === 0) this.batch = { total: 0, done: 0, failed: 0 };
    const controller = new AbortController();
    this.#forgetTime(job);
    this.#open.set(job, controller);
    this.batch.total += 1;
    job.onQueued();
    this.#send("batch");
    void this.#classify(job, controller.signal).then(() => {
      if (this.#open.get(job) === controller) this.#open.delete(job);
      this.#send("batch");
      void this.#measureTimes();
    });
  }

  /**
   * Drops a photo. A worker that still has it goes on, but its result is dropped.
   * @param {Job} job
   */
  cancel(job) {
    this.#open.get(job)?.abort();
    this.#forgetTime(job);
  }

  /** Cancels all photos without a prediction. */
  cancelAll() {
    for (const controller of this.#open.values()) controller.abort();
  }

  /** @param {Job} job whose last prediction's time is not wanted any more */
  #forgetTime(job) {
    this.#untimed = this.#untimed.filter((untimed) => untimed.job !== job);
  }

  /** @type {(job: Job, signal: AbortSignal) => Promise<void>} */
  async #classify(job, signal) {
    try {
      const { thumbnail, ...classified } = await this.#backends.classify(job.file, {
        signal,
        onStart: () => job.onStart(),
        onWeights: () => job.onWeights(),
      });
      this.batch.done += 1;
      this.#backends.stats.photo(
        classified.worker,
        classified.prediction.milliseconds.total,
        isPhoto(classified.prediction),
      );
      markOnce("prediction");
      this.#untimed.push({ job, prediction: classified.prediction, worker: classified.worker });
      this.#keep(classified);
      job.onDone(classified);
      void thumbnail.then((small) => job.onThumbnail(small));
      this.#send("times");
    } catch (error) {
      if (signal.aborted) {
        this.batch.total -= 1;
        job.onCancelled();
        return;
      }
      this.batch.done += 1;
      this.batch.failed += 1;
      job.onFailed(asThimbleError(error));
    }
  }

  /** @param {Classified} classified */
  #keep(classified) {
    this.#kept.push(classified);
    const dropped = this.#kept.length > KEPT ? this.#kept.shift() : undefined;
    if (dropped) dropped.downscaled = null;
  }

  /**
   * Returns a photo as its worker has downscaled it, for an edit.
   * @param {Pick<Job, "file">} job
   * @param {Classified} classified of this photo
   * @param {AbortSignal} signal
   * @returns {Promise<DownscaledPhoto>}
   */
  async downscaledOf({ file }, classified, signal) {
    if (!classified.downscaled) {
      const nothing = () => {};
      // Somebody looks at it now.
      const options = { signal, onStart: nothing, onWeights: nothing, first: true };
      const { downscaled } = await this.#backends.classify(file, options);
      classified.downscaled = downscaled;
      this.#keep(classified);
      return downscaled;
    }
    return classified.downscaled;
  }

  /** One after the other, and only while no photo waits: a photo beside it would spoil the time. */
  async #measureTimes() {
    if (this.#timing) return;
    this.#timing = true;
    while (this.#open.size === 0) {
      const [untimed] = this.#untimed;
      if (!untimed) break;
      // The weights may be slow to come. Where they do not, the card is told.
      if (!isPhoto(untimed.prediction)) await untimed.worker.ensureWeights().catch(() => {});
      if (this.#open.size > 0 || this.#untimed[0] !== untimed) continue;
      this.#untimed.shift();
      await this.#measureTime(untimed);
    }
    this.#timing = false;
  }

  /** @param {Untimed} untimed */
  async #measureTime({ job, prediction, worker }) {
    try {
      const time = await worker.measureWarm(isPhoto(prediction));
      this.#backends.stats.warm(worker, time, isPhoto(prediction));
      job.onTime(time, prediction);
    } catch (error) {
      // The prediction stands without it. A worker that died here is replaced by its pool.
      job.onTime(asThimbleError(error), prediction);
    }
    this.#send("times");
  }

  /** @param {"batch" | "times"} type */
  #send(type) {
    this.dispatchEvent(new Event(type));
  }
}
