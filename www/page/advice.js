// What the page says where the network is not confident: the two likeliest classes, why, and what makes a better photo.
import { el } from "./dom.js";
import { percent } from "./format.js";

/** @import { Prediction } from "../../pkg/cpu/thimble.js" */

/** @typedef {{why: string, help: string}} Advice why the network may not be confident, and what helps */

/** Below this share the label of a Fashion-MNIST image is a guess. */
const GUESS = 0.5;

/** @type {Record<NonNullable<Prediction["issue"]>, Advice>} */
export const ISSUES = {
  "nothing-found": {
    why: "No garment stands out from the background.",
    help: "Lay the garment on a plain background of another colour, or draw the box around it.",
  },
  "too-dark": {
    why: "The photo is dark.",
    help: "Take it again in daylight or under a lamp, so that the seams are visible.",
  },
  "cut-off": {
    why: "The garment is cut off at the edge of the photo.",
    help: "Step back until all of it is in the photo, with some background around it.",
  },
  "too-small": {
    why: "The garment is small in the photo.",
    help: "Move closer, or draw the box tightly around it.",
  },
  "several-parts": {
    why: "There are several objects in the photo.",
    help: "Photograph one garment alone, or draw the box around one.",
  },
  "busy-background": {
    why: "The garment is hard to tell from the background.",
    help: "Lay it on a plain background of another colour, without a pattern or shadows.",
  },
};

/**
 * With at least this share together, and the second with at least the other one, it is one of the two likeliest
 * classes.
 */
const EITHER = 0.8;
const SECOND = 0.1;

/** Where the photo has no issue and it is one of two classes. */
const ALIKE = {
  why: "It could be either.",
  help: "Lay the garment flat and photograph it from straight above, with its whole shape visible.",
};

/** Where the network was never fine-tuned on photos. */
const UNTRAINED = {
  why: "This network was trained on Fashion-MNIST images only, and is often wrong on photos.",
  help: "Choose another network, then press Again.",
};

/** Where the photo has no issue otherwise. */
const UNKNOWN = {
  why: "It does not clearly match any of the ten classes that Thimble knows, and may be none of them.",
  help: "If it is one, lay it flat and photograph it from straight above. If it is on its side, rotate the photo.",
};

/** @type {(prediction: Prediction) => boolean} */
export function isConfident(prediction) {
  const { confident, probabilities, index } = prediction;
  return confident ?? (!isOfUntrained(prediction) && (probabilities[index] ?? 0) >= GUESS);
}

/** @type {(prediction: Prediction) => boolean} whether a photo, which has a quality, was classified by a network without confidence */
function isOfUntrained({ confident, quality }) {
  return confident === null && quality !== null;
}

/** @type {(prediction: Pick<Prediction, "probabilities">, labels: string[]) => {label: string, share: number}[]} the two likeliest classes */
export function likeliest({ probabilities }, labels) {
  const ranked = probabilities.map((share, index) => ({ label: labels[index] ?? String(index), share }));
  return ranked.sort((a, b) => b.share - a.share).slice(0, 2);
}

/** @type {(prediction: Prediction, labels: string[]) => string} the prediction in one sentence, for a screen reader */
export function sentence(prediction, labels) {
  const [first, second] = likeliest(prediction, labels);
  if (!first || !second) return "";
  if (isConfident(prediction)) return `${first.label}, ${percent(first.share)} confident.`;
  return `not confident. ${first.label}, ${percent(first.share)}, or ${second.label}, ${percent(second.share)}. ${adviceFor(prediction).why}`;
}

/** @type {(prediction: Prediction) => Advice} */
function adviceFor(prediction) {
  const { issue, probabilities } = prediction;
  if (isOfUntrained(prediction)) return UNTRAINED;
  if (issue) return ISSUES[issue];
  const [first = 0, second = 0] = [...probabilities].sort((a, b) => b - a);
  return first + second >= EITHER && second >= SECOND ? ALIKE : UNKNOWN;
}

/** @type {(prediction: Prediction) => HTMLElement} */
export function advice(prediction) {
  const { why, help } = adviceFor(prediction);
  return el("p", { class: "advice" }, el("span", { class: "why" }, why), " ", el("span", { class: "help" }, help));
}
