// Workers of one kind, and the requests that wait for them. Knows nothing of photos.
import { closedError } from "./worker-client.js";

/**
 * @import { ThimbleError } from "../shared/errors.js"
 * @import { WorkerClient } from "./worker-client.js"
 */

/**
 * @template W
 * @typedef {{worker: W, busy: boolean}} Slot
 */

/**
 * @template W
 * @typedef {{work: (worker: W) => Promise<unknown>, resolve: (value: any) => void, reject: (error: unknown) => void}}
 *   Request
 */

/** @typedef {{signal?: AbortSignal, first?: boolean}} RunOptions first: before all that waits */

/** More workers gain little, and each takes the memory of a photo. */
const MAX_WORKERS = 8;

/** How long idle workers beyond the first are kept, milliseconds: each holds the memory of its largest photo. */
const IDLE_MILLISECONDS = 20_000;

/**
 * @param {{hardwareConcurrency?: number, deviceMemory?: number}} [machine]
 * @returns {number} one worker a core, and one a GiB of memory where the browser tells: the largest photo takes 600 MB
 *   (the decoder's canvas, a copy of its pixels, and wasm's memory)
 */
export function maxWorkers({ hardwareConcurrency = 1, deviceMemory = MAX_WORKERS } = navigator) {
  return Math.max(1, Math.min(hardwareConcurrency, Math.floor(deviceMemory), MAX_WORKERS));
}

/**
 * Workers that share the requests. More start only while requests wait, and all but the first end when idle.
 * @template {Pick<WorkerClient, "dead" | "death" | "close">} W
 */
export class WorkerPool {
  #start;
  #limit;
  #limitNow;
  #onDeath;
  /** @type {Set<Slot<W>>} */
  #slots = new Set();
  /** @type {Set<Promise<W>>} */
  #starting = new Set();
  /** @type {Request<W>[]} */
  #waiting = [];
  #closed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #idleTimer;

  /**
   * @param {() => Promise<W>} start gives one more worker that is ready
   * @param {number} limit workers at a time
   * @param {(error: ThimbleError) => void} [onDeath] a worker died of itself
   */
  constructor(start, limit, onDeath = () => {}) {
    this.#start = start;
    this.#limit = limit;
    this.#limitNow = limit;
    this.#onDeath = onDeath;
  }

  /** How many workers are ready. */
  get size() {
    return this.#slots.size;
  }

  /** @returns {Promise<W>} the worker that never ends when idle; started where there is none */
  async firstWorker() {
    if (this.#closed) throw closedError();
    for (const { worker } of this.#slots) if (!worker.dead) return worker;
    // A failed start is not kept: the next call tries anew.
    const [first] = this.#starting;
    return first ?? this.#grow();
  }

  /**
   * Has the next free worker do something, in the order of the calls.
   * @template T
   * @param {(worker: W) => Promise<T>} work
   * @param {RunOptions} [options] an aborted signal refuses the result at once, and drops a request that still waits
   * @returns {Promise<T>} rejects with the signal's reason, with what `work` threw, with why no worker could be
   *   started, or with the code `closed`
   */
  run(work, { signal, first = false } = {}) {
    return new Promise((resolve, reject) => {
      if (this.#closed || signal?.aborted) {
        reject(this.#closed ? closedError() : abortReason(signal));
        return;
      }
      /** @type {Request<W>} */
      const request = { work, resolve, reject };
      const abort = () => {
        this.#waiting = this.#waiting.filter((waiting) => waiting !== request);
        reject(abortReason(signal));
      };
      signal?.addEventListener("abort", abort, { once: true });
      if (first) this.#waiting.unshift(request);
      else this.#waiting.push(request);
      this.#assign();
    });
  }

  /** Ends all workers; none is started any more. */
  close() {
    this.#closed = true;
    clearTimeout(this.#idleTimer);
    for (const { reject } of this.#waiting.splice(0)) reject(closedError());
    for (const { worker } of this.#slots) worker.close();
    this.#slots.clear();
  }

  /** Gives waiting requests to free workers, and starts as many workers as are then still missing. */
  #assign() {
    if (this.#closed) return;
    clearTimeout(this.#idleTimer);
    for (const slot of this.#slots) {
      if (slot.busy || slot.worker.dead) continue;
      const request = this.#waiting.shift();
      if (!request) break;
      void this.#serve(slot, request);
    }
    while (this.#waiting.length > this.#starting.size && this.#slots.size + this.#starting.size < this.#limitNow) {
      // #grow itself tells whom its failure concerns.
      this.#grow().catch(() => {});
    }
    if (this.#slots.size > 1 && [...this.#slots].every(({ busy }) => !busy)) {
      this.#idleTimer = setTimeout(() => this.#endIdle(), IDLE_MILLISECONDS);
    }
  }

  /** @type {(slot: Slot<W>, request: Request<W>) => Promise<void>} */
  async #serve(slot, { work, resolve, reject }) {
    slot.busy = true;
    try {
      resolve(await work(slot.worker));
    } catch (error) {
      reject(error);
    } finally {
      slot.busy = false;
      this.#assign();
    }
  }

  /** @returns {Promise<W>} */
  #grow() {
    const started = this.#startSlot();
    this.#starting.add(started);
    started.then(
      () => {
        this.#starting.delete(started);
        this.#assign();
      },
      (error) => {
        this.#starting.delete(started);
        this.#startFailed(error);
        this.#assign();
      },
    );
    return started;
  }

  /** @param {unknown} error */
  #startFailed(error) {
    if (this.#slots.size + this.#starting.size > 0) {
      // The others do the work, and no more are tried.
      this.#limitNow = Math.max(1, this.#slots.size);
      return;
    }
    // No worker is left for what waits. The next request tries anew.
    this.#limitNow = this.#limit;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** @returns {Promise<W>} */
  async #startSlot() {
    const worker = await this.#start();
    if (this.#closed) {
      worker.close();
      throw closedError();
    }
    const slot = { worker, busy: false };
    this.#slots.add(slot);
    worker.death.catch((error) => {
      this.#slots.delete(slot);
      if (error.code !== "closed") this.#onDeath(error);
      this.#assign();
    });
    return worker;
  }

  #endIdle() {
    const [, ...others] = this.#slots;
    for (const slot of others) {
      this.#slots.delete(slot);
      slot.worker.close();
    }
  }
}

/**
 * @param {AbortSignal | undefined} signal
 * @returns {unknown} why it was aborted; browsers from before AbortSignal.reason do not tell
 */
export function abortReason(signal) {
  return signal?.reason ?? new DOMException("The signal was aborted.", "AbortError");
}
