// What is measured, as part of the page's address: whoever opens it measures the same.
import { BACKENDS } from "../page/backend-choice.js";

/** @import { Backend } from "../../pkg/cpu/thimble.js" */

/**
 * @typedef {object} Settings
 * @property {Backend[]} backends
 * @property {number[]} batches images at a time
 * @property {number} rounds
 * @property {number} workers that share the test images
 */

/** The view's name in the address. */
export const VIEW = "benchmark";

/** Images at a time that can be chosen. */
export const BATCHES = [1, 8, 32, 128];

const MOST_ROUNDS = 20;

/** @type {(workers: number) => Settings} workers: as many as the machine has room for */
export function defaults(workers) {
  return { backends: ["cpu", "cpu-int8"], batches: [1, 32], rounds: 5, workers };
}

/** @type {(settings: Settings) => string} with the leading # */
export function toHash({ backends, batches, rounds, workers }) {
  // Commas stay readable.
  return `#${VIEW}?backends=${backends.join(",")}&batches=${batches.join(",")}&rounds=${rounds}&workers=${workers}`;
}

/** @type {(hash: string, workers: number) => Settings} what the address does not say, or says wrongly, is the default */
export function fromHash(hash, workers) {
  const given = new URLSearchParams(hash.slice(hash.indexOf("?") + 1));
  const usual = defaults(workers);
  const list = (/** @type {string} */ name) => (given.get(name) ?? "").split(",");
  const backends = /** @type {Backend[]} */ (list("backends").filter((name) => Object.hasOwn(BACKENDS, name)));
  const batches = list("batches")
    .map(Number)
    .filter((batch) => BATCHES.includes(batch));
  return {
    backends: backends.length > 0 ? [...new Set(backends)] : usual.backends,
    batches: batches.length > 0 ? [...new Set(batches)] : usual.batches,
    rounds: within(Number(given.get("rounds")), MOST_ROUNDS) ?? usual.rounds,
    workers: within(Number(given.get("workers")), workers) ?? usual.workers,
  };
}

/** @type {(value: number, most: number) => number | null} null where it is no whole number from 1 on */
function within(value, most) {
  return Number.isInteger(value) && value >= 1 ? Math.min(value, most) : null;
}
