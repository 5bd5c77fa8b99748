// What is said where the network is not sure: between which two it is, why, and what makes a better photo.
import { el } from "./dom.js";
import { percent } from "./format.js";

/** @typedef {Pick<import("../shared/types.js").Finding, "probabilities" | "index" | "label" | "sure" | "trouble" | "quality">} Found */
/** @typedef {NonNullable<import("../shared/types.js").Finding["trouble"]>} Trouble */

/** Below this share the label of a picture in the data set's own form is a guess. */
const UNSURE = 0.5;

/**
 * Why the network may not be sure, and what helps.
 * @type {Record<Trouble, {why: string, help: string}>}
 */
export const TROUBLES = {
  "nothing-found": {
    why: "Nothing on the photo stands out from what is around it.",
    help: "Lay the garment on a plain ground of another colour, or draw the box around it.",
  },
  "too-dark": {
    why: "The photo is dark.",
    help: "Take it again by daylight or with a lamp, so that the garment's seams can be seen.",
  },
  "cut-off": {
    why: "The garment goes on beyond the photo's edge.",
    help: "Step back until all of it is on the photo, with some ground around it.",
  },
  "too-small": {
    why: "The garment is small on the photo.",
    help: "Go nearer, or draw the box closely around it.",
  },
  "several-parts": {
    why: "There are several things on the photo.",
    help: "Photograph one garment alone, or draw the box around one.",
  },
  "busy-background": {
    why: "The garment is hard to tell from what is around it.",
    help: "Lay it on a plain ground of another colour, without a pattern, and without shadows.",
  },
};

/** From this share of the two likeliest on, of which the second has at least the other one, it is a matter of these two. */
const EITHER = 0.8;
const SECOND = 0.1;

/** Where nothing is wrong with the photo, and it is a matter of two. */
const ALIKE = {
  why: "It could be either.",
  help: "Spread the garment out flat, and photograph it straight from above with its whole shape in sight.",
};

/** Where the network that answered was never fine-tuned on photos. */
const UNTRAINED = {
  why: "The network that answered has learned from the data set's pictures alone, and is often wrong on photos.",
  help: "Choose one in the workbench that knows photos, then press Again.",
};

/** Where nothing is wrong with the photo otherwise. */
const UNKNOWN = {
  why: "It is not plainly any of the ten kinds that Thimble knows, and may be none of them.",
  help: "If it is one, lay it flat and spread out, and photograph it straight from above. If it lies on its side, turn the photo.",
};

/**
 * @param {Found} found
 * @returns {boolean} whether a plain answer is given
 */
export function isSure(found) {
  const { sure, probabilities, index } = found;
  return sure ?? (!isUntrained(found) && (probabilities[index] ?? 0) >= UNSURE);
}

/**
 * A photo, which has a quality, of which its network cannot say how sure it is.
 * @param {Found} found
 */
function isUntrained({ sure, quality }) {
  return sure === null && quality !== null;
}

/**
 * @param {Found} found
 * @param {string[]} labels
 * @returns {{label: string, share: number}[]} the two likeliest, the likelier first
 */
export function likeliest({ probabilities }, labels) {
  const ranked = probabilities.map((share, index) => ({ label: labels[index] ?? String(index), share }));
  return ranked.sort((a, b) => b.share - a.share).slice(0, 2);
}

/**
 * @param {Found} found
 * @param {string[]} labels
 * @returns {string} the verdict in one sentence, to be said
 */
export function sentence(found, labels) {
  const [first, second] = likeliest(found, labels);
  if (!first || !second) return "";
  if (isSure(found)) return `${first.label}, ${percent(first.share)} sure.`;
  return `not sure. ${first.label}, ${percent(first.share)}, or ${second.label}, ${percent(second.share)}. ${reasonOf(found).why}`;
}

/**
 * @param {Found} found
 * @returns {{why: string, help: string}}
 */
function reasonOf(found) {
  const { trouble, probabilities } = found;
  if (isUntrained(found)) return UNTRAINED;
  if (trouble) return TROUBLES[trouble];
  const [first = 0, second = 0] = [...probabilities].sort((a, b) => b - a);
  return first + second >= EITHER && second >= SECOND ? ALIKE : UNKNOWN;
}

/**
 * @param {Found} found one that is not sure
 * @returns {HTMLElement}
 */
export function advice(found) {
  const { why, help } = reasonOf(found);
  return el("p", { class: "advice" }, el("span", { class: "why" }, why), " ", el("span", { class: "help" }, help));
}
