// Photos that the tests compose themselves, as lossless PNG: what is on them is known to the pixel.
import { encodePng } from "../../www/make/png.mjs";

/** @typedef {[x: number, y: number, width: number, height: number, colour: [number, number, number]]} Patch */

/**
 * A ground of one colour with rectangles on it.
 * @param {number} width
 * @param {number} height
 * @param {[number, number, number]} ground red, green, blue
 * @param {Patch[]} patches the later on top
 * @returns {Buffer} PNG
 */
export function patches(width, height, ground, patches) {
  return png(width, height, (x, y) => {
    const on = patches.findLast(([left, top, w, h]) => x >= left && x < left + w && y >= top && y < top + h);
    return [...(on ? on[4] : ground), 255];
  });
}

/**
 * A garment's shape on a ground with a grain, all of it random.
 * @param {number} seed
 * @returns {Buffer} PNG
 */
export function drawn(seed) {
  const random = generator(seed);
  const side = (/** @type {number} */ most) => 8 + Math.floor(random() * most);
  const [width, height] = [side(900), side(900)];
  const colour = () => [random() * 200, random() * 200, random() * 200];
  const [ground, garment] = [colour(), colour()];
  const [left, top, right, bottom] = [random() * 0.4, random() * 0.4, 0.6 + random() * 0.4, 0.6 + random() * 0.4];
  const waist = 0.1 + random() * 0.3;
  const grain = 5 + random() * 40;
  const clear = random() < 0.3;
  return png(width, height, (x, y) => {
    const [u, v] = [x / width, y / height];
    const isGarment = u > left + (v > waist ? 0.08 : 0) && u < right - (v > waist ? 0.08 : 0) && v > top && v < bottom;
    const noise = random() * grain;
    const [red = 0, green = 0, blue = 0] = isGarment ? garment : ground;
    return [red + noise, green + noise, blue + noise / 2, clear && !isGarment && u < left / 2 ? 0 : 255];
  });
}

/**
 * A random image in the form of Fashion-MNIST: grey, with black corners.
 * @param {number} seed
 * @returns {Buffer} PNG
 */
export function fashionMnistImage(seed) {
  const random = generator(seed);
  const [left, top] = [2 + random() * 8, 2 + random() * 8];
  return png(28, 28, (x, y) => {
    const grey = x > left && x < 27 - left && y > top && y < 27 - top / 2 ? 60 + random() * 190 : 0;
    return [grey, grey, grey, 255];
  });
}

/**
 * @param {number} width
 * @param {number} height
 * @param {(x: number, y: number) => number[]} colour red, green, blue, opacity
 */
function png(width, height, colour) {
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) rgba.set(colour(x, y).map(Math.floor), (y * width + x) * 4);
  }
  return encodePng(rgba, width, height, 4);
}

/**
 * The same numbers for the same seed, on every machine.
 * @param {number} seed
 * @returns {() => number} from 0 to 1
 */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    // A linear congruential generator (Numerical Recipes).
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
