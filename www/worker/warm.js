// The time of one forward pass, where one pass is shorter than the clock's tick.

/** Ticks that a measurement has to span, for an error of at most 2 % from the clock. */
const SPAN_TICKS = 50;
/** With a very coarse clock or a very slow device the span is cut here, and the count says so. */
const BUDGET_MILLISECONDS = 1500;

/**
 * @param {{repeat(picture: Uint8Array, repetitions: number): Promise<void>}} classifier
 * @param {Uint8Array} picture 784 bytes
 * @param {number} tick milliseconds
 * @returns {Promise<import("../shared/types.js").Warm>}
 */
export async function measureWarm(classifier, picture, tick) {
  const begin = performance.now();
  let repetitions = 1;
  for (;;) {
    const start = performance.now();
    await classifier.repeat(picture, repetitions);
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
