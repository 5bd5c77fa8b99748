// The parts of a card that a verdict fills: label, bars, times.
import { formatMilliseconds } from "../shared/clock.js";
import { advice, isSure, likeliest } from "./advice.js";
import { el } from "./dom.js";
import { counted, percent } from "./format.js";

/** @typedef {import("../shared/types.js").Finding} Finding */
/** @typedef {import("../shared/types.js").Stages} Stages */
/** @typedef {import("../shared/types.js").Warm} Warm */

/**
 * @param {import("./advice.js").Found} found
 * @param {string[]} labels
 * @returns {HTMLElement} the label, or the two likeliest where the network is not sure, why not, and what to do
 */
export function headline(found, labels) {
  const [first, second] = likeliest(found, labels);
  const likely = (/** @type {typeof first} */ one) =>
    one ? [el("strong", { class: "verdict-label" }, one.label), " ", el("span", { class: "verdict-share" }, percent(one.share))] : [];
  const together = (/** @type {typeof first} */ one) => el("span", { class: "likely" }, ...likely(one));
  if (isSure(found)) {
    return el("div", { class: "verdict" }, el("p", {}, ...likely(first), el("span", { class: "verdict-sure" }, " sure")));
  }
  return el(
    "div",
    { class: "verdict unsure" },
    el("p", { class: "verdict-sure" }, "Not sure"),
    el("p", { class: "either" }, together(first), el("span", { class: "or" }, " or "), together(second)),
    advice(found),
  );
}

/**
 * All ten probabilities, the likeliest first. A table: the numbers are read out, the bars are for the eye.
 * @param {Pick<Finding, "probabilities" | "index">} verdict
 * @param {string[]} labels
 * @returns {HTMLElement}
 */
export function bars(verdict, labels) {
  const rows = verdict.probabilities
    .map((share, index) => ({ share, index }))
    .sort((a, b) => b.share - a.share)
    .map(({ share, index }) => {
      const tape = el("span", { class: "tape", "aria-hidden": "true" });
      // Through the object model: the page's policy forbids style attributes.
      tape.style.setProperty("--share", String(share));
      const row = el(
        "tr",
        index === verdict.index ? { class: "winner" } : {},
        el("th", { scope: "row" }, labels[index] ?? String(index)),
        el("td", { class: "bar" }, tape),
        el("td", { class: "share" }, percent(share)),
      );
      return row;
    });
  const head = el(
    "thead",
    { class: "visually-hidden" },
    el("tr", {}, el("th", { scope: "col" }, "Class"), el("td", {}), el("th", { scope: "col" }, "Probability")),
  );
  return el(
    "table",
    { class: "bars" },
    el("caption", { class: "visually-hidden" }, "Probability of each of the ten classes"),
    head,
    el("tbody", {}, ...rows),
  );
}

/**
 * @param {Stages} stages
 * @param {number} tick milliseconds
 * @returns {HTMLElement}
 */
export function times({ decode, prepare, inference, readBack, total }, tick) {
  const list = el("dl", { class: "times" });
  /** @type {[string, number][]} */
  const rows = [
    ["Decode", decode],
    ["Prepare", prepare],
    ["Inference", inference],
    ["Read-back", readBack],
    ["Total", total],
  ];
  for (const [name, value] of rows) {
    const stage = name.toLowerCase();
    list.append(el("div", { "data-stage": stage }, el("dt", {}, name), el("dd", {}, formatMilliseconds(value, tick))));
  }
  return list;
}

/**
 * @param {Finding["milliseconds"]} milliseconds of a photo that was looked at again
 * @param {number} tick milliseconds
 * @returns {string} one sentence
 */
export function againSentence({ prepare, inference, readBack }, tick) {
  const [prepared, inferred] = [prepare, inference + readBack].map((value) => formatMilliseconds(value, tick));
  return `As adjusted: ${prepared} to prepare it anew from the reduced photo, ${inferred} of inference and read-back.`;
}

/**
 * @param {Warm} warm
 * @param {string} what ran, as people call it
 * @returns {string} one sentence
 */
export function warmSentence(warm, what) {
  const { mean, repetitions, ticks, tick } = warm;
  return (
    `Warm inference ${formatMilliseconds(mean, tick / repetitions)}: the mean of ${counted(repetitions, "run")} of ${what}, ` +
    `which span ${counted(ticks, "tick")} of this browser's clock (${tick} ms each).`
  );
}
