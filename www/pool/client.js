// One worker as its owner sees it: calls with a time limit, and the worker's death as an event.
import { wrap } from "comlink";
import { asThimbleError, ThimbleError } from "../shared/errors.js";

/** @typedef {import("./start-worker.js").Started} Started */
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
   * The call that was asked for last, settled or not; it never rejects.
   * @type {Promise<unknown>}
   */
  #last = Promise.resolve();
  /**
   * A file that the worker decodes before it is asked for it.
   * @type {Blob | null}
   */
  ahead = null;
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

  /** @param {Started} started the worker is this client's from here on */
  constructor({ worker, failure }) {
    this.#worker = worker;
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
    void failure.then(({ message: said }) => {
      // A script that could not be loaded comes without a message. A panic in an async function comes here too:
      // it leaves the call itself unanswered.
      const message = said
        ? `The classifier stopped with “${said}”.`
        : "The classifier's worker could not be loaded. Check the connection, then try again or reload the page.";
      this.#kill(new ThimbleError("worker-failed", message));
    });
    this.#worker.addEventListener("message", ({ data }) => {
      if (data?.thimble !== "device-lost") return;
      this.#kill(new ThimbleError("device-lost", `The graphics device was lost (${data.reason}).`));
    });
  }

  /**
   * Asks for what can be done beside a call, and waits for no answer.
   * @param {(service: Service) => Promise<unknown>} ask
   */
  tell(ask) {
    if (!this.dead) ask(this.#service).catch(() => {});
  }

  /**
   * One call at a time: a photo that ran beside a benchmark would spoil the times of both.
   * @template T
   * @param {(service: Service) => Promise<T>} ask
   * @param {number} limit milliseconds, from the call's turn; past it the worker counts as dead
   * @returns {Promise<T>}
   */
  call(ask, limit) {
    const answer = this.#last.then(() => this.#ask(ask, limit));
    this.#last = answer.catch(() => {});
    return answer;
  }

  /**
   * @template T
   * @param {(service: Service) => Promise<T>} ask
   * @param {number} limit milliseconds
   * @returns {Promise<T>}
   */
  async #ask(ask, limit) {
    if (this.dead) throw this.dead;
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
      const error = asThimbleError(caught);
      if (FATAL_CODES.has(error.code)) this.#kill(error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the worker on purpose; calls that it has not answered are refused. */
  close() {
    this.#kill(putAway());
  }
}

/** @returns {ThimbleError} what is said to a call of a classifier that was ended on purpose */
export function putAway() {
  return new ThimbleError("closed", "This classifier was put away.");
}
