// A photo with the garment's outline and the box around it, which the visitor can change. Knows no worker.
import { el } from "./dom.js";
import { clamped, moved, resized, rotatedTowards } from "./geometry.js";
import { handles } from "./handles.js";
import { Overlay } from "./overlay.js";
import { words } from "../language/language.js";

/**
 * @import { RotatedBox } from "../../pkg/cpu/thimble.js"
 * @import { Size } from "./geometry.js"
 * @import { Handle } from "./handles.js"
 */

/**
 * How far the rotate handle is below the box, in pixels of the screen. Where that is off the photo, it is inside the
 * box.
 */
const ROTATE_DISTANCE = 30;

/** Sends `box` when the visitor has changed the box. */
export class Stage extends EventTarget {
  element = el("div", { class: "stage" });
  #overlay = new Overlay();
  #boxElement;
  #handles;
  /** @type {Size} */
  #size = { width: 1, height: 1 };
  /** @type {RotatedBox} */
  #box = { cx: 0, cy: 0, width: 1, height: 1, angle: 0 };
  /** @type {{handle: Handle, pointer: number, x: number, y: number, before: RotatedBox} | null} */
  #drag = null;

  /**
   * @param {string} name of the photo
   * @param {string} help id of the sentence that says which keys do what
   */
  constructor(name, help) {
    super();
    this.#handles = handles(help);
    this.#boxElement = el("div", { class: "box", role: "group", "aria-label": words.editor.box(name) });
    this.#boxElement.append(...this.#handles.map(({ element }) => element));
    for (const handle of this.#handles) this.#listen(handle);
    // The Tab key passes a card in one step, unless its box has the focus.
    this.element.addEventListener("focusin", () => this.#setReachable(true));
    this.element.addEventListener("focusout", ({ relatedTarget }) => {
      this.#setReachable(relatedTarget instanceof Node && this.element.contains(relatedTarget));
    });
    this.#setReachable(false);
  }

  /** The box, in the photo's pixels. */
  get box() {
    return this.#box;
  }

  /**
   * @param {HTMLCanvasElement | null} canvas with the photo at any size; null before there is one
   * @param {Size} size of the photo
   */
  showPhoto(canvas, size) {
    this.#size = size;
    this.element.style.setProperty("--ratio", String(size.width / size.height));
    this.#overlay.resize(size);
    // Put in once: an element that is taken out loses the focus.
    if (!this.#boxElement.isConnected) this.element.replaceChildren(this.#overlay.element, this.#boxElement);
    if (!canvas) return;
    canvas.setAttribute("aria-hidden", "true");
    this.element.querySelector("canvas")?.remove();
    this.element.prepend(canvas);
  }

  /** @param {Float32Array[]} outline of the garment, in the photo's pixels */
  showOutline(outline) {
    this.#overlay.outline(outline);
  }

  /** @param {RotatedBox} box in the photo's pixels */
  showBox(box) {
    this.#box = box;
    const { cx, cy, width, height, angle } = box;
    const { style } = this.#boxElement;
    style.setProperty("--x", String(cx / this.#size.width));
    style.setProperty("--y", String(cy / this.#size.height));
    style.setProperty("--width", String(width / this.#size.width));
    style.setProperty("--height", String(height / this.#size.height));
    style.setProperty("--angle", String(angle));
    const radians = (angle * Math.PI) / 180;
    const reach = height / 2 + ROTATE_DISTANCE / this.#scale();
    const [x, y] = [cx - Math.sin(radians) * reach, cy + Math.cos(radians) * reach];
    this.#boxElement.classList.toggle("handle-inside", x < 0 || y < 0 || x > this.#size.width || y > this.#size.height);
    this.#overlay.shade(box);
    for (const handle of this.#handles) handle.show(box, this.#size);
  }

  /** Puts the focus on the box. */
  focus() {
    this.#handles[0]?.element.focus({ preventScroll: true });
  }

  /** Pixels of the screen to one of the photo. */
  #scale() {
    return this.element.clientWidth / this.#size.width || 1;
  }

  /** @param {boolean} isReachable whether the Tab key stops at every handle */
  #setReachable(isReachable) {
    for (const [index, { element }] of this.#handles.entries()) {
      if (element.role === "slider") element.tabIndex = index === 0 || isReachable ? 0 : -1;
    }
  }

  /** @param {RotatedBox} box */
  #change(box) {
    this.showBox(box);
    this.dispatchEvent(new Event("box"));
  }

  /** @param {Handle} handle */
  #listen(handle) {
    const { element } = handle;
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#drag) {
        event.stopPropagation();
        this.#end(this.#drag.before);
        return;
      }
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const wanted = handle.keys(event.key, event.shiftKey, this.#box, this.#size);
      if (!wanted) return;
      event.preventDefault();
      this.#change(clamped(wanted, this.#size));
    });
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || this.#drag) return;
      // A finger on a box without the focus scrolls the page. A tap gives it the focus.
      if (event.pointerType === "touch" && !this.element.contains(document.activeElement)) return;
      event.preventDefault();
      const focused = element.tabIndex >= 0 ? element : this.#handles[0]?.element;
      focused?.focus({ preventScroll: true });
      element.setPointerCapture(event.pointerId);
      this.#drag = { handle, pointer: event.pointerId, x: event.clientX, y: event.clientY, before: this.#box };
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
    const { handle, before, x, y } = this.#drag;
    const scale = this.#scale();
    const [dx, dy] = [(clientX - x) / scale, (clientY - y) / scale];
    if (handle.at === "move") this.#change(moved(before, dx, dy, this.#size));
    else if (handle.at !== "rotate") this.#change(resized(before, handle.at, dx, dy, this.#size));
    else {
      const { left, top } = this.element.getBoundingClientRect();
      const upper = rotatedTowards(before, (clientX - left) / scale, (clientY - top) / scale);
      // The handle is at the lower side.
      this.#change(clamped({ ...upper, angle: upper.angle + 180 }, this.#size));
    }
  }

  /** @param {RotatedBox} [before] where the drag is cancelled */
  #end(before) {
    this.#drag = null;
    this.element.classList.remove("dragged");
    if (before) this.#change(before);
    else this.dispatchEvent(new Event("box"));
  }
}
