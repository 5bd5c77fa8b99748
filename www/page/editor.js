// A card's photo with its tools: what a person says of it, from handles and buttons to an adjustment.
import { el } from "./dom.js";
import { quarter } from "./geometry.js";
import { Stage } from "./stage.js";

/** @typedef {import("../shared/types.js").Adjustment} Adjustment */
/** @typedef {import("../shared/types.js").Finding} Finding */
/** @typedef {import("./geometry.js").Size} Size */

const HELP =
  "Drag the box, its corners and sides, or the round handle, which turns it. With the keyboard: arrow keys move the box and " +
  "[ and ] turn it, in larger steps with Shift; + and − make it larger and smaller; Tab goes on to width, height and angle.";

/** Up to this width, pixels, a photo is enlarged without smoothing. */
const TINY = 64;

let count = 0;

/** Sends `adjust` when the adjustment has changed. */
export class Editor extends EventTarget {
  element = el("figure", { class: "thumb none" });
  #stage;
  #turn;
  #whole;
  #negate;
  #reset;
  /** @type {Size} */
  #size = { width: 1, height: 1 };
  /** @type {{turns: number, frame: Adjustment["frame"], negate: Adjustment["negate"]}} */
  #adjustment = { turns: 0, frame: null, negate: null };
  /**
   * The photo as it came.
   * @type {HTMLCanvasElement | null}
   */
  #upright = null;

  /** @param {string} name of the photo */
  constructor(name) {
    super();
    const help = `box-help-${(count += 1)}`;
    this.#stage = new Stage(name, help);
    this.#turn = el("button", { type: "button", "aria-label": `Turn: ${name}, by a quarter` }, "Turn");
    this.#whole = el("button", { type: "button", "aria-pressed": "false", "aria-label": `Use the whole picture: ${name}` }, "Use the whole picture");
    this.#negate = el("button", { type: "button", role: "switch", "aria-checked": "false", "aria-label": `Dark becomes light: ${name}` }, "Dark becomes light");
    this.#reset = el("button", { type: "button", "aria-label": `Reset ${name} to how it was found` }, "Reset");
    this.element.append(
      this.#stage.element,
      el("div", { class: "tools", role: "group", "aria-label": `Adjust ${name}` }, this.#turn, this.#whole, this.#negate, this.#reset),
      el("p", { class: "keys", id: help }, HELP),
    );
    this.#stage.addEventListener("frame", () => this.#adjust({ frame: this.#stage.frame }));
    this.#turn.addEventListener("click", () => this.#turnOnce());
    this.#whole.addEventListener("click", () => this.#adjust({ frame: this.#adjustment.frame === "whole" ? null : "whole" }));
    this.#negate.addEventListener("click", () => this.#adjust({ negate: this.#negate.getAttribute("aria-checked") !== "true" }));
    this.#reset.addEventListener("click", () => {
      const { turns } = this.#adjustment;
      this.#adjustment = { turns: 0, frame: null, negate: null };
      if (turns > 0) this.#draw();
      this.#adjust({});
      // The button is of no use any more, and the focus would fall to the top of the page with it.
      this.#stage.focus();
    });
  }

  /** What a person has said. */
  get adjustment() {
    return this.#adjustment;
  }

  /**
   * Shows a photo's first verdict, with nothing adjusted, where `picture` will show the photo.
   * @param {import("../shared/types.js").Verdict} verdict
   */
  show({ width, height, ...finding }) {
    this.element.classList.remove("none");
    this.element.classList.toggle("tiny", width <= TINY);
    this.#adjustment = { turns: 0, frame: null, negate: null };
    this.#size = { width, height };
    this.#draw();
    this.found(finding);
  }

  /** @param {ImageBitmap | null} thumbnail of the photo; null where it cannot be shown */
  picture(thumbnail) {
    if (!thumbnail) {
      this.hide();
      return;
    }
    const canvas = el("canvas", { width: String(thumbnail.width), height: String(thumbnail.height) });
    canvas.getContext("2d")?.drawImage(thumbnail, 0, 0);
    thumbnail.close();
    this.#upright = canvas;
    this.#draw();
  }

  /** No photo can be shown. */
  hide() {
    this.element.classList.add("none");
  }

  /**
   * Shows where the garment was found.
   * @param {Pick<Finding, "frame" | "outline" | "inverted">} finding of the present adjustment, or of one not long before it
   */
  found({ frame, outline, inverted }) {
    this.#stage.outline(outline);
    // The box stays where a person has just put it.
    if (typeof this.#adjustment.frame !== "object" || !this.#adjustment.frame) this.#stage.put(frame);
    if (this.#adjustment.negate === null) this.#negate.setAttribute("aria-checked", String(inverted));
    this.#showState();
  }

  /** @param {Pick<Adjustment, "frame" | "negate">} change */
  #adjust(change) {
    this.#adjustment = { ...this.#adjustment, ...change };
    const { frame, negate } = this.#adjustment;
    if (frame === "whole") this.#stage.put(wholeOf(this.#turned()));
    if (negate !== null) this.#negate.setAttribute("aria-checked", String(negate));
    this.#showState();
    this.dispatchEvent(new Event("adjust"));
  }

  #turnOnce() {
    const { turns, frame } = this.#adjustment;
    const before = this.#turned();
    this.#adjustment = { ...this.#adjustment, turns: (turns + 1) % 4 };
    this.#draw();
    this.#stage.outline([]);
    const turned = frame && typeof frame === "object" ? quarter(frame, before) : frame;
    this.#stage.put(turned && typeof turned === "object" ? turned : quarter(this.#stage.frame, before));
    this.#adjust({ frame: turned });
  }

  /** The size of the photo as it is turned now. */
  #turned() {
    const { width, height } = this.#size;
    return this.#adjustment.turns % 2 === 0 ? { width, height } : { width: height, height: width };
  }

  #showState() {
    const { turns, frame, negate } = this.#adjustment;
    this.#whole.setAttribute("aria-pressed", String(frame === "whole"));
    this.#reset.disabled = turns === 0 && frame === null && negate === null;
  }

  /** Draws the photo as it is turned now, or lays its place out. */
  #draw() {
    const upright = this.#upright;
    if (!upright) {
      this.#stage.show(null, this.#turned());
      return;
    }
    const quarters = this.#adjustment.turns;
    const [width, height] = quarters % 2 === 0 ? [upright.width, upright.height] : [upright.height, upright.width];
    const canvas = el("canvas", { width: String(width), height: String(height) });
    const context = canvas.getContext("2d");
    context?.translate(width / 2, height / 2);
    context?.rotate((quarters * Math.PI) / 2);
    context?.drawImage(upright, -upright.width / 2, -upright.height / 2);
    this.#stage.show(quarters === 0 ? upright : canvas, this.#turned());
  }
}

/** @param {Size} size */
function wholeOf({ width, height }) {
  return { cx: width / 2, cy: height / 2, width, height, angle: 0 };
}
