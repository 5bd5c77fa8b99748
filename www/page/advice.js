// What the page says where the network is not sure: the likeliest classes, why, and what makes a better photo.
import { el } from "./dom.js";
import { megabytes, percent } from "./format.js";
import { className, words } from "../language/language.js";

/**
 * @import { Garment, Prediction } from "../../pkg/cpu/thimble.js"
 * @import { DownloadState } from "../shared/types.js"
 */

/** Below this share the label of a Fashion-MNIST image is a guess. */
const GUESS = 0.5;

/**
 * With at least this share together, and the second with at least the other one, it is one of the two likeliest
 * classes.
 */
const EITHER = 0.8;
const SECOND = 0.1;

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
  const likely = [first, second && second.share >= SECOND ? second : undefined];
  return likely.flatMap((one) => (one ? [className(one.label)] : []));
}

/** @type {(prediction: Pick<Prediction, "garments">, labels: string[]) => string} the prediction, for a screen reader */
export function sentence({ garments }, labels) {
  const [garment, ...others] = garments;
  const { advice } = words;
  if (!garment) return advice.spokenNothing(advice.issues["nothing-found"].why);
  const also = others.map((other) => {
    const name = className(other.label);
    return isConfident(other) ? name : advice.perhaps(name);
  });
  return garmentSentence(garment, labels) + (also.length > 0 ? advice.spokenOthers(also) : "");
}

/** @type {(garment: Garment, labels: string[]) => string} a garment in one sentence, for a screen reader */
export function garmentSentence(garment, labels) {
  const { advice } = words;
  if (isConfident(garment)) return advice.spokenConfident(className(garment.label), percent(confidenceOf(garment)));
  return advice.spokenUnsure(likeliest(garment, labels), adviceFor(garment).why);
}

/** @type {(download: DownloadState) => string} what a photo waits for, and how far that is */
export function waitingFor({ what, received, total }) {
  const [come, all] = [received, total].map(megabytes);
  return words.card.downloading[what](come ?? "", all ?? "");
}

/** @type {(garment: Garment) => {why: string, help: string}} why the network may not be confident, and what helps */
function adviceFor(garment) {
  const { issue, probabilities, worn } = garment;
  const { issues, alike, unknown, untrained, worn: ofWorn } = words.advice;
  if (isOfUntrained(garment)) return untrained;
  if (issue) return issues[issue];
  const [first = 0, second = 0] = [...probabilities].sort((a, b) => b - a);
  if (first + second >= EITHER && second >= SECOND) return alike;
  return worn ? ofWorn : unknown;
}

/** @type {(garment: Garment | null) => HTMLElement} garment: null where nothing was found */
export function advice(garment) {
  const { why, help } = garment ? adviceFor(garment) : words.advice.issues["nothing-found"];
  return el("p", { class: "advice" }, el("span", { class: "why" }, why), " ", el("span", { class: "help" }, help));
}
