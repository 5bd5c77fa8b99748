// What the page says where the network is not confident: the two likeliest classes, why, and what makes a better photo.
import { el } from "./dom.js";
import { percent } from "./format.js";

/** @import { Classification } from "../../pkg/cpu/thimble.js" */

/** @typedef {Pick<Classification, "probabilities" | "index" | "label" | "sure" | "trouble" | "quality">} Prediction */

/** @typedef {{why: string, help: string}} Advice why the network may not be confident, and what helps */

/** Below this share the label of a Fashion-MNIST image is a guess. */
const GUESS = 0.5;

/** @type {Record<NonNullable<Prediction["trouble"]>, Advice>} */
export const ISSUES = {
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

/** With at least this share together, and the second with at least the other one, it is one of the two likeliest classes. */
const EITHER = 0.8;
const SECOND = 0.1;

/** Where the photo has no issue and it is one of two classes. */
const ALIKE = {
  why: "It could be either.",
  help: "Spread the garment out flat, and photograph it straight from above with its whole shape in sight.",
};

/** Where the network was never fine-tuned on photos. */
const UNTRAINED = {
  why: "The network that answered has learned from the data set's pictures alone, and is often wrong on photos.",
  help: "Choose one in the workbench that knows photos, then press Again.",
};

/** Where the photo has no issue otherwise. */
const UNKNOWN = {
  why: "It is not plainly any of the ten kinds that Thimble knows, and may be none of them.",
  help: "If it is one, lay it flat and spread out, and photograph it straight from above. If it lies on its side, turn the photo.",
};

/** @type {(prediction: Prediction) => boolean} */
export function isConfident(prediction) {
  const { sure, probabilities, index } = prediction;
  return sure ?? (!isOfUntrained(prediction) && (probabilities[index] ?? 0) >= GUESS);
}

/** @type {(prediction: Prediction) => boolean} whether a photo, which has a quality, was classified by a network without confidence */
function isOfUntrained({ sure, quality }) {
  return sure === null && quality !== null;
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
  if (isConfident(prediction)) return `${first.label}, ${percent(first.share)} sure.`;
  return `not sure. ${first.label}, ${percent(first.share)}, or ${second.label}, ${percent(second.share)}. ${adviceFor(prediction).why}`;
}

/** @type {(prediction: Prediction) => Advice} */
function adviceFor(prediction) {
  const { trouble, probabilities } = prediction;
  if (isOfUntrained(prediction)) return UNTRAINED;
  if (trouble) return ISSUES[trouble];
  const [first = 0, second = 0] = [...probabilities].sort((a, b) => b - a);
  return first + second >= EITHER && second >= SECOND ? ALIKE : UNKNOWN;
}

/** @type {(prediction: Prediction) => HTMLElement} */
export function advice(prediction) {
  const { why, help } = adviceFor(prediction);
  return el("p", { class: "advice" }, el("span", { class: "why" }, why), " ", el("span", { class: "help" }, help));
}
