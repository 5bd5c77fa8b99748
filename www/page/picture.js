// The 28x28 picture that the network saw, on a canvas that CSS enlarges without smoothing.
import { el } from "./dom.js";

const SIDE = 28;

/**
 * @param {Uint8Array} picture 784 grey values, row by row
 * @param {string} label what a screen reader says for it
 * @returns {HTMLCanvasElement}
 */
export function pictureCanvas(picture, label) {
  const canvas = el("canvas", { width: String(SIDE), height: String(SIDE), role: "img", "aria-label": label });
  drawPicture(canvas, picture);
  return canvas;
}

/**
 * @param {HTMLCanvasElement} canvas of `pictureCanvas`
 * @param {Uint8Array} picture 784 grey values, row by row
 */
export function drawPicture(canvas, picture) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const data = context.createImageData(SIDE, SIDE);
  picture.forEach((grey, index) => data.data.set([grey, grey, grey, 255], index * 4));
  context.putImageData(data, 0, 0);
}
