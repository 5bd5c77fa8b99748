// Sections of a card that are computed when they are opened: why a garment got its class, and the photo on every backend.
import { el } from "./dom.js";
import { megabytes } from "./format.js";
import { className, words } from "../language/language.js";
import { describe } from "../shared/errors.js";

/**
 * @import { DownscaledPhoto, Garment, PhotoEdit } from "../../pkg/cpu/thimble.js"
 * @import { Backends } from "./backends.js"
 * @import { Explained, Why } from "./why.js"
 */

/** @typedef {{photo: DownscaledPhoto, edit: PhotoEdit}} EditedPhoto a photo as it is edited now */

/** @type {(backends: Backends, request: () => Promise<EditedPhoto>) => HTMLElement} a table of all backends */
export function comparisonSection(backends, request) {
  const bytes = backends.downloadBytes("webgpu");
  const { open, downloads } = words.comparison;
  const text = bytes === null ? open : `${open} ${downloads(megabytes(bytes))}`;
  const element = el("details", { class: "comparison" }, el("summary", {}, text));
  fillOnce(element, async () => {
    const { Comparison } = await import("./comparison.js");
    new Comparison(element, backends, request);
  });
  return element;
}

/** What the class of the garment that a card shows depends on. */
export class ExplanationSection {
  #summary = el("summary");
  element = el("details", { class: "explanation" }, this.#summary);
  /** @type {Why | null} */
  #why = null;
  /** Whether it explains another garment than that of the card, or the one before an edit. */
  #isStale = true;

  /**
   * @param {Backends} backends
   * @param {() => Promise<Explained | null>} request
   */
  constructor(backends, request) {
    fillOnce(this.element, async () => {
      const { Why } = await import("./why.js");
      this.#why = new Why(this.element, backends, request);
      this.#update();
    });
    this.element.addEventListener("toggle", () => this.#update());
  }

  /** @param {Garment | null} garment that the card shows now; null where nothing was found */
  show(garment) {
    this.element.hidden = !garment;
    this.#summary.textContent = garment ? words.why.open(className(garment.label)) : "";
    this.#isStale = true;
    this.#update();
  }

  #update() {
    if (!this.#why || !this.element.open || !this.#isStale) return;
    this.#isStale = false;
    void this.#why.show();
  }
}

/** @type {(element: HTMLDetailsElement, fill: () => Promise<unknown>) => void} fill: called when it is first opened */
function fillOnce(element, fill) {
  const onToggle = async () => {
    try {
      await fill();
    } catch (error) {
      element.append(el("p", { class: "error" }, `${words.card.notLoaded(describe(error))} ${words.retry}`));
    }
  };
  element.addEventListener("toggle", () => void onToggle(), { once: true });
}
