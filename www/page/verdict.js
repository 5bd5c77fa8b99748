// The parts of a card that a verdict fills: label, bars, times.
import { formatMilliseconds } from "../shared/clock.js";
import { el } from "./dom.js";
import { counted, percent } from "./format.js";

/** @typedef {import("../shared/types.js").Verdict} Verdict */
/** @typedef {import("../shared/types.js").Warm} Warm */

/** Below this share the label is a guess, and the page says so. */
const UNSURE = 0.5;

/**
 * @param {Verdict} verdict
 * @returns {number} the share of the label, 0 to 1
 */
export function confidenceOf(verdict) {
  return verdict.probabilities[verdict.index] ?? 0;
}

/**
 * @param {Verdict} verdict
 * @returns {HTMLElement}
 */
export function headline(verdict) {
  const share = confidenceOf(verdict);
  return el(
    "p",
    { class: "verdict" },
    el("strong", { class: "verdict-label" }, verdict.label),
    " ",
    el("span", { class: "verdict-share" }, percent(share)),
    el("span", { class: "verdict-sure" }, share < UNSURE ? " not sure: look at the others below" : " sure"),
  );
}

/**
 * All ten probabilities, the likeliest first. A table: the numbers are read out, the bars are for the eye.
 * @param {Verdict} verdict
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
 * @param {Verdict} verdict
 * @param {number} tick milliseconds
 * @param {string} who answered, as people call it
 * @returns {HTMLElement}
 */
export function times(verdict, tick, who) {
  const { decode, prepare, inference, readBack, total } = verdict.milliseconds;
  const list = el("dl", { class: "times" });
  /** @type {[string, number][]} */
  const stages = [
    ["Decode", decode],
    ["Prepare", prepare],
    ["Inference", inference],
    ["Read-back", readBack],
    ["Total", total],
  ];
  for (const [name, value] of stages) {
    const stage = name.toLowerCase();
    list.append(el("div", { "data-stage": stage }, el("dt", {}, name), el("dd", {}, formatMilliseconds(value, tick))));
  }
  return el("div", { class: "timing" }, el("p", { class: "by" }, `Answered by ${who}`), list);
}

/**
 * @param {Warm} warm
 * @returns {string} one sentence
 */
export function warmSentence(warm) {
  const { mean, repetitions, ticks, tick } = warm;
  return (
    `Warm inference ${formatMilliseconds(mean, tick / repetitions)}: the mean of ${counted(repetitions, "run")}, ` +
    `which span ${counted(ticks, "tick")} of this browser's clock (${tick} ms each).`
  );
}
