// The confusion matrix of the test images. Its cells lead to the images that they count.
import { el } from "../page/dom.js";
import { words } from "../language/language.js";

/**
 * @import { Evaluation, TestSet } from "./test-set.js"
 */

/** Images of a cell that are drawn. */
const MOST_SHOWN = 60;
const SIDE = 28;

/** @type {(evaluation: Evaluation, set: TestSet, labels: string[]) => HTMLElement} */
export function matrix({ confusion, predicted }, set, labels) {
  const nameOf = (/** @type {number} */ label) => labels[label] ?? String(label);
  const images = el("div", { class: "matrix-images", "aria-live": "polite" });
  const head = el("tr", {}, el("td", {}), ...labels.map((label) => el("th", { scope: "col" }, label)));
  const largest = Math.max(...confusion.flatMap((row, label) => row.filter((_, other) => other !== label)), 1);
  const rows = confusion.map((row, label) => {
    const cells = row.map((count, other) => {
      if (count === 0) return el("td", {}, "·");
      const cell = el("button", { type: "button" }, String(count));
      cell.setAttribute("aria-label", words.benchmark.matrix.cell(count, nameOf(label), nameOf(other)));
      cell.style.setProperty("--share", String(label === other ? 0 : count / largest));
      cell.addEventListener("click", () => {
        const of = [...predicted.keys()].filter((index) => set.labels[index] === label && predicted[index] === other);
        const shown = of.slice(0, MOST_SHOWN).map((index) => picture(set, index));
        const sentence = words.benchmark.matrix.images(of.length, nameOf(label), nameOf(other));
        const more = of.length > MOST_SHOWN ? words.benchmark.matrix.shown(MOST_SHOWN) : "";
        images.replaceChildren(el("p", {}, sentence + more), ...shown);
      });
      return el("td", label === other ? { class: "right" } : {}, cell);
    });
    return el("tr", {}, el("th", { scope: "row" }, labels[label] ?? ""), ...cells);
  });
  const caption = el("caption", {}, words.benchmark.matrix.caption);
  const table = el("table", { class: "matrix" }, caption, el("thead", {}, head), el("tbody", {}, ...rows));
  const scroll = el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": words.benchmark.matrix.label },
    table,
  );
  return el("div", {}, scroll, images);
}

/** @type {(set: TestSet, index: number) => HTMLElement} */
function picture({ images }, index) {
  const canvas = el("canvas", {
    width: String(SIDE),
    height: String(SIDE),
    role: "img",
    "aria-label": words.benchmark.matrix.image(index),
  });
  const context = canvas.getContext("2d");
  const data = context?.createImageData(SIDE, SIDE);
  if (!context || !data) return canvas;
  for (let pixel = 0; pixel < SIDE * SIDE; pixel += 1) {
    const grey = images[index * SIDE * SIDE + pixel] ?? 0;
    data.data.set([grey, grey, grey, 255], pixel * 4);
  }
  context.putImageData(data, 0, 0);
  return canvas;
}
