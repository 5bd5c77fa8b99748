// A photo in the grid of many: its picture, its name, and what it shows.
import { confidenceOf, isConfident, likeliest } from "./advice.js";
import { el } from "./dom.js";
import { TINY } from "./editor.js";
import { counted, percent, toSentence } from "./format.js";

/** @import { Photo } from "./photo.js" */

/** Sends `open` when it is pressed. */
export class Tile extends EventTarget {
  element = el("article", { class: "tile" });
  #photo;
  #picture = el("div", { class: "tile-picture" });
  #open;
  #verdict = el("h4", { class: "tile-verdict" });
  #more = el("p", { class: "tile-more" });
  /** @type {string | undefined} */
  #url;
  #isShown = false;

  /** @param {Photo} photo */
  constructor(photo) {
    super();
    this.#photo = photo;
    this.#open = el("button", { type: "button", class: "tile-open" }, photo.name);
    this.#open.addEventListener("click", () => this.dispatchEvent(new Event("open")));
    this.element.append(this.#picture, el("h3", {}, this.#open), this.#verdict, this.#more);
    for (const type of ["state", "prediction", "answer"]) photo.addEventListener(type, () => this.#show());
    photo.addEventListener("thumbnail", () => this.#showThumbnail());
    this.#show();
    this.show();
  }

  /** Shows its picture, again after `discard`. */
  show() {
    this.#isShown = true;
    if (!this.#url) this.#showThumbnail();
  }

  /** Puts the focus on it. */
  focus() {
    this.#open.focus();
  }

  /** Frees its picture. */
  discard() {
    this.#isShown = false;
    this.#forgetUrl();
  }

  #forgetUrl() {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = undefined;
  }

  #showThumbnail() {
    if (!this.#isShown) return;
    const { thumbnail, classified } = this.#photo;
    this.#picture.classList.toggle("tiny", (classified?.prediction.width ?? Infinity) <= TINY);
    this.#forgetUrl();
    this.#url = thumbnail ? URL.createObjectURL(thumbnail) : undefined;
    this.#picture.replaceChildren(
      ...(this.#url ? [el("img", { src: this.#url, alt: "", decoding: "async", draggable: "false" })] : []),
    );
  }

  #show() {
    const { latest } = this.#photo;
    this.#verdict.textContent = verdictOf(this.#photo);
    const others = (latest?.prediction.garments.length ?? 0) - 1;
    this.#more.textContent = [others > 0 ? `${counted(others, "more garment")}` : "", answerOf(this.#photo)]
      .filter(Boolean)
      .join(" · ");
  }
}

/** @type {(photo: Photo) => string} */
function verdictOf({ state, error, latest, garment, waitsForWeights }) {
  if (state === "queued") return "Waiting…";
  if (state === "working") return waitsForWeights ? "Loading weights…" : "Classifying…";
  if (state === "failed") return toSentence(error?.message ?? "");
  if (state === "cancelled" || !latest) return "Cancelled";
  if (!garment) return "Nothing found";
  if (isConfident(garment)) return `${garment.label} ${percent(confidenceOf(garment))}`;
  return `Not sure: ${likeliest(garment, latest.worker.info.labels).join(" or ")}`;
}

/** @type {(photo: Photo) => string} what the visitor says, or nothing */
function answerOf({ answer, garment, latest }) {
  if (answer === null) return "";
  if (answer === "none") return "None of these";
  if (answer === garment?.index) return "Confirmed";
  return `Corrected: ${latest?.worker.info.labels[answer] ?? answer}`;
}
