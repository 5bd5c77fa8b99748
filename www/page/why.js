// Why a garment got its class: where covering the picture changes the prediction, what else it might be, and what the
// network's first layers put out. Fetched when it is first opened.
/* global WHY_STYLE */
import { shares } from "./advice.js";
import { addStyle, el } from "./dom.js";
import { decimal, percent } from "./format.js";
import { occludeImage } from "./occlusion.js";
import { className, errorSentence, words } from "../language/language.js";
import { asThimbleError } from "../shared/errors.js";

/**
 * @import { DownscaledPhoto, FeatureMaps, Garment, PhotoEdit } from "../../pkg/cpu/thimble.js"
 * @import { Backends } from "./backends.js"
 * @import { OcclusionMap } from "./occlusion.js"
 */

/**
 * @typedef {object} Explained what is to be explained, as it is now
 * @property {DownscaledPhoto} photo
 * @property {PhotoEdit} edit
 * @property {number} index of the garment
 * @property {Garment} garment
 * @property {Blob | null} thumbnail
 * @property {string[]} labels
 */

/** Width and height of the drawn map, pixels. */
const SIDE = 320;
/** Feature maps of each layer that are shown. */
const MAPS = 8;
/** Where covering any place changes the probability by less, no place decides. */
const SMALL = 0.02;
/** Names of the thirds of the map, in the order of `words.why.places`. */
const THIRDS = 3;

/** The section of a card that explains its prediction. */
export class Why {
  #backends;
  #request;
  #body = el("div", { class: "explanation-body" });
  /** Counts requests: what an earlier one still brings is dropped. */
  #turn = 0;

  /**
   * @param {HTMLElement} container that it fills
   * @param {Backends} backends
   * @param {() => Promise<Explained | null>} request null where nothing was found
   */
  constructor(container, backends, request) {
    this.#backends = backends;
    this.#request = request;
    container.append(this.#body);
  }

  /** Explains what the card shows now. */
  async show() {
    const turn = ++this.#turn;
    this.#body.setAttribute("aria-busy", "true");
    if (!this.#body.hasChildNodes()) this.#body.append(el("p", { class: "state" }, words.why.computing));
    try {
      const [explained] = await Promise.all([this.#request(), addStyle(WHY_STYLE)]);
      const map = explained && (await this.#occlude(explained));
      if (turn !== this.#turn) return;
      const shown =
        explained && map ? await describe(explained, map) : [el("p", { class: "state" }, words.nothingFound)];
      if (turn === this.#turn) this.#body.replaceChildren(...shown);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#body.replaceChildren(el("p", { class: "error" }, errorSentence(asThimbleError(error))));
    }
    this.#body.removeAttribute("aria-busy");
  }

  /**
   * @param {Explained} explained
   * @returns {Promise<OcclusionMap | null>} null where there is no such garment any more
   */
  #occlude({ photo, edit, index, garment }) {
    return this.#backends.onCpu(async (worker) => {
      const { channels, values } = garment.input;
      if (channels === 1) return occludeImage(values, (inputs) => worker.logits(inputs));
      const explanation = await worker.explain(photo, edit, index);
      if (!explanation) return null;
      const { milliseconds, ...map } = explanation;
      return { ...map, milliseconds: milliseconds.inference };
    });
  }
}

/** @type {(explained: Explained, map: OcclusionMap) => Promise<HTMLElement[]>} */
async function describe(explained, map) {
  const { garment, labels } = explained;
  const drops = dropsOf(map, garment.index);
  const largest = Math.max(...drops);
  const strongest = drops.indexOf(largest);
  const decides = largest >= SMALL;
  const label = className(garment.label);
  const sentence = decides
    ? words.why.dependsOn(label, words.why.places[thirdOf(strongest, map.places)] ?? "")
    : words.why.nowhere(label);
  const flipped = decides ? flipOf(map, garment.index, drops) : null;
  const flip = flipped === null ? words.why.stays : words.why.becomes(nameOf(flipped, labels));
  const strengths = drops.map((drop) => (decides ? Math.max(0, drop) / largest : 0));
  const runs = words.why.time(map.places ** 2 + 1, decimal(map.milliseconds, 0));
  return [
    el("p", {}, `${sentence} ${flip} ${nearest(garment, labels)}`),
    el(
      "figure",
      { class: "occlusion-map" },
      await drawMap(explained, map, strengths, sentence),
      el("figcaption", {}, words.why.legend, el("span", { class: "occlusion-scale", "aria-hidden": "true" })),
      tableOf(strengths, map.places),
    ),
    ...(map.layers ?? []).map((layer, index) => featureMaps(layer, index)),
    el("p", { class: "small" }, runs),
  ];
}

/** @type {(map: OcclusionMap, index: number) => number[]} how much the probability of a class falls with each place covered */
function dropsOf({ places, whole, occluded }, index) {
  const all = whole.length;
  return Array.from(
    { length: places * places },
    (_, place) => (whole[index] ?? 0) - (occluded[place * all + index] ?? 0),
  );
}

/**
 * @type {(map: OcclusionMap, index: number, drops: number[]) => number | null} what the prediction becomes where the place
 *   that matters most of those that change it is covered: a class, or one more for none; null where none changes it
 */
function flipOf({ whole, occluded }, index, drops) {
  const all = whole.length;
  const bestOf = (/** @type {Float32Array} */ row) => row.indexOf(Math.max(...row));
  // Where this view alone says something else already, nothing that is covered changes it.
  if (bestOf(whole) !== index) return null;
  const order = [...drops.keys()].sort((a, b) => (drops[b] ?? 0) - (drops[a] ?? 0));
  const best = order.map((place) => bestOf(occluded.subarray(place * all, (place + 1) * all)));
  return best.find((found) => found !== index) ?? null;
}

/** @type {(index: number, labels: string[]) => string} */
function nameOf(index, labels) {
  const label = labels[index];
  return label === undefined ? words.noneOfThese : className(label);
}

/** @type {(garment: Garment, labels: string[]) => string} the two nearest alternatives */
function nearest(garment, labels) {
  const { classes } = shares(garment);
  const others = [...classes.keys()]
    .filter((index) => index !== garment.index)
    .sort((a, b) => (classes[b] ?? 0) - (classes[a] ?? 0))
    .slice(0, 2)
    .map((index) => `${nameOf(index, labels)} (${percent(classes[index] ?? 0)})`);
  return words.why.nearest(others);
}

/** @type {(place: number, places: number) => number} which ninth of the map a place is in, row by row */
function thirdOf(place, places) {
  const third = (/** @type {number} */ at) => Math.floor((at * THIRDS) / places);
  return third(Math.floor(place / places)) * THIRDS + third(place % places);
}

/**
 * @param {Explained} explained
 * @param {OcclusionMap} map
 * @param {number[]} strengths of each place, 0 to 1
 * @param {string} label for a screen reader
 */
async function drawMap({ photo, edit, garment, thumbnail }, { view, places }, strengths, label) {
  const canvas = el("canvas", { width: String(SIDE), height: String(SIDE), role: "img", "aria-label": label });
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  const bitmap = view && thumbnail ? await createImageBitmap(thumbnail).catch(() => null) : null;
  if (view && bitmap) {
    const turns = edit.quarterTurns ?? 0;
    const [width, height] = turns % 2 === 0 ? [photo.width, photo.height] : [photo.height, photo.width];
    context.save();
    // From pixels of the rotated photo to those of the canvas, which shows the view.
    context.translate(SIDE / 2, SIDE / 2);
    context.scale(SIDE / view.width, SIDE / view.height);
    context.rotate((-view.angle * Math.PI) / 180);
    context.translate(width / 2 - view.cx, height / 2 - view.cy);
    context.rotate((turns * Math.PI) / 2);
    context.drawImage(bitmap, -photo.width / 2, -photo.height / 2, photo.width, photo.height);
    context.restore();
    bitmap.close();
  } else {
    const { side, channels, values } = garment.input;
    context.imageSmoothingEnabled = false;
    context.drawImage(
      pictureOf(side, (pixel) => [0, 1, 2].map((c) => values[pixel * channels + Math.min(c, channels - 1)] ?? 0)),
      0,
      0,
      SIDE,
      SIDE,
    );
    context.imageSmoothingEnabled = true;
  }
  // Darker where it matters little, and in a warm colour where it matters much.
  context.fillStyle = "rgb(10 16 40 / 45%)";
  context.fillRect(0, 0, SIDE, SIDE);
  const heat = pictureOf(
    places,
    () => [255, 176, 32],
    (place) => Math.round(210 * (strengths[place] ?? 0)),
  );
  context.drawImage(heat, 0, 0, SIDE, SIDE);
  return canvas;
}

/**
 * @param {number} side in pixels
 * @param {(pixel: number) => number[]} colourOf red, green and blue
 * @param {(pixel: number) => number} [alphaOf]
 */
function pictureOf(side, colourOf, alphaOf = () => 255) {
  const canvas = el("canvas", { width: String(side), height: String(side) });
  const image = new ImageData(side, side);
  for (let pixel = 0; pixel < side * side; pixel += 1) image.data.set([...colourOf(pixel), alphaOf(pixel)], pixel * 4);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}

/** @type {(strengths: number[], places: number) => HTMLElement} the map's ninths in words */
function tableOf(strengths, places) {
  const ninths = Array.from({ length: THIRDS * THIRDS }, () => 0);
  for (const [place, strength] of strengths.entries()) {
    const ninth = thirdOf(place, places);
    ninths[ninth] = Math.max(ninths[ninth] ?? 0, strength);
  }
  const { places: names, strengths: levels } = words.why;
  const levelOf = (/** @type {number} */ strength) => levels[strength > 0.66 ? 2 : strength > 0.33 ? 1 : 0] ?? "";
  const rows = ninths.map((strength, ninth) =>
    el("tr", {}, el("th", { scope: "row" }, names[ninth] ?? ""), el("td", {}, levelOf(strength))),
  );
  const table = el("table", {}, el("caption", {}, words.why.table), el("tbody", {}, ...rows));
  // A table cannot be made as small as what hides it.
  return el("div", { class: "visually-hidden" }, table);
}

/** @type {(layer: FeatureMaps, index: number) => HTMLElement} the maps with the largest sums */
function featureMaps({ side, channels, values }, index) {
  const pixels = side * side;
  const sum = (/** @type {number} */ channel) =>
    values.subarray(channel * pixels, (channel + 1) * pixels).reduce((all, value) => all + value, 0);
  const strongest = Array.from({ length: channels }, (_, channel) => ({ channel, sum: sum(channel) }))
    .sort((a, b) => b.sum - a.sum)
    .slice(0, MAPS);
  const pictures = strongest.map(({ channel }) => {
    const picture = pictureOf(side, (pixel) => Array(3).fill(values[channel * pixels + pixel] ?? 0));
    picture.setAttribute("aria-hidden", "true");
    return picture;
  });
  const caption = words.why.layer(index + 1, strongest.length, channels, side);
  return el("figure", { class: "feature-maps" }, el("figcaption", {}, caption), el("div", {}, ...pictures));
}
