// Whether another backend computes the same network as the CPU, by the logits of the reference picture.

import { BACKENDS } from "./backends.js";

/** @typedef {import("./member.js").Member} Member */

/**
 * @param {Member} cpu
 * @param {Member} other
 * @returns {Promise<string>} what differs, as the end of a sentence; empty where the backends agree
 */
export async function disagreement(cpu, other) {
  const [expected, found] = await Promise.all([cpu.tried(), other.tried()]);
  const { tolerance } = BACKENDS[other.backend];
  const difference = largestDifference(expected.logits, found.logits);
  if (difference <= tolerance) return "";
  if (Number.isNaN(difference)) return "its logits are no numbers that can be compared";
  return `a logit differs by ${difference.toPrecision(2)}; at most ${tolerance} is allowed`;
}

/**
 * @param {Float32Array} a
 * @param {Float32Array} b
 * @returns {number} NaN where lengths differ or a value is none
 */
function largestDifference(a, b) {
  if (a.length !== b.length || a.length === 0) return NaN;
  return a.reduce((largest, value, index) => {
    const difference = Math.abs(value - /** @type {number} */ (b[index]));
    // Math.max would pass over nothing: a NaN stays a NaN, and a NaN is no match.
    return Math.max(largest, difference);
  }, 0);
}
