// A card's photo with its tools: what the visitor changes with handles and buttons, as one edit.
import { el } from "./dom.js";
import { quarterTurned } from "./geometry.js";
import { Stage } from "./stage.js";
import { words } from "../language/language.js";

/**
 * @import { Garment, PhotoEdit, RotatedBox } from "../../pkg/cpu/thimble.js"
 * @import { PhotoPrediction } from "../pool/public.js"
 * @import { Size } from "./geometry.js"
 */

/** @typedef {Required<PhotoEdit> & {quarterTurns: number}} Edit */

/** Up to this width, pixels, a photo is enlarged without smoothing. */
export const TINY = 64;

/** @type {Edit} */
const NO_EDIT = { quarterTurns: 0, box: null, invert: null };

let count = 0;

/** Sends `edit` when the edit has changed. */
export class Editor extends EventTarget {
  element = el("figure", { class: "thumb none" });
  /** The button that shows box and tools; it is for the card's head. */
  adjust;
  #stage;
  #rotate;
  #whole;
  #invert;
  #reset;
  /** @type {Size} */
  #size = { width: 1, height: 1 };
  #edit = NO_EDIT;
  /** @type {HTMLCanvasElement | null} the photo as it came */
  #original = null;

  /** @param {string} name of the photo */
  constructor(name) {
    super();
    const { editor } = words;
    const help = `box-help-${(count += 1)}`;
    this.#stage = new Stage(name, help);
    this.adjust = button(editor.adjust, name, { "aria-expanded": "false", class: "quiet adjust" });
    this.#rotate = button(editor.rotate, name, {});
    this.#whole = button(editor.whole, name, { "aria-pressed": "false" });
    this.#invert = button(editor.invert, name, { role: "switch", "aria-checked": "false" });
    this.#reset = button(editor.reset, name, {});
    const tools = el("div", { class: "tools", role: "group", "aria-label": editor.tools(name) });
    tools.append(this.#rotate, this.#whole, this.#invert, this.#reset);
    this.element.append(this.#stage.element, tools, el("p", { class: "keys", id: help }, editor.help));
    this.adjust.addEventListener("click", () => this.#setAdjusting(!this.#isAdjusting));
    this.#stage.addEventListener("box", () => this.#change({ box: this.#stage.box }));
    this.#rotate.addEventListener("click", () => this.#rotateOnce());
    this.#whole.addEventListener("click", () => this.#change({ box: this.#edit.box === "whole" ? null : "whole" }));
    this.#invert.addEventListener("click", () =>
      this.#change({ invert: this.#invert.getAttribute("aria-checked") !== "true" }),
    );
    this.#reset.addEventListener("click", () => {
      const { quarterTurns } = this.#edit;
      this.#edit = NO_EDIT;
      if (quarterTurns > 0) this.#draw();
      this.#change({});
      // The button is disabled now, and the focus would fall to the top of the page with it.
      this.#stage.focus();
    });
  }

  /** Whether the box, its handles and the tools are there. */
  get #isAdjusting() {
    return this.element.classList.contains("adjusting");
  }

  /** @param {boolean} isAdjusting */
  #setAdjusting(isAdjusting) {
    this.element.classList.toggle("adjusting", isAdjusting);
    // Where its handles are depends on its size on the screen, which it has only now.
    this.#stage.showBox(this.#stage.box);
    this.adjust.setAttribute("aria-expanded", String(isAdjusting));
  }

  /** What the visitor has changed. */
  get edit() {
    return this.#edit;
  }

  /** Whether the visitor has changed anything. */
  get isEdited() {
    const { quarterTurns, box, invert } = this.#edit;
    return quarterTurns !== 0 || box !== null || invert !== null;
  }

  /**
   * Takes up an edit that was made before, and has it classified.
   * @param {Edit} edit
   */
  restore(edit) {
    this.#edit = edit;
    this.#draw();
    if (isBox(edit.box)) this.#stage.showBox(edit.box);
    this.#change({});
  }

  /**
   * Shows a photo's first prediction, without an edit, and lays out the place where `showPhoto` will show the photo.
   * @param {PhotoPrediction} prediction
   */
  show({ width, height, garments }) {
    this.element.classList.remove("none");
    this.element.classList.toggle("tiny", width <= TINY);
    this.#edit = NO_EDIT;
    this.#size = { width, height };
    this.#draw();
    this.showFound(garments[0] ?? null);
  }

  /** @param {ImageBitmap | null} thumbnail of the photo; null where it cannot be shown */
  showPhoto(thumbnail) {
    if (!thumbnail) {
      this.hide();
      return;
    }
    const canvas = el("canvas", { width: String(thumbnail.width), height: String(thumbnail.height) });
    canvas.getContext("2d")?.drawImage(thumbnail, 0, 0);
    thumbnail.close();
    this.#original = canvas;
    this.#draw();
  }

  /** No photo can be shown. */
  hide() {
    this.element.classList.add("none");
  }

  /**
   * Shows where the garment was found.
   * @param {Pick<Garment, "box" | "outline" | "inverted" | "input"> | null} garment of the present edit, or of one
   *   shortly before it; null where nothing was found
   */
  showFound(garment) {
    this.#stage.showOutline(garment?.outline ?? []);
    // A box that the visitor has drawn stays.
    if (!isBox(this.#edit.box)) this.#stage.showBox(garment?.box ?? wholeOf(this.#rotatedSize()));
    // The networks for photos see colours: nothing to invert.
    this.#invert.hidden = garment?.input.channels !== 1;
    if (garment && this.#edit.invert === null) this.#invert.setAttribute("aria-checked", String(garment.inverted));
    this.#showState();
  }

  /** @param {Partial<Edit>} change */
  #change(change) {
    this.#edit = { ...this.#edit, ...change };
    const { box, invert } = this.#edit;
    if (box === "whole") this.#stage.showBox(wholeOf(this.#rotatedSize()));
    if (invert !== null) this.#invert.setAttribute("aria-checked", String(invert));
    this.#showState();
    this.dispatchEvent(new Event("edit"));
  }

  #rotateOnce() {
    const { quarterTurns, box } = this.#edit;
    const before = this.#rotatedSize();
    this.#edit = { ...this.#edit, quarterTurns: (quarterTurns + 1) % 4 };
    this.#draw();
    this.#stage.showOutline([]);
    const rotated = isBox(box) ? quarterTurned(box, before) : box;
    this.#stage.showBox(isBox(rotated) ? rotated : quarterTurned(this.#stage.box, before));
    this.#change({ box: rotated });
  }

  /** The size of the photo as it is rotated now. */
  #rotatedSize() {
    const { width, height } = this.#size;
    return this.#edit.quarterTurns % 2 === 0 ? { width, height } : { width: height, height: width };
  }

  #showState() {
    const { box } = this.#edit;
    this.#whole.setAttribute("aria-pressed", String(box === "whole"));
    this.#reset.disabled = !this.isEdited;
  }

  /** Draws the photo as it is rotated now, or lays out its place. */
  #draw() {
    const original = this.#original;
    if (!original) {
      this.#stage.showPhoto(null, this.#rotatedSize());
      return;
    }
    const { quarterTurns } = this.#edit;
    const [width, height] =
      quarterTurns % 2 === 0 ? [original.width, original.height] : [original.height, original.width];
    const canvas = el("canvas", { width: String(width), height: String(height) });
    const context = canvas.getContext("2d");
    context?.translate(width / 2, height / 2);
    context?.rotate((quarterTurns * Math.PI) / 2);
    context?.drawImage(original, -original.width / 2, -original.height / 2);
    this.#stage.showPhoto(quarterTurns === 0 ? original : canvas, this.#rotatedSize());
  }
}

/** @type {(text: string, name: string, attributes: Partial<Record<string, string>>) => HTMLButtonElement} name: of the photo */
function button(text, name, attributes) {
  return el("button", { type: "button", "aria-label": `${text}: ${name}`, ...attributes }, text);
}

/** @type {(box: Edit["box"]) => box is RotatedBox} */
function isBox(box) {
  return typeof box === "object" && box !== null;
}

/** @param {Size} size */
function wholeOf({ width, height }) {
  return { cx: width / 2, cy: height / 2, width, height, angle: 0 };
}
