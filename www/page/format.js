// Numbers as the page prints them, in its language. Not with Intl: its tables take longer to be set up than a photo to be
// classified.
import { words } from "../language/language.js";

/** @type {(value: number, digits: number) => string} such as "0.25" */
export function decimal(value, digits) {
  return value.toFixed(digits).replace(".", words.decimalMark);
}

/** @type {(value: number | string) => string} with all the decimals that it has */
export function exact(value) {
  return String(value).replace(".", words.decimalMark);
}

/** @type {(bytes: number) => string} such as "1.8" */
export function megabytes(bytes) {
  return decimal(bytes / 1e6, 1);
}

/** @type {(share: number) => string} such as "97.3 %"; never "100 %" for what is less */
export function percent(share) {
  if (share > 0.999 && share < 1) return `> ${decimal(99.9, 1)} %`;
  if (share > 0 && share < 0.001) return `< ${decimal(0.1, 1)} %`;
  return `${decimal(share * 100, 1)} %`;
}

/** @type {(share: number) => string} of 10,000 images, such as "92.41 %" */
export function accuracy(share) {
  return `${decimal(share * 100, 2)} %`;
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
    return `< ${decimal(Math.max(smallest, resolution), decimals)} ms`;
  }
  return `${decimal(value, decimals)} ms`;
}
