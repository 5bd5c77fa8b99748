// Requests of which only the newest counts: one is in progress at a time, and those that come meanwhile replace each
// other.
import { asThimbleError } from "../shared/errors.js";

/** @import { ThimbleError } from "../shared/errors.js" */

/**
 * Sends one request after the other.
 * @template R, A
 */
export class LatestRequest {
  #send;
  #onDone;
  #onFailed;
  /** @type {R | undefined} */
  #next;
  #busy = false;
  #abort = new AbortController();

  /**
   * @param {(request: R, signal: AbortSignal) => Promise<A>} send
   * @param {(answer: A, isLast: boolean, request: R) => void} onDone isLast: nothing newer waits
   * @param {(error: ThimbleError) => void} onFailed
   */
  constructor(send, onDone, onFailed) {
    this.#send = send;
    this.#onDone = onDone;
    this.#onFailed = onFailed;
  }

  /** @param {R} next */
  request(next) {
    this.#next = next;
    if (!this.#busy) void this.#run();
  }

  /** Drops what waits, and the answer to what is in progress. */
  stop() {
    this.#next = undefined;
    this.#abort.abort();
    this.#abort = new AbortController();
  }

  async #run() {
    this.#busy = true;
    while (this.#next !== undefined) {
      const request = this.#next;
      const { signal } = this.#abort;
      this.#next = undefined;
      try {
        const answer = await this.#send(request, signal);
        if (!signal.aborted) this.#onDone(answer, this.#next === undefined, request);
      } catch (error) {
        if (!signal.aborted) this.#onFailed(asThimbleError(error));
      }
    }
    this.#busy = false;
  }
}
