// The photos that have no answer yet, and how far they are; then the warm times of those that have one.
import { persist } from "../pool/persist.js";
import { asThimbleError } from "../shared/errors.js";

/** @typedef {import("./member.js").Member} Member */
/** @typedef {import("./stats.js").Stats} Stats */
/** @typedef {import("../shared/errors.js").ThimbleError} ThimbleError */
/** @typedef {import("../shared/types.js").Verdict} Verdict */
/** @typedef {import("../shared/types.js").Warm} Warm */

/**
 * @typedef {object} Job one photo; the callbacks are its card
 * @property {Blob} file
 * @property {() => void} working
 * @property {() => void} lacking it waits for weights that this picture wants
 * @property {(verdict: Verdict, member: Member) => void} done
 * @property {(thumbnail: ImageBitmap | null) => void} pictured comes behind `done`; null where there is none
 * @property {(warm: Warm | ThimbleError, verdict: Verdict) => void} timed an error where the time could not be taken; of this verdict, which
 *   may not be the latest
 * @property {(error: ThimbleError) => void} failed
 * @property {() => void} cancelled
 */

/**
 * @typedef {object} Answer
 * @property {Verdict} verdict
 * @property {Member} member that gave it
 * @property {Promise<ImageBitmap | null>} thumbnail of the photo
 */

/**
 * @typedef {object} Batch the photos that came since the last moment without any
 * @property {number} total those that were taken back are not counted
 * @property {number} done answered or failed
 * @property {number} failed
 */

/** @typedef {{job: Job, verdict: Verdict, member: Member}} Untimed */

/** Sends `batch` when a photo has come, gone or been answered, `times` when there is a new time. */
export class Queue extends EventTarget {
  #ask;
  #stats;
  /**
   * In the order in which they came, each with what takes it back.
   * @type {Map<Job, AbortController>}
   */
  #open = new Map();
  /** @type {Untimed[]} */
  #untimed = [];
  #timing = false;
  /** @type {(() => void)[]} */
  #onIdle = [];

  /** @type {Batch} */
  batch = { total: 0, done: 0, failed: 0 };

  /**
   * @param {(job: Job, signal: AbortSignal, again: boolean) => Promise<Answer>} ask begins the photos in the order in which
   *   it is called, but for those that are asked again: they go first
   * @param {Stats} stats
   */
  constructor(ask, stats) {
    super();
    this.#ask = ask;
    this.#stats = stats;
  }

  /** @param {Job} job */
  submit(job) {
    if (this.#open.size === 0) this.batch = { total: 0, done: 0, failed: 0 };
    const controller = new AbortController();
    this.#forget(job);
    this.#open.set(job, controller);
    this.batch.total += 1;
    this.#send("batch");
    void this.#answer(job, controller.signal).then(() => {
      if (this.#open.get(job) === controller) this.#open.delete(job);
      this.#send("batch");
      if (this.#open.size > 0) return;
      for (const resolve of this.#onIdle.splice(0)) resolve();
      void this.#time();
    });
  }

  /**
   * Takes a photo back: it is not begun any more, and what a worker may still find out about it is not told.
   * @param {Job} job
   */
  cancel(job) {
    this.#open.get(job)?.abort();
    this.#forget(job);
  }

  /**
   * The time of its last verdict is not wanted any more.
   * @param {Job} job
   */
  #forget(job) {
    this.#untimed = this.#untimed.filter((untimed) => untimed.job !== job);
  }

  /** Takes all photos back that have no answer. */
  cancelAll() {
    for (const controller of this.#open.values()) controller.abort();
  }

  /** Resolves when no photo waits for an answer. */
  async idle() {
    if (this.#open.size === 0) return;
    await new Promise((/** @type {(value: void) => void} */ resolve) => void this.#onIdle.push(resolve));
  }

  /**
   * @param {Job} job
   * @param {AbortSignal} signal
   */
  async #answer(job, signal) {
    try {
      const { verdict, member, thumbnail } = await persist((again) => this.#ask(job, signal, again));
      this.batch.done += 1;
      this.#stats.photo(member, verdict.milliseconds.total);
      this.#untimed.push({ job, verdict, member });
      job.done(verdict, member);
      void thumbnail.then(job.pictured);
      this.#send("times");
    } catch (error) {
      if (signal.aborted) {
        this.batch.total -= 1;
        job.cancelled();
        return;
      }
      this.batch.done += 1;
      this.batch.failed += 1;
      job.failed(asThimbleError(error));
    }
  }

  /** One after the other, and only while no photo waits: a photo beside it would spoil the time. */
  async #time() {
    if (this.#timing) return;
    this.#timing = true;
    while (this.#open.size === 0) {
      const [untimed] = this.#untimed;
      if (!untimed) break;
      // The weights may be slow to come. Where they do not, the card is told.
      await untimed.member.equip().catch(() => {});
      if (this.#open.size > 0 || this.#untimed[0] !== untimed) continue;
      this.#untimed.shift();
      await this.#timeOne(untimed);
    }
    this.#timing = false;
  }

  /** @param {Untimed} untimed */
  async #timeOne({ job, verdict, member }) {
    try {
      const warm = await member.warm(verdict.picture);
      this.#stats.warm(member, warm);
      job.timed(warm, verdict);
    } catch (error) {
      // The verdict stands without it; a worker that died here is replaced by its pool's owner.
      job.timed(asThimbleError(error), verdict);
    }
    this.#send("times");
  }

  /** @param {"batch" | "times"} type */
  #send(type) {
    this.dispatchEvent(new Event(type));
  }
}
