// The garments of a photo as chips, of which one is shown.
import { isConfident } from "./advice.js";
import { el } from "./dom.js";
import { className, words } from "../language/language.js";

/** @import { Garment } from "../../pkg/cpu/thimble.js" */

/** Sends `choose` when the visitor has chosen another garment. Without a second garment it shows nothing. */
export class GarmentChoice extends EventTarget {
  element;
  /** @type {Garment[]} */
  #garments = [];
  #chosen = 0;

  /** @param {string} name of the photo */
  constructor(name) {
    super();
    this.element = el("div", { class: "garments", role: "group", "aria-label": words.card.garments(name), hidden: "" });
  }

  /** The chosen garment; null where nothing was found. */
  get garment() {
    return this.#garments[this.#chosen] ?? null;
  }

  /** Its place among the garments of the photo. */
  get index() {
    return this.#chosen;
  }

  /** @param {Garment[]} garments to choose from: the first, or where there are as many as before the one chosen then */
  offer(garments) {
    const focused = [...this.element.children].indexOf(/** @type {Element} */ (document.activeElement));
    if (garments.length !== this.#garments.length) this.#chosen = 0;
    this.#garments = garments;
    this.element.hidden = garments.length < 2;
    const chips = garments.map((garment, index) => {
      const text = `${className(garment.label)}${isConfident(garment) ? "" : "?"}`;
      const chip = el("button", { type: "button", class: "quiet" }, text);
      chip.addEventListener("click", () => this.#choose(index));
      return chip;
    });
    this.element.replaceChildren(...chips);
    // A chip that has the focus keeps it.
    chips[focused]?.focus();
    this.#showChosen();
  }

  /** @param {number} index */
  #choose(index) {
    this.#chosen = index;
    this.#showChosen();
    this.dispatchEvent(new Event("choose"));
  }

  #showChosen() {
    for (const [index, chip] of [...this.element.children].entries()) {
      chip.setAttribute("aria-pressed", String(index === this.#chosen));
    }
  }
}
