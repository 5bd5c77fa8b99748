// The card of one photo of many, in a dialog.
import { announce } from "./announce.js";
import { byId } from "./dom.js";
import { sentence } from "./advice.js";
import { words } from "../language/language.js";

/**
 * @import { Collection } from "./collection.js"
 * @import { Gallery } from "./gallery.js"
 * @import { Photo } from "./photo.js"
 */

/** Shows a photo's card, and those before and after it. */
export class Detail {
  #dialog = byId("detail", HTMLDialogElement);
  #place = byId("detail-place", HTMLElement);
  #previous = byId("detail-previous", HTMLButtonElement);
  #next = byId("detail-next", HTMLButtonElement);
  #body = byId("detail-card", HTMLElement);
  #collection;
  #gallery;
  /** @type {Photo[]} those that were shown when it was opened: a filter takes none away meanwhile */
  #photos = [];
  /** @type {Photo | null} */
  #shown = null;

  /**
   * @param {Collection} collection
   * @param {Gallery} gallery
   */
  constructor(collection, gallery) {
    this.#collection = collection;
    this.#gallery = gallery;
    this.#previous.addEventListener("click", () => this.#go(-1));
    this.#next.addEventListener("click", () => this.#go(1));
    byId("detail-close", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => this.#closed());
    this.#dialog.addEventListener("keydown", (event) => this.#key(event));
    collection.addEventListener("change", () => this.#follow());
  }

  /** @param {Photo} photo of the collection */
  open(photo) {
    this.#photos = this.#collection.visible;
    this.#gallery.isCardLent = true;
    this.#dialog.showModal();
    this.#show(photo);
  }

  /** @param {Photo} photo */
  #show(photo) {
    this.#shown = photo;
    const card = this.#gallery.card(photo);
    this.#body.replaceChildren(card.element);
    this.#dialog.setAttribute("aria-label", photo.name);
    this.#showPlace();
    this.#dialog.scrollTop = 0;
    card.heading.focus({ preventScroll: true });
    const { latest } = photo;
    if (latest) announce(sentence(latest.prediction, latest.worker.info.labels));
  }

  #showPlace() {
    const place = this.#shown ? this.#photos.indexOf(this.#shown) : -1;
    this.#place.textContent = words.summary.place(place + 1, this.#photos.length);
    this.#previous.disabled = place <= 0;
    this.#next.disabled = place >= this.#photos.length - 1;
  }

  /** @param {-1 | 1} step */
  #go(step) {
    const next = this.#shown && this.#photos[this.#photos.indexOf(this.#shown) + step];
    if (next) this.#show(next);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, target } = event;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // There the arrow keys move the box, or scroll.
    if (target instanceof Element && target.closest("[role=slider], [role=region]")) return;
    if (key === "ArrowLeft") this.#go(-1);
    else if (key === "ArrowRight") this.#go(1);
  }

  /** Another photo takes the place of one that was removed. */
  #follow() {
    if (!this.#dialog.open || !this.#shown) return;
    const present = new Set(this.#collection.photos);
    const place = this.#photos.indexOf(this.#shown);
    this.#photos = this.#photos.filter((photo) => present.has(photo));
    if (present.has(this.#shown)) return this.#showPlace();
    const next = this.#photos[Math.min(place, this.#photos.length - 1)];
    if (next) this.#show(next);
    else this.#dialog.close();
  }

  #closed() {
    const place = this.#shown ? this.#photos.indexOf(this.#shown) : 0;
    this.#shown = null;
    this.#body.replaceChildren();
    this.#gallery.isCardLent = false;
    // Where few photos are left, its card is on the page again.
    this.#collection.refresh();
    // A filter may have taken it away meanwhile: then the next one that is still there.
    const visible = new Set(this.#collection.visible);
    const near = [...this.#photos.slice(place), ...this.#photos.slice(0, place).reverse()];
    const photo = near.find((one) => visible.has(one));
    if (photo) this.#gallery.focus(photo);
    else byId("results", HTMLElement).focus({ preventScroll: true });
  }
}
