// The box's handles: where they pull, what keys do to them, and what a screen reader says of them.
import { el } from "./dom.js";
import { limits, scaled } from "./geometry.js";

/** @typedef {import("../shared/types.js").Frame} Frame */
/** @typedef {import("./geometry.js").Side} Side */
/** @typedef {import("./geometry.js").Size} Size */

/**
 * @typedef {object} Grip
 * @property {HTMLElement} element
 * @property {"middle" | "stem" | {x: Side, y: Side}} at what it does to the box when it is dragged
 * @property {(key: string, shift: boolean, frame: Frame, size: Size) => Frame | null} keys null for a key that means nothing here
 * @property {(frame: Frame, size: Size) => void} tell says where the box is
 */

/** Of the photo's longer side, how far one press of a key goes, and how far with Shift or a page key. */
const STEP = 0.01;
const LARGE_STEP = 0.05;
/** The same in degrees. */
const TURN = 1;
const LARGE_TURN = 15;
/** -180 would be 180. */
const LEAST_ANGLE = -179;

/** Corners and sides that are for the pointer alone: keys have width and height. */
const SILENT = /** @type {const} */ ({ nw: [-1, -1], ne: [1, -1], se: [1, 1], sw: [-1, 1], s: [0, 1], w: [-1, 0] });

/**
 * @param {string} help id of the sentence that says which keys do what
 * @returns {Grip[]} the box itself first
 */
export function grips(help) {
  return [middle(help), ...Object.entries(SILENT).map(([name, [x, y]]) => silent(name, x, y)), width(), height(), stem()];
}

/**
 * @param {string} help
 * @returns {Grip}
 */
function middle(help) {
  const element = slider("move", "Place of the box");
  element.setAttribute("aria-roledescription", "movable box");
  element.setAttribute("aria-describedby", help);
  return {
    element,
    at: "middle",
    keys(key, shift, frame, size) {
      const step = stepOf(size, shift);
      const { cx, cy, angle } = frame;
      switch (key) {
        case "ArrowLeft":
          return { ...frame, cx: cx - step };
        case "ArrowRight":
          return { ...frame, cx: cx + step };
        case "ArrowUp":
          return { ...frame, cy: cy - step };
        case "ArrowDown":
          return { ...frame, cy: cy + step };
        case "+":
        case "=":
          return scaled(frame, 1.05, size);
        case "-":
        case "_":
          return scaled(frame, 1 / 1.05, size);
        case "[":
          return { ...frame, angle: angle - TURN };
        case "]":
          return { ...frame, angle: angle + TURN };
        case "{":
          return { ...frame, angle: angle - LARGE_TURN };
        case "}":
          return { ...frame, angle: angle + LARGE_TURN };
        default:
          return null;
      }
    },
    tell({ cx, cy }, size) {
      const [across, down] = [cx / size.width, cy / size.height].map((share) => Math.round(share * 100));
      say(element, [0, across ?? 0, 100], `middle at ${across} % from the left and ${down} % from the top`);
    },
  };
}

/**
 * @param {string} name
 * @param {Side} x
 * @param {Side} y
 * @returns {Grip}
 */
function silent(name, x, y) {
  const element = el("div", { class: `grip ${name}`, "aria-hidden": "true" });
  return { element, at: { x, y }, keys: () => null, tell: () => {} };
}

/** @returns {Grip} */
function width() {
  const element = slider("grip e", "Width of the box");
  return {
    element,
    at: { x: 1, y: 0 },
    keys(key, shift, frame, size) {
      const wanted = slid(key, frame.width, stepOf(size, shift), stepOf(size, true), limits(size));
      return wanted === null ? null : { ...frame, width: wanted };
    },
    tell: (frame, size) => length(element, frame.width, size),
  };
}

/** @returns {Grip} */
function height() {
  const element = slider("grip n", "Height of the box");
  element.setAttribute("aria-orientation", "vertical");
  return {
    element,
    at: { x: 0, y: -1 },
    keys(key, shift, frame, size) {
      const wanted = slid(key, frame.height, stepOf(size, shift), stepOf(size, true), limits(size));
      return wanted === null ? null : { ...frame, height: wanted };
    },
    tell: (frame, size) => length(element, frame.height, size),
  };
}

/** @returns {Grip} */
function stem() {
  const element = slider("grip stem", "Angle of the box");
  return {
    element,
    at: "stem",
    keys(key, shift, frame) {
      const wanted = slid(key, frame.angle, shift ? LARGE_TURN : TURN, LARGE_TURN, { least: LEAST_ANGLE, most: 180 });
      return wanted === null ? null : { ...frame, angle: wanted };
    },
    tell({ angle }) {
      const degrees = Math.round(angle);
      say(element, [LEAST_ANGLE, degrees, 180], `${degrees} degrees`);
    },
  };
}

/**
 * What the keys of a slider do.
 * @param {string} key
 * @param {number} value
 * @param {number} step
 * @param {number} large
 * @param {{least: number, most: number}} range
 * @returns {number | null}
 */
function slid(key, value, step, large, { least, most }) {
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
      return least;
    case "End":
      return most;
    default:
      return null;
  }
}

/**
 * @param {Size} size
 * @param {boolean} large
 */
function stepOf(size, large) {
  return (large ? LARGE_STEP : STEP) * Math.max(size.width, size.height);
}

/**
 * @param {string} name class
 * @param {string} label
 */
function slider(name, label) {
  return el("div", { class: name, role: "slider", "aria-label": label, tabindex: "-1" });
}

/**
 * @param {HTMLElement} element
 * @param {number} value pixels
 * @param {Size} size
 */
function length(element, value, size) {
  const { least, most } = limits(size);
  say(element, [Math.floor(least), Math.round(value), Math.ceil(most)], `${Math.round(value)} pixels`);
}

/**
 * @param {HTMLElement} element
 * @param {[number, number, number]} values least, present, most
 * @param {string} text
 */
function say(element, [least, value, most], text) {
  element.setAttribute("aria-valuemin", String(least));
  element.setAttribute("aria-valuenow", String(value));
  element.setAttribute("aria-valuemax", String(most));
  element.setAttribute("aria-valuetext", text);
}
