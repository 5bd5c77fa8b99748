// Drawn over a photo: the garment's outline, and a shade outside the box.

/**
 * @import { RotatedBox } from "../../pkg/cpu/thimble.js"
 * @import { Size } from "./geometry.js"
 */

const SVG = "http://www.w3.org/2000/svg";

/** Lines in the photo's pixels, drawn as thick as the screen wants them. */
export class Overlay {
  element = document.createElementNS(SVG, "svg");
  #shade = path("shade");
  /** Light on dark, so that the line is visible on any photo. */
  #lines = [path("seam under"), path("seam")];
  /** @type {Size} */
  #size = { width: 1, height: 1 };

  /** Nothing is drawn yet. */
  constructor() {
    this.element.setAttribute("class", "overlay");
    this.element.setAttribute("aria-hidden", "true");
    this.element.setAttribute("preserveAspectRatio", "none");
    this.element.append(this.#shade, ...this.#lines);
  }

  /** @param {Size} size of the photo */
  resize(size) {
    this.#size = size;
    this.element.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  }

  /** @param {Float32Array[]} outline closed lines, each as x and y in turn */
  outline(outline) {
    const text = outline.map(lineOf).join("");
    for (const line of this.#lines) line.setAttribute("d", text);
  }

  /** @param {RotatedBox} box what stays bright */
  shade({ cx, cy, width, height, angle }) {
    const radians = (angle * Math.PI) / 180;
    const [sine, cosine] = [Math.sin(radians), Math.cos(radians)];
    const corner = (/** @type {number} */ u, /** @type {number} */ v) =>
      `${(cx + (cosine * u * width - sine * v * height) / 2).toFixed(1)} ${(cy + (sine * u * width + cosine * v * height) / 2).toFixed(1)}`;
    const inner = `M${corner(-1, -1)}L${corner(1, -1)}L${corner(1, 1)}L${corner(-1, 1)}Z`;
    this.#shade.setAttribute("d", `M0 0H${this.#size.width}V${this.#size.height}H0Z${inner}`);
  }
}

/** @param {Float32Array} line */
function lineOf(line) {
  let text = "";
  for (let index = 0; index < line.length; index += 2) {
    text += `${index === 0 ? "M" : "L"}${line[index]?.toFixed(1)} ${line[index + 1]?.toFixed(1)}`;
  }
  return `${text}Z`;
}

/** @param {string} name class */
function path(name) {
  const element = document.createElementNS(SVG, "path");
  element.setAttribute("class", name);
  return element;
}
