// What hands and keys do to a box on a photo. Numbers alone: no element.

/** @typedef {import("../shared/types.js").Frame} Frame */
/** @typedef {{width: number, height: number}} Size of a photo, pixels */
/** @typedef {-1 | 0 | 1} Side of an axis: its start, none, its end */

/** No side of a box is shorter than this share of the photo's longer side. */
const LEAST = 0.04;
/** An angle this near to a multiple of 45 degrees becomes it. */
const SNAP = 3;

/**
 * @param {Size} size
 * @returns {{least: number, most: number}} how long a box's sides may be, pixels
 */
export function limits({ width, height }) {
  return { least: Math.max(1, LEAST * Math.max(width, height)), most: Math.hypot(width, height) };
}

/**
 * @param {Frame} frame
 * @param {Size} size
 * @returns {Frame} the nearest one that can be
 */
export function clamped({ cx, cy, width, height, angle }, size) {
  const { least, most } = limits(size);
  return {
    cx: between(cx, 0, size.width),
    cy: between(cy, 0, size.height),
    width: between(width, least, most),
    height: between(height, least, most),
    angle: around(angle),
  };
}

/**
 * @param {Frame} frame
 * @param {number} dx pixels of the photo
 * @param {number} dy
 * @param {Size} size
 * @returns {Frame}
 */
export function moved(frame, dx, dy, size) {
  return clamped({ ...frame, cx: frame.cx + dx, cy: frame.cy + dy }, size);
}

/**
 * Pulled at a side or corner, while what lies opposite stays.
 * @param {Frame} frame
 * @param {{x: Side, y: Side}} at where it is pulled, along its own width and height
 * @param {number} dx pixels of the photo
 * @param {number} dy
 * @param {Size} size
 * @returns {Frame}
 */
export function pulled(frame, at, dx, dy, size) {
  const { sine, cosine } = turn(frame.angle);
  const { least, most } = limits(size);
  const width = at.x === 0 ? frame.width : between(frame.width + at.x * (cosine * dx + sine * dy), least, most);
  const height = at.y === 0 ? frame.height : between(frame.height + at.y * (cosine * dy - sine * dx), least, most);
  const across = (at.x * (width - frame.width)) / 2;
  const down = (at.y * (height - frame.height)) / 2;
  const cx = frame.cx + cosine * across - sine * down;
  const cy = frame.cy + sine * across + cosine * down;
  return clamped({ ...frame, cx, cy, width, height }, size);
}

/**
 * @param {Frame} frame
 * @param {number} factor
 * @param {Size} size
 * @returns {Frame}
 */
export function scaled(frame, factor, size) {
  return clamped({ ...frame, width: frame.width * factor, height: frame.height * factor }, size);
}

/**
 * Turned so that its upper side looks to a place, upright and in eighths of a turn rather than nearly so.
 * @param {Frame} frame
 * @param {number} x pixels of the photo
 * @param {number} y
 * @returns {Frame}
 */
export function turnedTowards(frame, x, y) {
  const degrees = (Math.atan2(y - frame.cy, x - frame.cx) * 180) / Math.PI + 90;
  const eighth = Math.round(degrees / 45) * 45;
  return { ...frame, angle: around(Math.abs(degrees - eighth) < SNAP ? eighth : Math.round(degrees)) };
}

/**
 * The same part of a photo that is turned a quarter clockwise; what was its right side is then its lower one.
 * @param {Frame} frame
 * @param {Size} size of the photo before
 * @returns {Frame}
 */
export function quarter({ cx, cy, width, height, angle }, size) {
  return { cx: size.height - cy, cy: cx, width: height, height: width, angle };
}

/**
 * @param {number} degrees
 * @returns {number} above -180, up to 180
 */
function around(degrees) {
  const rest = ((degrees % 360) + 360) % 360;
  return rest > 180 ? rest - 360 : rest;
}

/** @param {number} degrees */
function turn(degrees) {
  const radians = (degrees * Math.PI) / 180;
  return { sine: Math.sin(radians), cosine: Math.cos(radians) };
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function between(value, least, most) {
  return Math.min(Math.max(value, least), most);
}
