// The parts of a card that a prediction fills: label, bars, network input, times.
import { advice, isConfident, likeliest } from "./advice.js";
import { el } from "./dom.js";
import { counted, formatMilliseconds, percent } from "./format.js";

/**
 * @import { PhotoPrediction } from "../pool/public.js"
 * @import { WarmTime } from "../shared/types.js"
 * @import { Prediction } from "../../pkg/cpu/thimble.js"
 */

/** The network's input has this many pixels a side. */
const INPUT_SIDE = 28;

/**
 * @param {Prediction} prediction
 * @param {string[]} labels
 * @returns {HTMLElement} the label; where the network is not confident the two likeliest, why, and what to do
 */
export function headline(prediction, labels) {
  const [first, second] = likeliest(prediction, labels);
  const likely = (/** @type {typeof first} */ one) =>
    one
      ? [
          el("strong", { class: "prediction-label" }, one.label),
          " ",
          el("span", { class: "prediction-share" }, percent(one.share)),
        ]
      : [];
  const together = (/** @type {typeof first} */ one) => el("span", { class: "likely" }, ...likely(one));
  if (isConfident(prediction)) {
    return el(
      "div",
      { class: "prediction" },
      el("p", {}, ...likely(first), el("span", { class: "prediction-confidence" }, " confident")),
    );
  }
  return el(
    "div",
    { class: "prediction not-confident" },
    el("p", { class: "prediction-confidence" }, "Not confident"),
    el("p", { class: "either" }, together(first), el("span", { class: "or" }, " or "), together(second)),
    advice(prediction),
  );
}

/**
 * All ten probabilities, the likeliest first. A table: the numbers are read out, the bars are for the eye.
 * @param {Pick<Prediction, "probabilities" | "index">} prediction
 * @param {string[]} labels
 * @returns {HTMLElement}
 */
export function bars({ probabilities, index: winner }, labels) {
  const rows = probabilities
    .map((share, index) => ({ share, index }))
    .sort((a, b) => b.share - a.share)
    .map(({ share, index }) => {
      const tape = el("span", { class: "tape", "aria-hidden": "true" });
      // Through the object model: the page's policy forbids style attributes.
      tape.style.setProperty("--share", String(share));
      const row = el(
        "tr",
        index === winner ? { class: "winner" } : {},
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
 * @param {Uint8Array} input 784 grey values, row by row
 * @param {string} label for a screen reader
 * @returns {HTMLCanvasElement} which CSS enlarges without smoothing
 */
export function inputCanvas(input, label) {
  const canvas = el("canvas", {
    width: String(INPUT_SIDE),
    height: String(INPUT_SIDE),
    role: "img",
    "aria-label": label,
  });
  drawInput(canvas, input);
  return canvas;
}

/** @type {(canvas: HTMLCanvasElement, input: Uint8Array) => void} canvas: from `inputCanvas` */
export function drawInput(canvas, input) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const data = context.createImageData(INPUT_SIDE, INPUT_SIDE);
  input.forEach((grey, index) => data.data.set([grey, grey, grey, 255], index * 4));
  context.putImageData(data, 0, 0);
}

/** @type {(milliseconds: PhotoPrediction["milliseconds"], tick: number) => HTMLElement} */
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

/** @type {(milliseconds: Prediction["milliseconds"], tick: number) => string} the times of an edited photo */
export function editSentence({ prepare, inference, readBack }, tick) {
  const [prepared, inferred] = [prepare, inference + readBack].map((value) => formatMilliseconds(value, tick));
  return `After your edit: ${prepared} to prepare the photo, ${inferred} for inference and read-back.`;
}

/** @type {(time: WarmTime, network: string) => string} */
export function warmSentence({ mean, repetitions, ticks, tick }, network) {
  return (
    `Warm inference ${formatMilliseconds(mean, tick / repetitions)}: mean of ${counted(repetitions, "run")} of ${network} ` +
    `over ${counted(ticks, "tick")} of the browser's clock (${tick} ms each).`
  );
}
