// One worker as its page sees it: its start, its calls with a time limit, and its death.
import { wrap } from "comlink";
import { asThimbleError, ThimbleError } from "../shared/errors.js";

/**
 * @import { Remote } from "comlink"
 * @import { Service } from "../worker/worker.js"
 */

/**
 * @typedef {object} StartedWorker
 * @property {Worker} worker
 * @property {number} since when it was started, on the page's clock
 * @property {Promise<ErrorEvent>} failure resolves with its first error; never settles otherwise
 */

/** After one of these nothing in the worker can be trusted. */
const FATAL_CODES = new Set(["device-lost", "worker-failed", "no-answer", "panic"]);

/** @returns {ThimbleError} why a call fails on a classifier that was closed on purpose */
export function closedError() {
  return new ThimbleError("closed", "This classifier is closed. Create a new one.");
}

/**
 * Starts a worker, perhaps before anything listens to it.
 * @param {string | URL} url of a module
 * @returns {StartedWorker}
 */
export function startWorker(url) {
  const since = performance.now();
  const worker = new Worker(url, { type: "module" });
  const failure = new Promise((/** @type {(event: ErrorEvent) => void} */ resolve) => {
    worker.addEventListener("error", (event) => {
      // The page shows what it means; the console need not.
      event.preventDefault();
      resolve(event);
    });
  });
  return { worker, since, failure };
}

/** Calls a worker. */
export class WorkerClient {
  /** @type {(error: ThimbleError) => void} */
  #end = () => {};
  /** @type {Promise<unknown>} the latest call; never rejects */
  #lastCall = Promise.resolve();
  /** @type {Set<(error: ThimbleError) => void>} what refuses the open calls */
  #open = new Set();
  /** @type {ThimbleError | null} why the worker is dead or closed */
  dead = null;
  /** @type {Promise<never>} rejects when the worker dies or is closed; never settles otherwise */
  death;

  /** @param {StartedWorker} started belongs to this object from now on */
  constructor({ worker, since, failure }) {
    this.since = since;
    this.service = /** @type {Remote<Service>} */ (wrap(worker));
    this.death = new Promise((_, reject) => {
      this.#end = (error) => {
        if (this.dead) return;
        this.dead = error;
        worker.terminate();
        for (const refuse of this.#open) refuse(error);
        reject(error);
      };
    });
    // On its own it is not an unhandled rejection.
    this.death.catch(() => {});
    void failure.then(({ message: said }) => {
      // A script that could not be loaded comes without a message. A panic in an async function arrives here too, since
      // it leaves the call itself unanswered.
      const message = said
        ? `The classifier stopped with “${said}”.`
        : "The classifier's worker could not be loaded. Check the connection, then try again or reload the page.";
      this.#end(new ThimbleError("worker-failed", message));
    });
    worker.addEventListener("message", ({ data }) => {
      if (data?.thimble !== "device-lost") return;
      this.#end(new ThimbleError("device-lost", `The graphics device was lost (${data.reason}).`));
    });
  }

  /** Ends the worker on purpose. Its open calls are refused. */
  close() {
    this.#end(closedError());
  }

  /**
   * One call at a time: a photo beside a benchmark would spoil the times of both.
   * @template T
   * @param {(service: Remote<Service>) => Promise<T>} ask
   * @param {number} limit milliseconds
   * @returns {Promise<T>}
   */
  call(ask, limit) {
    const answer = this.#lastCall.then(() => this.#callNow(ask, limit));
    this.#lastCall = answer.catch(() => {});
    return answer;
  }

  /**
   * @template T
   * @param {(service: Remote<Service>) => Promise<T>} ask
   * @param {number} limit milliseconds
   * @returns {Promise<T>}
   */
  async #callNow(ask, limit) {
    if (this.dead) throw this.dead;
    /** @type {(error: ThimbleError) => void} */
    let refuse = () => {};
    // Not a race against `death`: a promise that lives as long as the worker would keep the result of every call.
    const refused = new Promise((/** @type {(never: never) => void} */ _, reject) => {
      refuse = reject;
    });
    this.#open.add(refuse);
    const timer = setTimeout(() => {
      const seconds = Math.round(limit / 1000);
      refuse(new ThimbleError("no-answer", `The classifier did not respond within ${seconds} s.`));
    }, limit);
    try {
      return await Promise.race([ask(this.service), refused]);
    } catch (caught) {
      const error = asThimbleError(caught);
      if (FATAL_CODES.has(error.code)) this.#end(error);
      throw error;
    } finally {
      clearTimeout(timer);
      this.#open.delete(refuse);
    }
  }
}
