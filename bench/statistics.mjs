// Medians, and rounds in which everything takes turns.

/** @typedef {{median: number, min: number, max: number}} Spread */

/**
 * @param {number[]} values at least one
 * @returns {Spread}
 */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const at = (/** @type {number} */ index) => sorted[index] ?? NaN;
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { median, min: at(0), max: at(sorted.length - 1) };
}

/**
 * A round without records first, which only warms up; then rounds in which each takes its turn: A B C, A B C.
 * @template T
 * @param {T[]} takers
 * @param {number} rounds
 * @param {(taker: T) => Promise<number>} turn
 * @returns {Promise<Map<T, number[]>>} what each turn gave
 */
export async function inRounds(takers, rounds, turn) {
  /** @type {Map<T, number[]>} */
  const found = new Map(takers.map((taker) => [taker, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const taker of takers) {
      const value = await turn(taker);
      if (round > 0) found.get(taker)?.push(value);
    }
  }
  return found;
}

/**
 * @param {ArrayLike<number>} found
 * @param {ArrayLike<number>} expected
 * @returns {number} the largest difference
 */
export function largestDifference(found, expected) {
  if (found.length !== expected.length) return Infinity;
  return Array.from(found).reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (expected[index] ?? NaN))),
    0,
  );
}

/**
 * @param {ArrayLike<number>} found logits, ten an input
 * @param {ArrayLike<number>} expected
 * @returns {number} the share of inputs whose greatest logit is that of the same class; NaN for none
 */
export function sameLabels(found, expected) {
  const labels = (/** @type {ArrayLike<number>} */ logits) =>
    Array.from({ length: Math.floor(logits.length / 10) }, (_, input) => {
      const ten = Array.from(logits).slice(input * 10, input * 10 + 10);
      return ten.indexOf(Math.max(...ten));
    });
  if (found.length !== expected.length) return NaN;
  const others = labels(expected);
  // The greatest of what holds a NaN is NaN, and nowhere: no match.
  return labels(found).filter((label, input) => label >= 0 && label === others[input]).length / others.length;
}
