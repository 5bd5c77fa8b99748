// A photo with the garment's outline and the box around it, which hands and keys can move. Knows no worker.
import { el } from "./dom.js";
import { clamped, moved, pulled, turnedTowards } from "./geometry.js";
import { grips } from "./grips.js";
import { Overlay } from "./overlay.js";

/** @typedef {import("../shared/types.js").Frame} Frame */
/** @typedef {import("./geometry.js").Size} Size */
/** @typedef {import("./grips.js").Grip} Grip */

/** Where the handle for turning lies below the box, in pixels of the screen; above its lower edge where that is off the photo. */
const STEM = 30;

/** Sends `frame` when a person has changed the box. */
export class Stage extends EventTarget {
  element = el("div", { class: "stage" });
  #overlay = new Overlay();
  #box;
  #grips;
  /** @type {Size} */
  #size = { width: 1, height: 1 };
  /** @type {Frame} */
  #frame = { cx: 0, cy: 0, width: 1, height: 1, angle: 0 };
  /** @type {{grip: Grip, pointer: number, x: number, y: number, before: Frame} | null} */
  #drag = null;

  /**
   * @param {string} name of the photo
   * @param {string} help id of the sentence that says which keys do what
   */
  constructor(name, help) {
    super();
    this.#grips = grips(help);
    this.#box = el("div", { class: "crop", role: "group", "aria-label": `Box around the garment on ${name}` });
    this.#box.append(...this.#grips.map(({ element }) => element));
    for (const grip of this.#grips) this.#listen(grip);
    // With the Tab key a card is passed in one step, unless its box is what is wanted.
    this.element.addEventListener("focusin", () => this.#arm(true));
    this.element.addEventListener("focusout", ({ relatedTarget }) => {
      this.#arm(relatedTarget instanceof Node && this.element.contains(relatedTarget));
    });
    this.#arm(false);
  }

  /** The box as it lies there, in the photo's pixels. */
  get frame() {
    return this.#frame;
  }

  /** Whether the box is just being dragged, and lies where the hand has it. */
  get isDragged() {
    return this.#drag !== null;
  }

  /**
   * @param {HTMLCanvasElement | null} picture of the photo, of any size; null before there is one
   * @param {Size} size of the photo
   */
  show(picture, size) {
    this.#size = size;
    this.element.style.setProperty("--ratio", String(size.width / size.height));
    this.#overlay.resize(size);
    // Put in once: an element that is taken out loses the focus.
    if (!this.#box.isConnected) this.element.replaceChildren(this.#overlay.element, this.#box);
    if (!picture) return;
    picture.setAttribute("aria-hidden", "true");
    this.element.querySelector("canvas")?.remove();
    this.element.prepend(picture);
  }

  /** @param {Float32Array[]} outline of the garment, in the photo's pixels */
  outline(outline) {
    this.#overlay.outline(outline);
  }

  /** @param {Frame} frame in the photo's pixels */
  put(frame) {
    this.#frame = frame;
    const { cx, cy, width, height, angle } = frame;
    const { style } = this.#box;
    style.setProperty("--x", String(cx / this.#size.width));
    style.setProperty("--y", String(cy / this.#size.height));
    style.setProperty("--width", String(width / this.#size.width));
    style.setProperty("--height", String(height / this.#size.height));
    style.setProperty("--angle", String(angle));
    const radians = (angle * Math.PI) / 180;
    const reach = height / 2 + STEM / this.#scale();
    const [x, y] = [cx - Math.sin(radians) * reach, cy + Math.cos(radians) * reach];
    this.#box.classList.toggle("turned-in", x < 0 || y < 0 || x > this.#size.width || y > this.#size.height);
    this.#overlay.shade(frame);
    for (const grip of this.#grips) grip.tell(frame, this.#size);
  }

  /** Puts the focus on the box. */
  focus() {
    this.#grips[0]?.element.focus({ preventScroll: true });
  }

  /** Pixels of the screen to one of the photo. */
  #scale() {
    return this.element.clientWidth / this.#size.width || 1;
  }

  /** @param {boolean} armed whether the handles, too, are reached with the Tab key */
  #arm(armed) {
    for (const [index, { element }] of this.#grips.entries()) {
      if (element.role === "slider") element.tabIndex = index === 0 || armed ? 0 : -1;
    }
  }

  /** @param {Frame} frame */
  #change(frame) {
    this.put(frame);
    this.dispatchEvent(new Event("frame"));
  }

  /** @param {Grip} grip */
  #listen(grip) {
    const { element } = grip;
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#drag) {
        event.stopPropagation();
        this.#end(this.#drag.before);
        return;
      }
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const wanted = grip.keys(event.key, event.shiftKey, this.#frame, this.#size);
      if (!wanted) return;
      event.preventDefault();
      this.#change(clamped(wanted, this.#size));
    });
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || this.#drag) return;
      // A finger on a box that nobody has asked for scrolls the page; a tap asks for it.
      if (event.pointerType === "touch" && !this.element.contains(document.activeElement)) return;
      event.preventDefault();
      const focused = element.tabIndex >= 0 ? element : this.#grips[0]?.element;
      focused?.focus({ preventScroll: true });
      element.setPointerCapture(event.pointerId);
      this.#drag = { grip, pointer: event.pointerId, x: event.clientX, y: event.clientY, before: this.#frame };
      this.element.classList.add("dragged");
    });
    element.addEventListener("pointermove", (event) => {
      if (event.pointerId === this.#drag?.pointer) this.#follow(event);
    });
    element.addEventListener("pointerup", (event) => {
      if (event.pointerId === this.#drag?.pointer) this.#end();
    });
    element.addEventListener("pointercancel", (event) => {
      if (event.pointerId === this.#drag?.pointer) this.#end(this.#drag.before);
    });
  }

  /** @param {PointerEvent} event */
  #follow({ clientX, clientY }) {
    if (!this.#drag) return;
    const { grip, before, x, y } = this.#drag;
    const scale = this.#scale();
    const [dx, dy] = [(clientX - x) / scale, (clientY - y) / scale];
    if (grip.at === "middle") this.#change(moved(before, dx, dy, this.#size));
    else if (grip.at !== "stem") this.#change(pulled(before, grip.at, dx, dy, this.#size));
    else {
      const { left, top } = this.element.getBoundingClientRect();
      const upper = turnedTowards(before, (clientX - left) / scale, (clientY - top) / scale);
      // The handle lies at the lower side.
      this.#change(clamped({ ...upper, angle: upper.angle + 180 }, this.#size));
    }
  }

  /** @param {Frame} [frame] that the box has again */
  #end(frame) {
    this.#drag = null;
    this.element.classList.remove("dragged");
    if (frame) this.#change(frame);
    else this.dispatchEvent(new Event("frame"));
  }
}
