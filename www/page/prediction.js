// The parts of a card that a prediction fills: label, network input, times.
import { advice, confidenceOf, isConfident, likeliest } from "./advice.js";
import { el } from "./dom.js";
import { exact, formatMilliseconds, percent } from "./format.js";
import { className, words } from "../language/language.js";

/**
 * @import { PhotoPrediction } from "../pool/public.js"
 * @import { WarmTime } from "../shared/types.js"
 * @import { Garment, NetworkInput, Prediction } from "../../pkg/cpu/thimble.js"
 */

/**
 * @param {Garment | null} garment null where nothing was found
 * @param {string[]} labels
 * @returns {HTMLElement} the label; where the network is not sure the likeliest ones, why, and what to do
 */
export function headline(garment, labels) {
  if (!garment) {
    return el(
      "div",
      { class: "prediction not-confident" },
      el("h4", { class: "prediction-confidence" }, words.nothingFound),
      advice(null),
    );
  }
  const strong = (/** @type {string} */ label) => el("strong", { class: "prediction-label" }, label);
  if (isConfident(garment)) {
    return el(
      "div",
      { class: "prediction" },
      el(
        "h4",
        {},
        strong(className(garment.label)),
        " ",
        el("span", { class: "prediction-share" }, percent(confidenceOf(garment))),
        el("span", { class: "prediction-confidence" }, ` ${words.network.confident}`),
      ),
    );
  }
  const likely = likeliest(garment, labels).map(strong);
  const or = () => el("span", { class: "or" }, words.or);
  return el(
    "div",
    { class: "prediction not-confident" },
    el("p", { class: "prediction-confidence" }, words.network.notSure),
    el("h4", { class: "either" }, ...likely.flatMap((label, index) => (index > 0 ? [or(), label] : [label]))),
    advice(garment),
  );
}

/** @type {(canvas: HTMLCanvasElement, input: NetworkInput) => void} CSS enlarges the canvas without smoothing */
export function drawInput(canvas, { side, channels, values }) {
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext("2d");
  if (!context) return;
  const data = context.createImageData(side, side);
  for (let pixel = 0; pixel < side * side; pixel += 1) {
    const value = (/** @type {number} */ channel) => values[pixel * channels + Math.min(channel, channels - 1)] ?? 0;
    data.data.set([value(0), value(1), value(2), 255], pixel * 4);
  }
  context.putImageData(data, 0, 0);
}

/** @type {(prediction: Pick<Prediction, "garments">) => boolean} or of an image in Fashion-MNIST's format */
export function isPhoto({ garments }) {
  // Such an image has no quality.
  return garments[0]?.quality !== null;
}

/** @type {(prediction: PhotoPrediction, tick: number) => HTMLElement} */
export function times(prediction, tick) {
  const { decode, prepare, inference, readBack, total } = prediction.milliseconds;
  const list = el("dl", { class: "times" });
  /** @type {[keyof typeof words.network.stages, number][]} */
  const rows = [
    ["decode", decode],
    ["prepare", prepare],
    ["inference", inference],
    ["read-back", readBack],
    ["total", total],
  ];
  // Where networks for photos ran, the inference has it.
  if (prediction.garments[0]?.input.channels !== 1) rows.splice(3, 1);
  let start = 0;
  for (const [stage, value] of rows) {
    const isTotal = stage === "total";
    const span = el("dd", { class: "span", "aria-hidden": "true" });
    // The stages follow each other; what is between them belongs to none.
    span.style.setProperty("--start", String(isTotal ? 0 : start / Math.max(total, Number.EPSILON)));
    span.style.setProperty("--length", String(value / Math.max(total, Number.EPSILON)));
    start += value;
    const time = el("dd", {}, formatMilliseconds(value, tick));
    list.append(el("div", { "data-stage": stage }, el("dt", {}, words.network.stages[stage]), span, time));
  }
  return list;
}

/** @type {(milliseconds: Prediction["milliseconds"], tick: number) => string} the times of an edited photo */
export function editSentence({ prepare, inference, readBack }, tick) {
  const [prepared, inferred] = [prepare, inference + readBack].map((value) => formatMilliseconds(value, tick));
  return words.network.edited(prepared ?? "", inferred ?? "");
}

/** @type {(time: WarmTime, network: string) => string} */
export function warmSentence({ mean, repetitions, ticks, tick }, network) {
  const time = formatMilliseconds(mean, tick / repetitions);
  return words.network.warm({ mean: time, repetitions, network, ticks, tick: exact(tick) });
}
