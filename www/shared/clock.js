// The browser's clock is coarse on purpose: find its tick, and never print a digit finer than it.

/**
 * The smallest non-zero step of `performance.now()` seen while `span` milliseconds pass.
 * @param {number} span milliseconds
 * @returns {number} milliseconds
 */
export function measureTick(span = 2) {
  const start = performance.now();
  let last = start;
  let tick = Infinity;
  // A clock that ticks more rarely must still be seen to tick some times. Nobody can use the page before this is over.
  for (let steps = 0; last - start < span || steps < 4; ) {
    const now = performance.now();
    if (now === last) continue;
    tick = Math.min(tick, now - last);
    last = now;
    steps += 1;
  }
  // Differences of large doubles carry noise in the last digits: a tick is a round number of nanoseconds.
  return Math.round(tick * 1e6) / 1e6;
}

/**
 * Decimals that a value of this resolution may be printed with.
 * @param {number} resolution milliseconds
 * @returns {number}
 */
export function decimalsFor(resolution) {
  // 0.1 is 0.09999… as a difference of doubles, hence the small allowance.
  return Math.min(6, Math.max(0, Math.floor(-Math.log10(resolution) + 1e-3)));
}

/**
 * @param {number} value milliseconds
 * @param {number} resolution milliseconds: the tick, or the tick divided by the number of repetitions
 * @returns {string} such as "0.3 ms", or "< 0.1 ms" for what the clock could not see
 */
export function formatMilliseconds(value, resolution) {
  const decimals = decimalsFor(resolution);
  if (value < resolution / 2) {
    const smallest = 10 ** -decimals;
    return `< ${Math.max(smallest, resolution).toFixed(decimals)} ms`;
  }
  return `${value.toFixed(decimals)} ms`;
}
