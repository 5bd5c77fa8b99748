// How dragging and keys change a box on a photo. Numbers alone: no element.

/** @import { RotatedBox } from "../../pkg/cpu/thimble.js" */

/** @typedef {{width: number, height: number}} Size of a photo, pixels */
/** @typedef {-1 | 0 | 1} Side of an axis: its start, none, its end */

/** No side of a box is shorter than this share of the photo's longer side. */
const MIN_SIDE = 0.04;
/** An angle this close to a multiple of 45 degrees snaps to it. */
const SNAP_DEGREES = 3;

/** @type {(size: Size) => {min: number, max: number}} how long a box's sides may be, pixels */
export function limits({ width, height }) {
  return { min: Math.max(1, MIN_SIDE * Math.max(width, height)), max: Math.hypot(width, height) };
}

/** @type {(box: RotatedBox, size: Size) => RotatedBox} the nearest one that is allowed */
export function clamped({ cx, cy, width, height, angle }, size) {
  const { min, max } = limits(size);
  return {
    cx: between(cx, 0, size.width),
    cy: between(cy, 0, size.height),
    width: between(width, min, max),
    height: between(height, min, max),
    angle: normalized(angle),
  };
}

/** @type {(box: RotatedBox, dx: number, dy: number, size: Size) => RotatedBox} dx, dy: pixels of the photo */
export function moved(box, dx, dy, size) {
  return clamped({ ...box, cx: box.cx + dx, cy: box.cy + dy }, size);
}

/**
 * Resizes a box at a side or corner. The opposite one stays.
 * @param {RotatedBox} box
 * @param {{x: Side, y: Side}} at along its own width and height
 * @param {number} dx pixels of the photo
 * @param {number} dy
 * @param {Size} size
 * @returns {RotatedBox}
 */
export function resized(box, at, dx, dy, size) {
  const { sine, cosine } = rotation(box.angle);
  const { min, max } = limits(size);
  const width = at.x === 0 ? box.width : between(box.width + at.x * (cosine * dx + sine * dy), min, max);
  const height = at.y === 0 ? box.height : between(box.height + at.y * (cosine * dy - sine * dx), min, max);
  const across = (at.x * (width - box.width)) / 2;
  const down = (at.y * (height - box.height)) / 2;
  const cx = box.cx + cosine * across - sine * down;
  const cy = box.cy + sine * across + cosine * down;
  return clamped({ ...box, cx, cy, width, height }, size);
}

/** @type {(box: RotatedBox, factor: number, size: Size) => RotatedBox} */
export function scaled(box, factor, size) {
  return clamped({ ...box, width: box.width * factor, height: box.height * factor }, size);
}

/** @type {(box: RotatedBox, x: number, y: number) => RotatedBox} rotated so that its upper side faces the point (x, y) */
export function rotatedTowards(box, x, y) {
  const degrees = (Math.atan2(y - box.cy, x - box.cx) * 180) / Math.PI + 90;
  const eighth = Math.round(degrees / 45) * 45;
  return { ...box, angle: normalized(Math.abs(degrees - eighth) < SNAP_DEGREES ? eighth : Math.round(degrees)) };
}

/**
 * Finds the same part of a photo that is rotated by 90 degrees clockwise: its right side becomes its lower one.
 * @param {RotatedBox} box
 * @param {Size} size of the photo before
 * @returns {RotatedBox}
 */
export function quarterTurned({ cx, cy, width, height, angle }, size) {
  return { cx: size.height - cy, cy: cx, width: height, height: width, angle };
}

/** @type {(degrees: number) => number} above -180, up to 180 */
function normalized(degrees) {
  const rest = ((degrees % 360) + 360) % 360;
  return rest > 180 ? rest - 360 : rest;
}

/** @param {number} degrees */
function rotation(degrees) {
  const radians = (degrees * Math.PI) / 180;
  return { sine: Math.sin(radians), cosine: Math.cos(radians) };
}

/** @type {(value: number, min: number, max: number) => number} */
function between(value, min, max) {
  return Math.min(Math.max(value, min), max);
}
