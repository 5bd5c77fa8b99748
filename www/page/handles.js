// The box's handles: what dragging and keys do to the box, and what a screen reader says of it.
import { el } from "./dom.js";
import { limits, scaled } from "./geometry.js";
import { words } from "../language/language.js";

/**
 * @import { RotatedBox } from "../../pkg/cpu/thimble.js"
 * @import { Side, Size } from "./geometry.js"
 */

/**
 * @typedef {object} Handle
 * @property {HTMLElement} element
 * @property {"move" | "rotate" | {x: Side, y: Side}} at what dragging does, or which side or corner it moves
 * @property {(key: string, shift: boolean, box: RotatedBox, size: Size) => RotatedBox | null} keys null for a key
 *   without effect
 * @property {(box: RotatedBox, size: Size) => void} show for a screen reader
 */

/** Of the photo's longer side, how far one press of a key goes, and how far with Shift or a page key. */
const STEP = 0.01;
const LARGE_STEP = 0.05;
/** The same in degrees. */
const ROTATE_STEP = 1;
const LARGE_ROTATE_STEP = 15;
/** -180 would be 180. */
const MIN_ANGLE = -179;

/** Corners and sides that are for the pointer alone: keys have width and height. */
const POINTER_ONLY = /** @type {const} */ ({
  nw: [-1, -1],
  ne: [1, -1],
  se: [1, 1],
  sw: [-1, 1],
  s: [0, 1],
  w: [-1, 0],
});

/**
 * @param {string} help id of the sentence that says which keys do what
 * @returns {Handle[]} the box itself first
 */
export function handles(help) {
  return [
    moveHandle(help),
    ...Object.entries(POINTER_ONLY).map(([name, [x, y]]) => cornerHandle(name, x, y)),
    widthHandle(),
    heightHandle(),
    rotateHandle(),
  ];
}

/** @type {(help: string) => Handle} */
function moveHandle(help) {
  const element = slider("move", words.editor.move);
  element.setAttribute("aria-roledescription", words.editor.movable);
  element.setAttribute("aria-describedby", help);
  return {
    element,
    at: "move",
    keys(key, shift, box, size) {
      const step = stepOf(size, shift);
      const { cx, cy, angle } = box;
      switch (key) {
        case "ArrowLeft":
          return { ...box, cx: cx - step };
        case "ArrowRight":
          return { ...box, cx: cx + step };
        case "ArrowUp":
          return { ...box, cy: cy - step };
        case "ArrowDown":
          return { ...box, cy: cy + step };
        case "+":
        case "=":
          return scaled(box, 1.05, size);
        case "-":
        case "_":
          return scaled(box, 1 / 1.05, size);
        case "[":
          return { ...box, angle: angle - ROTATE_STEP };
        case "]":
          return { ...box, angle: angle + ROTATE_STEP };
        case "{":
          return { ...box, angle: angle - LARGE_ROTATE_STEP };
        case "}":
          return { ...box, angle: angle + LARGE_ROTATE_STEP };
        default:
          return null;
      }
    },
    show({ cx, cy }, size) {
      const [across, down] = [cx / size.width, cy / size.height].map((share) => Math.round(share * 100));
      say(element, [0, across ?? 0, 100], words.editor.place(across ?? 0, down ?? 0));
    },
  };
}

/** @type {(name: string, x: Side, y: Side) => Handle} */
function cornerHandle(name, x, y) {
  const element = el("div", { class: `handle ${name}`, "aria-hidden": "true" });
  return { element, at: { x, y }, keys: () => null, show: () => {} };
}

/** @returns {Handle} */
function widthHandle() {
  const element = slider("handle e", words.editor.width);
  return {
    element,
    at: { x: 1, y: 0 },
    keys(key, shift, box, size) {
      const changed = slid(key, box.width, stepOf(size, shift), stepOf(size, true), limits(size));
      return changed === null ? null : { ...box, width: changed };
    },
    show: (box, size) => showLength(element, box.width, size),
  };
}

/** @returns {Handle} */
function heightHandle() {
  const element = slider("handle n", words.editor.height);
  element.setAttribute("aria-orientation", "vertical");
  return {
    element,
    at: { x: 0, y: -1 },
    keys(key, shift, box, size) {
      const changed = slid(key, box.height, stepOf(size, shift), stepOf(size, true), limits(size));
      return changed === null ? null : { ...box, height: changed };
    },
    show: (box, size) => showLength(element, box.height, size),
  };
}

/** @returns {Handle} */
function rotateHandle() {
  const element = slider("handle rotate", words.editor.angle);
  return {
    element,
    at: "rotate",
    keys(key, shift, box) {
      const changed = slid(key, box.angle, shift ? LARGE_ROTATE_STEP : ROTATE_STEP, LARGE_ROTATE_STEP, {
        min: MIN_ANGLE,
        max: 180,
      });
      return changed === null ? null : { ...box, angle: changed };
    },
    show({ angle }) {
      const degrees = Math.round(angle);
      say(element, [MIN_ANGLE, degrees, 180], words.editor.degrees(degrees));
    },
  };
}

/** @type {(key: string, value: number, step: number, large: number, range: {min: number, max: number}) => number | null} */
function slid(key, value, step, large, { min, max }) {
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return value + step;
    case "ArrowLeft":
    case "ArrowDown":
      return value - step;
    case "PageUp":
      return value + large;
    case "PageDown":
      return value - large;
    case "Home":
      return min;
    case "End":
      return max;
    default:
      return null;
  }
}

/** @type {(size: Size, large: boolean) => number} */
function stepOf(size, large) {
  return (large ? LARGE_STEP : STEP) * Math.max(size.width, size.height);
}

/** @type {(className: string, label: string) => HTMLElement} */
function slider(className, label) {
  return el("div", { class: className, role: "slider", "aria-label": label, tabindex: "-1" });
}

/** @type {(element: HTMLElement, pixels: number, size: Size) => void} */
function showLength(element, pixels, size) {
  const { min, max } = limits(size);
  say(element, [Math.floor(min), Math.round(pixels), Math.ceil(max)], words.editor.pixels(Math.round(pixels)));
}

/**
 * @param {HTMLElement} element
 * @param {[number, number, number]} values least, present, most
 * @param {string} text
 */
function say(element, [min, value, max], text) {
  element.setAttribute("aria-valuemin", String(min));
  element.setAttribute("aria-valuenow", String(value));
  element.setAttribute("aria-valuemax", String(max));
  element.setAttribute("aria-valuetext", text);
}
