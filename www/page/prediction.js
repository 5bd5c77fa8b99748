// The parts of a card that a prediction fills: label, bars, network input, times.
import { advice, confidenceOf, isConfident, likeliest } from "./advice.js";
import { el } from "./dom.js";
import { counted, formatMilliseconds, percent } from "./format.js";

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
      el("p", { class: "prediction-confidence" }, "Nothing found"),
      advice(null),
    );
  }
  const strong = (/** @type {string} */ label) => el("strong", { class: "prediction-label" }, label);
  if (isConfident(garment)) {
    return el(
      "div",
      { class: "prediction" },
      el(
        "p",
        {},
        strong(garment.label),
        " ",
        el("span", { class: "prediction-share" }, percent(confidenceOf(garment))),
        el("span", { class: "prediction-confidence" }, " confident"),
      ),
    );
  }
  const likely = likeliest(garment, labels).map(strong);
  const or = () => el("span", { class: "or" }, " or ");
  return el(
    "div",
    { class: "prediction not-confident" },
    el("p", { class: "prediction-confidence" }, "Not sure"),
    el("p", { class: "either" }, ...likely.flatMap((label, index) => (index > 0 ? [or(), label] : [label]))),
    advice(garment),
  );
}

/**
 * All ten probabilities, the likeliest first. A table: the numbers are read out, the bars are for the eye.
 * @param {Pick<Garment, "probabilities" | "index">} garment
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
  /** @type {[string, number][]} */
  const rows = [
    ["Decode", decode],
    ["Prepare", prepare],
    ["Inference", inference],
    ["Read-back", readBack],
    ["Total", total],
  ];
  // Where networks for photos ran, the inference has it.
  if (prediction.garments[0]?.input.channels !== 1) rows.splice(3, 1);
  for (const [name, value] of rows) {
    const stage = name.toLowerCase();
    list.append(el("div", { "data-stage": stage }, el("dt", {}, name), el("dd", {}, formatMilliseconds(value, tick))));
  }
  return list;
}

/** @type {(milliseconds: Prediction["milliseconds"], tick: number) => string} the times of an edited photo */
export function editSentence({ prepare, inference, readBack }, tick) {
  const [prepared, inferred] = [prepare, inference + readBack].map((value) => formatMilliseconds(value, tick));
  return `After your edit: ${prepared} to prepare the photo, ${inferred} for inference.`;
}

/** @type {(time: WarmTime, network: string) => string} */
export function warmSentence({ mean, repetitions, ticks, tick }, network) {
  return (
    `Warm inference ${formatMilliseconds(mean, tick / repetitions)}: mean of ${counted(repetitions, "run")} of ${network} ` +
    `over ${counted(ticks, "tick")} of the browser's clock (${tick} ms each).`
  );
}
