// The photos on the page: which there are, which are shown and in what order, and what they add up to. Knows no element.
import { confidenceOf } from "./advice.js";
import { Photo } from "./photo.js";

/**
 * @import { Answer } from "./photo.js"
 * @import { Queue } from "./queue.js"
 */

/**
 * @typedef {"all" | "check" | Answer} Filter check: those that a visitor should look at; an answer: those that show it
 * @typedef {"added" | "class" | "confidence" | "name"} Order added: the newest first; confidence: the least first
 */

/**
 * @typedef {object} Counts
 * @property {number} total
 * @property {number} confident
 * @property {number} toCheck
 * @property {number} cancelled
 * @property {Map<Answer, number>} shown photos by what they show, as far as that is known
 */

/**
 * @typedef {object} Tally of the photos whose prediction a visitor has confirmed or corrected
 * @property {number} total
 * @property {number} right
 * @property {{answer: Answer, predicted: number | null, count: number}[]} pairs those that occur; predicted: null where nothing was
 *   found
 */

/** From so many photos on they are a grid that can be filtered and sorted. */
export const MANY = 4;

/** @type {Intl.Collator | undefined} made when it is first needed: its tables take longer than a photo */
let collator;

/**
 * Sends `change` when photos have come or gone, or others are to be shown, and `photo` when something about a photo has
 * changed.
 */
export class Collection extends EventTarget {
  #queue;
  /** @type {Photo[]} the newest first */
  #photos = [];
  /** @type {{photo: Photo, place: number}[]} what was removed last; place: from the oldest, so that newer ones change nothing */
  #removed = [];
  /** @type {Filter} */
  #filter = "all";
  /** @type {Order} */
  #order = "added";

  /** @param {Queue} queue */
  constructor(queue) {
    super();
    this.#queue = queue;
  }

  get size() {
    return this.#photos.length;
  }

  get filter() {
    return this.#filter;
  }

  set filter(filter) {
    this.#filter = filter;
    this.#send("change");
  }

  get order() {
    return this.#order;
  }

  set order(order) {
    this.#order = order;
    this.#send("change");
  }

  /** All photos, the newest first. */
  get photos() {
    return [...this.#photos];
  }

  /** The photos to show, in this order. */
  get visible() {
    const shown = this.#photos.filter((photo) => passes(photo, this.#filter));
    const by = ORDERS[this.#order];
    return by ? shown.sort(by) : shown;
  }

  /** @returns {Counts} */
  get counts() {
    const count = (/** @type {(photo: Photo) => boolean} */ is) => this.#photos.filter(is).length;
    /** @type {Map<Answer, number>} */
    const shown = new Map();
    for (const { shown: answer } of this.#photos) {
      if (answer !== null) shown.set(answer, (shown.get(answer) ?? 0) + 1);
    }
    return {
      total: this.#photos.length,
      confident: count(({ state, isConfident }) => state === "done" && isConfident),
      toCheck: count(({ isToCheck }) => isToCheck),
      cancelled: count(({ state }) => state === "cancelled"),
      shown,
    };
  }

  /** @returns {Tally} */
  get tally() {
    const answered = this.#photos.filter(({ answer, state }) => answer !== null && state === "done");
    /** @type {Tally["pairs"]} */
    const pairs = [];
    for (const photo of answered) {
      const answer = /** @type {Answer} */ (photo.answer);
      const predicted = photo.garment?.index ?? null;
      const alike = pairs.find((other) => other.answer === answer && other.predicted === predicted);
      if (alike) alike.count += 1;
      else pairs.push({ answer, predicted, count: 1 });
    }
    return { total: answered.length, right: answered.filter(isRight).length, pairs };
  }

  /**
   * Adds photos, in the order in which they were given, and has them classified.
   * @param {File[]} files
   * @returns {Photo[]}
   */
  add(files) {
    const added = files.map((file) => new Photo(file));
    for (const photo of added) {
      for (const type of ["state", "prediction", "answer", "editing"]) {
        photo.addEventListener(type, () => this.#send("photo", photo));
      }
    }
    this.#photos.unshift(...added);
    // Shown before they begin.
    this.#send("change");
    for (const photo of added) this.#queue.submit(photo);
    return added;
  }

  /** @param {Photo[]} photos */
  remove(photos) {
    const gone = new Set(photos);
    const count = this.#photos.length;
    this.#removed = this.#photos.flatMap((photo, index) => (gone.has(photo) ? [{ photo, place: count - index }] : []));
    this.#photos = this.#photos.filter((photo) => !gone.has(photo));
    for (const photo of gone) this.#queue.cancel(photo);
    // With few photos nothing shows that some are hidden.
    if (this.#photos.length < MANY) this.#filter = "all";
    this.#send("change");
  }

  /**
   * Puts back what was removed last.
   * @returns {Photo[]}
   */
  undo() {
    const back = this.#removed;
    this.#removed = [];
    // The oldest first, since places count from there.
    for (const { photo, place } of back.reverse()) this.#photos.splice(this.#photos.length + 1 - place, 0, photo);
    this.#send("change");
    for (const { photo } of back) if (photo.state === "cancelled") this.#queue.submit(photo);
    return back.map(({ photo }) => photo);
  }

  /** Has everything that shows the photos show them anew. */
  refresh() {
    this.#send("change");
  }

  /** Has the photos classified that were cancelled. */
  resume() {
    const cancelled = this.#photos.filter(({ state }) => state === "cancelled");
    // The oldest first, as they came.
    for (const photo of cancelled.reverse()) this.#queue.submit(photo);
  }

  /**
   * @param {"change" | "photo"} type
   * @param {Photo} [photo]
   */
  #send(type, photo) {
    this.dispatchEvent(new CustomEvent(type, { detail: photo }));
  }
}

/** @type {(photo: Photo) => boolean} whether the visitor has said what was predicted, or nothing of the ten where nothing was */
function isRight({ answer, garment, isConfident }) {
  return answer === "none" ? !isConfident : answer === garment?.index;
}

/** @type {(photo: Photo, filter: Filter) => boolean} */
function passes(photo, filter) {
  if (filter === "all") return true;
  return filter === "check" ? photo.isToCheck : photo.shown === filter;
}

/** @type {(photo: Photo) => number} the photos without a prediction last */
const confidence = ({ garment, state }) => (state === "done" ? (garment ? confidenceOf(garment) : 0) : 2);

/** @type {(answer: Answer | null) => number} the ten classes in their order, then none of them, then what is unknown */
export const placeOf = (answer) => (answer === null ? 11 : answer === "none" ? 10 : answer);

/** @type {Record<Order, ((a: Photo, b: Photo) => number) | null>} */
const ORDERS = {
  added: null,
  class: (a, b) => placeOf(a.shown) - placeOf(b.shown) || confidence(b) - confidence(a),
  confidence: (a, b) => confidence(a) - confidence(b),
  // As people count: 2 before 10.
  name: (a, b) => (collator ??= new Intl.Collator(undefined, { numeric: true })).compare(a.name, b.name),
};
