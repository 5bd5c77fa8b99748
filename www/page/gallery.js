// The photos of a collection on the page: a card each where there are few, else a grid of tiles.
import { Card } from "./card.js";
import { MANY } from "./collection.js";
import { Tile } from "./tile.js";
import { rowsInView, scrollToTile } from "./rows.js";

/**
 * @import { Services } from "./card.js"
 * @import { Collection } from "./collection.js"
 * @import { Photo } from "./photo.js"
 */

/** At most so many tiles are in the document; the place of the others is kept free. */
const MAX_TILES = 240;

/** So many tiles are made in a frame, so that the page stands still for none. */
const TILES_A_FRAME = 40;

/** Sends `open` with a photo whose tile was pressed, and `remove` with one whose card asks for it. */
export class Gallery extends EventTarget {
  #list;
  #collection;
  #services;
  /** @type {WeakMap<Photo, Item>} kept with the photo: one that comes back has its card with its edits */
  #items = new WeakMap();
  /** @type {Set<Photo>} */
  #present = new Set();
  #isWaiting = false;
  /** Whether some tiles are not in the document. */
  #isWindowed = false;
  /** Whether a card is shown elsewhere: until then few photos stay a grid too. */
  isCardLent = false;
  /** So many tiles may be in the document by the end of this frame. */
  #room = TILES_A_FRAME;

  /**
   * @param {HTMLUListElement} list
   * @param {Collection} collection
   * @param {Services} services
   */
  constructor(list, collection, services) {
    super();
    this.#list = list;
    this.#collection = collection;
    this.#services = services;
    collection.addEventListener("change", () => {
      this.#room = this.#list.children.length + TILES_A_FRAME;
      this.#render();
    });
    // What is filtered or sorted moves later: not each time that one of many photos has its prediction.
    collection.addEventListener("photo", () =>
      collection.order !== "added" || collection.filter !== "all" ? this.#renderSoon() : undefined,
    );
    for (const type of ["scroll", "resize"])
      addEventListener(type, () => this.#isWindowed && this.#renderSoon(), { passive: true });
  }

  /** @type {(photo: Photo) => Card} the same one each time */
  card(photo) {
    return this.#item(photo).card;
  }

  /** Makes all cards and tiles anew, with their edits: the words of the page have changed. */
  rebuild() {
    for (const photo of this.#present) this.#items.get(photo)?.rebuild();
  }

  /** @param {Photo} photo puts the focus on its tile or card, scrolled to where it is not in the document */
  focus(photo) {
    const item = this.#items.get(photo);
    if (!item?.element.isConnected) {
      scrollToTile(this.#list, this.#collection.visible.indexOf(photo));
      this.#render();
    }
    item?.focus();
  }

  #renderSoon() {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    requestAnimationFrame(() => {
      this.#isWaiting = false;
      this.#render();
    });
  }

  #render() {
    // While another view is shown nothing has a size.
    if (this.#list.closest("[hidden]")) return;
    const { photos, visible } = this.#collection;
    const isGrid = photos.length >= MANY || this.isCardLent;
    this.#forget(new Set(photos));
    this.#list.classList.toggle("grid", isGrid);
    let [first, last] = [0, visible.length];
    this.#isWindowed = isGrid && visible.length > MAX_TILES;
    this.#list.classList.toggle("windowed", this.#isWindowed);
    if (this.#isWindowed) {
      [first, last] = rowsInView(this.#list, visible.length, MAX_TILES);
    } else {
      this.#list.style.removeProperty("padding-block");
    }
    if (isGrid && last - first > this.#room) {
      last = first + this.#room;
      this.#room += TILES_A_FRAME;
      this.#renderSoon();
    }
    const shown = visible.slice(first, last).map((photo) => {
      const item = this.#item(photo);
      item.show(isGrid);
      return item.element;
    });
    place(this.#list, shown);
  }

  /** @param {Photo} photo */
  #item(photo) {
    const known = this.#items.get(photo);
    if (known) return known;
    const item = new Item(photo, this.#services);
    for (const type of ["open", "remove"]) {
      item.addEventListener(type, () => this.dispatchEvent(new CustomEvent(type, { detail: photo })));
    }
    this.#items.set(photo, item);
    return item;
  }

  /** @param {Set<Photo>} present */
  #forget(present) {
    for (const photo of this.#present) if (!present.has(photo)) this.#items.get(photo)?.discard();
    this.#present = present;
  }
}

/** A photo's place in the list. Sends `open` and `remove`. */
class Item extends EventTarget {
  element = document.createElement("li");
  #photo;
  #services;
  /** @type {Card | null} */
  #card = null;
  /** @type {Tile | null} */
  #tile = null;
  /** @type {boolean | null} whether it shows the tile; null before it shows anything */
  #isTile = null;

  /**
   * @param {Photo} photo
   * @param {Services} services
   */
  constructor(photo, services) {
    super();
    this.#photo = photo;
    this.#services = services;
    for (const type of ["state", "prediction", "editing", "answer", "time"])
      photo.addEventListener(type, () => this.#mark());
    this.#mark();
  }

  get card() {
    if (!this.#card) {
      this.#card = new Card(this.#photo, this.#services);
      this.#card.addEventListener("remove", () => this.dispatchEvent(new Event("remove")));
    }
    return this.#card;
  }

  /** @param {boolean} isTile or its card */
  show(isTile) {
    const shown = isTile ? (this.#tile ??= this.#newTile()).element : this.card.element;
    if (this.#isTile === isTile && shown.parentElement === this.element) return;
    this.#isTile = isTile;
    if (isTile) this.#tile?.show();
    this.element.replaceChildren(shown);
  }

  focus() {
    if (this.#isTile) this.#tile?.focus();
    else this.#card?.heading.focus();
  }

  /** Forgets card and tile; `show` makes them anew. */
  rebuild() {
    const edit = this.#card?.edit;
    this.#card?.end();
    this.#tile?.end();
    this.#tile = null;
    this.#card = null;
    this.#isTile = null;
    if (edit) this.card.restore(edit);
  }

  discard() {
    this.#card?.stop();
    this.#tile?.discard();
    this.element.remove();
  }

  #newTile() {
    const tile = new Tile(this.#photo);
    tile.addEventListener("open", () => this.dispatchEvent(new Event("open")));
    return tile;
  }

  /** For styles and tests. */
  #mark() {
    const { state, latest, error, time, answer, isEditing, isToCheck } = this.#photo;
    const { dataset } = this.element;
    dataset.state = state;
    dataset.check = String(isToCheck);
    mark(dataset, "answer", answer === null ? null : String(answer));
    mark(dataset, "editing", isEditing ? "" : null);
    mark(dataset, "timed", time ? "" : null);
    mark(dataset, "code", error?.code ?? null);
    if (!latest) return;
    const { prediction, worker } = latest;
    dataset.label = prediction.label ?? "";
    dataset.confident = String(prediction.confident);
    dataset.issue = prediction.issue ?? "";
    dataset.backend = worker.info.backend;
    dataset.network = worker.info.network.name;
  }
}

/** @type {(dataset: DOMStringMap, name: string, value: string | null) => void} null takes it away */
function mark(dataset, name, value) {
  if (value === null) delete dataset[name];
  else dataset[name] = value;
}

/**
 * Makes elements the children of a list, and moves none that is in its place: one that is moved loses the focus.
 * @type {(list: HTMLElement, wanted: HTMLElement[]) => void}
 */
function place(list, wanted) {
  const focused = document.activeElement;
  const kept = new Set(wanted);
  for (const child of [...list.children]) if (!kept.has(/** @type {HTMLElement} */ (child))) child.remove();
  for (const [index, element] of wanted.entries()) {
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  }
  if (focused instanceof HTMLElement && focused !== document.activeElement && list.contains(focused)) {
    focused.focus({ preventScroll: true });
  }
}
