// Workers that share what waits. The pool grows only while more waits than its workers have in hand, and shrinks
// to one when nothing has waited for a while. Knows nothing of photos: what is done with a worker is the task's concern.
import { putAway } from "./client.js";

/** @typedef {import("./client.js").Client} Client */

/**
 * @template M
 * @typedef {object} Task
 * @property {(member: M) => Promise<unknown>} work
 * @property {(value: any) => void} resolve
 * @property {(error: unknown) => void} reject
 */

/**
 * @template M
 * @typedef {object} Hand a worker and whether it has a task
 * @property {M} member
 * @property {boolean} busy
 */

/** Workers beyond this number gain little, and each takes the memory of a photo. */
const MOST = 8;

/** How long workers beyond the first are kept without work: they hold the memory of the largest photo they have seen. */
const REST_MILLISECONDS = 20_000;

/**
 * How many workers this machine has room for: one a core, and one a GiB of memory where the browser tells, since a
 * photo of the largest size takes 600 MB (as the decoder's canvas, as a copy of its pixels, and in wasm's memory).
 * @param {{hardwareConcurrency?: number, deviceMemory?: number}} [machine]
 * @returns {number} at least 1
 */
export function roomFor({ hardwareConcurrency = 1, deviceMemory = MOST } = navigator) {
  return Math.max(1, Math.min(hardwareConcurrency, Math.floor(deviceMemory), MOST));
}

/**
 * Workers of one kind.
 * @template {{client: Client}} M
 */
export class Pool {
  #start;
  #most;
  #limit;
  #onDeath;
  /** @type {Set<Hand<M>>} */
  #hands = new Set();
  /** @type {Set<Promise<M>>} */
  #starting = new Set();
  /** @type {Task<M>[]} */
  #waiting = [];
  #closed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /**
   * @param {() => Promise<M>} start gives one more worker that is ready
   * @param {number} most workers at a time
   * @param {(error: import("../shared/errors.js").ThimbleError) => void} [onDeath] a worker died of itself
   */
  constructor(start, most, onDeath = () => {}) {
    this.#start = start;
    this.#most = most;
    this.#limit = most;
    this.#onDeath = onDeath;
  }

  /** How many workers are ready. */
  get size() {
    return this.#hands.size;
  }

  /**
   * The worker that is never sent to rest; it is started where there is none.
   * @returns {Promise<M>} the same one until it dies or the pool is closed
   */
  async lead() {
    if (this.#closed) throw putAway();
    for (const { member } of this.#hands) if (!member.client.dead) return member;
    // A failed start is not kept: the next request tries anew.
    const [first] = this.#starting;
    return first ?? this.#grow();
  }

  /**
   * Has the next free worker do something. What was given first is begun first.
   * @template T
   * @param {(member: M) => Promise<T>} work
   * @param {{signal?: AbortSignal, first?: boolean}} [options] signal: refuses the result at once, and does not begin what
   *   still waits; first: goes before all that waits
   * @returns {Promise<T>} rejects with the signal's reason, with what `work` threw, with why no worker could be started,
   *   or with the code `closed`
   */
  run(work, { signal, first = false } = {}) {
    return new Promise((resolve, reject) => {
      /** @type {Task<M>} */
      const task = { work, resolve, reject };
      if (this.#closed || signal?.aborted) {
        reject(this.#closed ? putAway() : reasonOf(signal));
        return;
      }
      signal?.addEventListener(
        "abort",
        () => {
          this.#waiting = this.#waiting.filter((waiting) => waiting !== task);
          reject(reasonOf(signal));
        },
        { once: true },
      );
      if (first) this.#waiting.unshift(task);
      else this.#waiting.push(task);
      this.#hand();
    });
  }

  /** Ends all workers; none is started any more. */
  close() {
    this.#closed = true;
    clearTimeout(this.#rest);
    for (const { reject } of this.#waiting.splice(0)) reject(putAway());
    for (const { member } of this.#hands) member.client.close();
    this.#hands.clear();
  }

  /** Hands what waits to whoever is free, and starts as many more workers as then still lack. */
  #hand() {
    if (this.#closed) return;
    clearTimeout(this.#rest);
    for (const hand of this.#hands) {
      if (hand.busy || hand.member.client.dead) continue;
      const task = this.#waiting.shift();
      if (!task) break;
      void this.#work(hand, task);
    }
    while (this.#waiting.length > this.#starting.size && this.#hands.size + this.#starting.size < this.#limit) {
      // Whom its failure concerns is told by #grow itself.
      this.#grow().catch(() => {});
    }
    if (this.#hands.size > 1 && [...this.#hands].every(({ busy }) => !busy)) {
      this.#rest = setTimeout(() => this.#sendToRest(), REST_MILLISECONDS);
    }
  }

  /**
   * @param {Hand<M>} hand
   * @param {Task<M>} task
   */
  async #work(hand, { work, resolve, reject }) {
    hand.busy = true;
    try {
      resolve(await work(hand.member));
    } catch (error) {
      reject(error);
    } finally {
      hand.busy = false;
      this.#hand();
    }
  }

  /** @returns {Promise<M>} */
  #grow() {
    const started = this.#enlist();
    this.#starting.add(started);
    started.then(
      () => {
        this.#starting.delete(started);
        this.#hand();
      },
      (error) => {
        this.#starting.delete(started);
        this.#failed(error);
        this.#hand();
      },
    );
    return started;
  }

  /** @param {unknown} error why a worker could not be started */
  #failed(error) {
    if (this.#hands.size + this.#starting.size > 0) {
      // The others do the work, and no more are tried.
      this.#limit = Math.max(1, this.#hands.size);
      return;
    }
    // Nobody is left to do what waits. The next task tries anew.
    this.#limit = this.#most;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** @returns {Promise<M>} */
  async #enlist() {
    const member = await this.#start();
    if (this.#closed) {
      member.client.close();
      throw putAway();
    }
    /** @type {Hand<M>} */
    const hand = { member, busy: false };
    this.#hands.add(hand);
    member.client.death.catch((error) => {
      this.#hands.delete(hand);
      if (error.code !== "closed") this.#onDeath(error);
      this.#hand();
    });
    return member;
  }

  #sendToRest() {
    const [, ...others] = this.#hands;
    for (const hand of others) {
      this.#hands.delete(hand);
      hand.member.client.close();
    }
  }
}

/**
 * @param {AbortSignal | undefined} signal
 * @returns {unknown} why it was aborted; browsers from before AbortSignal.reason do not tell
 */
export function reasonOf(signal) {
  return signal?.reason ?? new DOMException("The signal was aborted.", "AbortError");
}
