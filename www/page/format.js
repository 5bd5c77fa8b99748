// Numbers as the page prints them.

/**
 * @param {number} share 0 to 1
 * @returns {string} such as "97.3 %"; never "100 %" for what is less
 */
export function percent(share) {
  if (share > 0.999 && share < 1) return "> 99.9 %";
  if (share > 0 && share < 0.001) return "< 0.1 %";
  return `${(share * 100).toFixed(1)} %`;
}

/**
 * @param {number} share 0 to 1, of 10,000 pictures
 * @returns {string} such as "92.41 %"
 */
export function accuracy(share) {
  return `${(share * 100).toFixed(2)} %`;
}

/**
 * @param {number} count whole
 * @param {string} noun singular
 * @returns {string}
 */
export function counted(count, noun) {
  // Not with Intl: its tables take longer to be set up than a photo to be classified.
  const grouped = String(count).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${grouped} ${noun}${count === 1 ? "" : "s"}`;
}
