// What the page says where the network is not sure: the likeliest classes, why, and what makes a better photo.
import { el } from "./dom.js";
import { percent } from "./format.js";

/** @import { Garment, Prediction } from "../../pkg/cpu/thimble.js" */

/** @typedef {{why: string, help: string}} Advice why the network may not be confident, and what helps */

/** Below this share the label of a Fashion-MNIST image is a guess. */
const GUESS = 0.5;

/** @type {Record<NonNullable<Garment["issue"]>, Advice>} */
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
    help: "Draw the box around one of them.",
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
  help: "Show its whole shape: from straight above if it lies, from the front if it is worn.",
};

/** Where the network was never trained on photos. */
const UNTRAINED = {
  why: "This network was trained on Fashion-MNIST images only, and is often wrong on photos.",
  help: "Choose another network, then press Again.",
};

/** Where the photo has no issue otherwise. */
const UNKNOWN = {
  why: "It does not clearly match any of the ten classes that Thimble knows, and may be none of them.",
  help: "If it is one, show its whole shape: from straight above if it lies, from the front if it is worn. If it is on its side, rotate the photo.",
};

/** @type {(garment: Garment) => boolean} */
export function isConfident(garment) {
  const { confident, probabilities, index } = garment;
  return confident ?? (!isOfUntrained(garment) && (probabilities[index] ?? 0) >= GUESS);
}

/** @type {(garment: Garment) => number} the probability, 0 to 1, that the label is right */
export function confidenceOf({ confidence, probabilities, index }) {
  return confidence ?? probabilities[index] ?? 0;
}

/**
 * The shares to show beside the classes, so that the likeliest one's is the confidence: what remains is for the others, as
 * likely as they are among the ten, and for none of them.
 * @type {(garment: Pick<Garment, "confidence" | "probabilities" | "index">) => {classes: number[], none: number}} none: 0 where no confidence is
 *   known
 */
export function shares({ confidence, probabilities, index }) {
  const all = [...probabilities];
  const best = all[index] ?? 0;
  if (confidence === null || best <= 0) return { classes: all, none: 0 };
  // What is more likely than it is among the ten leaves nothing to none of them.
  const scale = confidence <= best ? confidence / best : (1 - confidence) / Math.max(1 - best, Number.EPSILON);
  const classes = all.map((share, at) => (at === index ? confidence : share * scale));
  return { classes, none: Math.max(0, 1 - classes.reduce((sum, share) => sum + share, 0)) };
}

/** @type {(garment: Garment) => boolean} whether a photo, which has a quality, was classified by a network without confidence */
function isOfUntrained({ confident, quality }) {
  return confident === null && quality !== null;
}

/** @type {(garment: Pick<Garment, "probabilities">, labels: string[]) => string[]} the likeliest class, and the second if it is likely too */
export function likeliest({ probabilities }, labels) {
  const ranked = probabilities.map((share, index) => ({ label: labels[index] ?? String(index), share }));
  const [first, second] = ranked.sort((a, b) => b.share - a.share);
  return [first, second && second.share >= SECOND ? second : undefined].flatMap((one) => (one ? [one.label] : []));
}

/** @type {(prediction: Pick<Prediction, "garments">, labels: string[]) => string} the prediction, for a screen reader */
export function sentence({ garments }, labels) {
  const [garment, ...others] = garments;
  if (!garment) return `nothing found. ${ISSUES["nothing-found"].why}`;
  const also =
    others.length > 0
      ? ` Also found: ${others.map((other) => `${isConfident(other) ? "" : "perhaps "}${other.label}`).join(", ")}.`
      : "";
  return garmentSentence(garment, labels) + also;
}

/** @type {(garment: Garment, labels: string[]) => string} a garment in one sentence, for a screen reader */
export function garmentSentence(garment, labels) {
  if (isConfident(garment)) return `${garment.label}, ${percent(confidenceOf(garment))} confident.`;
  return `not sure. Perhaps ${likeliest(garment, labels).join(" or ")}. ${adviceFor(garment).why}`;
}

/** @type {(garment: Garment) => Advice} */
function adviceFor(garment) {
  const { issue, probabilities } = garment;
  if (isOfUntrained(garment)) return UNTRAINED;
  if (issue) return ISSUES[issue];
  const [first = 0, second = 0] = [...probabilities].sort((a, b) => b - a);
  return first + second >= EITHER && second >= SECOND ? ALIKE : UNKNOWN;
}

/** @type {(garment: Garment | null) => HTMLElement} garment: null where nothing was found */
export function advice(garment) {
  const { why, help } = garment ? adviceFor(garment) : ISSUES["nothing-found"];
  return el("p", { class: "advice" }, el("span", { class: "why" }, why), " ", el("span", { class: "help" }, help));
}
