// One card's wishes on their way to a worker: one is in hand at a time, and of those that come meanwhile only the newest counts.
import { asThimbleError } from "../shared/errors.js";

/**
 * Asks for one thing after the other.
 * @template W, A
 */
export class Adjuster {
  #ask;
  #done;
  #failed;
  /** @type {W | undefined} */
  #next;
  #busy = false;
  #abort = new AbortController();

  /**
   * @param {(wish: W, signal: AbortSignal) => Promise<A>} ask
   * @param {(answer: A, isLast: boolean, wish: W) => void} done isLast: nothing newer is wanted
   * @param {(error: import("../shared/errors.js").ThimbleError) => void} failed
   */
  constructor(ask, done, failed) {
    this.#ask = ask;
    this.#done = done;
    this.#failed = failed;
  }

  /** @param {W} wish */
  want(wish) {
    this.#next = wish;
    if (!this.#busy) void this.#run();
  }

  /** Nothing that was wanted is told any more, nor asked for. */
  stop() {
    this.#next = undefined;
    this.#abort.abort();
    this.#abort = new AbortController();
  }

  async #run() {
    this.#busy = true;
    while (this.#next !== undefined) {
      const wish = this.#next;
      const { signal } = this.#abort;
      this.#next = undefined;
      try {
        const answer = await this.#ask(wish, signal);
        if (!signal.aborted) this.#done(answer, this.#next === undefined, wish);
      } catch (error) {
        if (!signal.aborted) this.#failed(asThimbleError(error));
      }
    }
    this.#busy = false;
  }
}
