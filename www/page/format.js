// Numbers as the page prints them.

/**
 * @type {(message: string) => string} an error's message as a sentence: the wasm packages' messages start in lower case
 *   and have no full stop
 */
export function toSentence(message) {
  const capitalized = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(capitalized) ? capitalized : `${capitalized}.`;
}

/** @type {(share: number) => string} such as "97.3 %"; never "100 %" for what is less */
export function percent(share) {
  if (share > 0.999 && share < 1) return "> 99.9 %";
  if (share > 0 && share < 0.001) return "< 0.1 %";
  return `${(share * 100).toFixed(1)} %`;
}

/** @type {(share: number) => string} of 10,000 images, such as "92.41 %" */
export function accuracy(share) {
  return `${(share * 100).toFixed(2)} %`;
}

/** @type {(count: number, noun: string, plural?: string) => string} such as "1 run" and "2,000 runs" */
export function counted(count, noun, plural = `${noun}s`) {
  // Not with Intl: its tables take longer to be set up than a photo to be classified.
  const grouped = String(count).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${grouped} ${count === 1 ? noun : plural}`;
}

/** @type {(resolution: number) => number} decimals that a value of this resolution may be printed with */
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
