// A photo in the grid of many: its picture, its name, and what it shows.
import { confidenceOf, isConfident, likeliest, waitingFor } from "./advice.js";
import { el } from "./dom.js";
import { TINY } from "./editor.js";
import { percent } from "./format.js";
import { className, errorSentence, words } from "../language/language.js";

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
  /** Ends what it listens to. */
  #lifetime = new AbortController();

  /** @param {Photo} photo */
  constructor(photo) {
    super();
    this.#photo = photo;
    this.#open = el("button", { type: "button", class: "tile-open" }, photo.name);
    this.#open.addEventListener("click", () => this.dispatchEvent(new Event("open")));
    this.element.append(this.#picture, el("h3", {}, this.#open), this.#verdict, this.#more);
    const { signal } = this.#lifetime;
    for (const type of ["state", "prediction", "answer", "download"])
      photo.addEventListener(type, () => this.#show(), { signal });
    photo.addEventListener("thumbnail", () => this.#showThumbnail(), { signal });
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

  /** Ends it: another tile of this photo takes its place. */
  end() {
    this.discard();
    this.#lifetime.abort();
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
    this.#more.textContent = [others > 0 ? words.tile.more(others) : "", answerOf(this.#photo)]
      .filter(Boolean)
      .join(" · ");
  }
}

/** @type {(photo: Photo) => string} */
function verdictOf({ state, error, latest, garment, waitsForWeights, download }) {
  if (download) return waitingFor(download);
  if (state === "queued") return words.card.waiting;
  if (state === "working") return waitsForWeights ? words.tile.loadingWeights : words.card.classifying;
  if (state === "failed") return error ? errorSentence(error) : "";
  if (state === "cancelled" || !latest) return words.tile.cancelled;
  if (!garment) return words.nothingFound;
  if (isConfident(garment)) return `${className(garment.label)} ${percent(confidenceOf(garment))}`;
  return words.network.notSureOf(likeliest(garment, latest.worker.info.labels).join(words.or));
}

/** @type {(photo: Photo) => string} what the visitor says, or nothing */
function answerOf({ answer, garment, latest }) {
  if (answer === null) return "";
  if (answer === "none") return words.noneOfThese;
  if (answer === garment?.index) return words.answers.confirmed;
  return words.answers.corrected(className(latest?.worker.info.labels[answer] ?? String(answer)));
}
