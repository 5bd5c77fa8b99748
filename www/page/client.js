// One worker as the page sees it: calls with a time limit, and the worker's death as an event.
import { wrap } from "comlink";
import { ThimbleError } from "../shared/errors.js";

/** @typedef {import("comlink").Remote<import("../worker/worker.js").Service>} Service */

/** After one of these nothing in that worker can be trusted any more. */
const FATAL_CODES = new Set(["device-lost", "worker-failed", "no-answer", "panic"]);

/** A worker, and whether it still lives. */
export class Client {
  #worker;
  #service;
  /** @type {(error: ThimbleError) => void} */
  #kill = () => {};
  /**
   * Why the worker is dead.
   * @type {ThimbleError | null}
   */
  dead = null;
  /**
   * Rejects when the worker dies or is ended; never settles otherwise.
   * @type {Promise<never>}
   */
  death;

  /** Starts the worker. */
  constructor() {
    this.#worker = new Worker(new URL(WORKER_URL, document.baseURI), { type: "module" });
    this.#service = /** @type {Service} */ (wrap(this.#worker));
    this.death = new Promise((_, reject) => {
      this.#kill = (error) => {
        if (this.dead) return;
        this.dead = error;
        this.#worker.terminate();
        reject(error);
      };
    });
    // Each call races against it; on its own it is not an unhandled rejection.
    this.death.catch(() => {});
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      // A script that could not be loaded comes without a message. A panic in an async function comes here too:
      // it leaves the call itself unanswered.
      const message = event.message
        ? `The classifier stopped with “${event.message}”.`
        : "The classifier's worker could not be loaded. Check the connection and press “Try again”, or reload the page.";
      this.#kill(new ThimbleError("worker-failed", message));
    });
    this.#worker.addEventListener("message", ({ data }) => {
      if (data?.thimble !== "device-lost") return;
      this.#kill(new ThimbleError("device-lost", `The graphics device was lost (${data.reason}).`));
    });
  }

  /**
   * @template T
   * @param {(service: Service) => Promise<T>} ask
   * @param {number} limit milliseconds; past it the worker counts as dead
   * @returns {Promise<T>}
   */
  async call(ask, limit) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const late = new Promise((/** @type {(never: never) => void} */ _, reject) => {
      timer = setTimeout(() => {
        const seconds = Math.round(limit / 1000);
        reject(new ThimbleError("no-answer", `The classifier gave no answer within ${seconds} s.`));
      }, limit);
    });
    try {
      return await Promise.race([ask(this.#service), this.death, late]);
    } catch (caught) {
      const error = named(caught);
      if (error instanceof ThimbleError && FATAL_CODES.has(error.code)) this.#kill(error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the worker on purpose; calls that it has not answered are refused. */
  close() {
    this.#kill(new ThimbleError("closed", "This classifier was put away."));
  }
}

/**
 * A trap of the wasm, which is how a Rust panic ends, gets a code and a sentence.
 * @param {unknown} error
 * @returns {unknown}
 */
function named(error) {
  if (!(error instanceof Error) || error.name !== "RuntimeError") return error;
  return new ThimbleError("panic", `The classifier stopped with “${error.message}”.`);
}
