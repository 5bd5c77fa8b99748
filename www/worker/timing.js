// The browser's clock is coarse on purpose: how long its tick is, and the time of a forward pass that is shorter than
// it.

/** @import { WarmTime } from "../shared/types.js" */

/** Ticks that a measurement has to span, for an error of at most 2 % from the clock. */
const SPAN_TICKS = 50;
/** With a very coarse clock or a very slow device the span ends here, and the count says so. */
const BUDGET_MILLISECONDS = 1500;

/**
 * Finds the smallest non-zero step of `performance.now()` seen while `span` milliseconds pass.
 * @param {number} span milliseconds
 * @returns {number} milliseconds
 */
export function measureTick(span = 2) {
  const start = performance.now();
  let last = start;
  let tick = Infinity;
  // A slower clock must still be seen to tick some times.
  for (let steps = 0; last - start < span || steps < 4;) {
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
 * @param {(repetitions: number) => Promise<void>} repeat runs the network so many times
 * @param {number} tick milliseconds
 * @returns {Promise<WarmTime>}
 */
export async function measureWarm(repeat, tick) {
  const begin = performance.now();
  let repetitions = 1;
  for (;;) {
    const start = performance.now();
    await repeat(repetitions);
    const end = performance.now();
    const span = end - start;
    const ticks = Math.floor(span / tick + 1e-6);
    if (ticks >= SPAN_TICKS || end - begin > BUDGET_MILLISECONDS) {
      return { mean: span / repetitions, repetitions, ticks, tick };
    }
    // Aim a little past the span; at least double while the clock has hardly moved.
    const needed = ticks > 4 ? Math.ceil((repetitions * SPAN_TICKS * 1.2) / ticks) : repetitions * 8;
    repetitions = Math.max(repetitions + 1, Math.min(needed, 100_000));
  }
}
