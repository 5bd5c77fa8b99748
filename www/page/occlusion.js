// The occlusion map of an image in Fashion-MNIST's format: the network runs with a patch over one place after the other.

/**
 * @import { FeatureMaps, RotatedBox } from "../../pkg/cpu/thimble.js"
 */

/**
 * @typedef {object} OcclusionMap
 * @property {RotatedBox} [view] the square that the network saw, in pixels of the rotated photo; its whole input where left out
 * @property {number} places along each side
 * @property {Float32Array} whole probabilities of the ten classes, and of none where the network has that
 * @property {Float32Array} occluded the same with each place covered, row by row
 * @property {FeatureMaps[]} [layers] what the first convolutions put out
 * @property {number} milliseconds of the network's runs
 */

/** Places along each side. */
const PLACES = 12;
const SIDE = 28;
/** Side of the patch in pixels: about two places. */
const PATCH = 5;
const CLASSES = 10;

/**
 * @param {Uint8Array} image 28x28 greys, light on dark
 * @param {(inputs: Uint8Array<ArrayBuffer>) => Promise<Float32Array>} logitsOf ten logits of each image
 * @returns {Promise<OcclusionMap>}
 */
export async function occludeImage(image, logitsOf) {
  const inputs = new Uint8Array((PLACES * PLACES + 1) * SIDE * SIDE);
  inputs.set(image);
  for (let place = 0; place < PLACES * PLACES; place += 1) {
    const input = inputs.subarray((place + 1) * SIDE * SIDE, (place + 2) * SIDE * SIDE);
    input.set(image);
    const [left, top] = [firstOf(place % PLACES), firstOf(Math.floor(place / PLACES))];
    // The background is black.
    for (let row = top; row < top + PATCH; row += 1) input.fill(0, row * SIDE + left, row * SIDE + left + PATCH);
  }
  const started = performance.now();
  const probabilities = softmax(await logitsOf(inputs));
  return {
    places: PLACES,
    whole: probabilities.subarray(0, CLASSES),
    occluded: probabilities.subarray(CLASSES),
    milliseconds: performance.now() - started,
  };
}

/** @type {(place: number) => number} the first row or column of the patch over it */
function firstOf(place) {
  const middle = ((place + 0.5) * SIDE) / PLACES;
  return Math.max(0, Math.min(SIDE - PATCH, Math.round(middle - PATCH / 2)));
}

/** @type {(logits: Float32Array) => Float32Array} of each row of ten */
function softmax(logits) {
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += CLASSES) {
    const row = logits.subarray(start, start + CLASSES);
    const largest = Math.max(...row);
    const powers = [...row].map((logit) => Math.exp(logit - largest));
    const sum = powers.reduce((all, power) => all + power, 0);
    for (const [index, power] of powers.entries()) probabilities[start + index] = power / sum;
  }
  return probabilities;
}
