// One photo on every backend: what each says, how far from the CPU's, and in what time. Fetched when it is first opened.
import { confidenceOf } from "./advice.js";
import { BACKENDS, FALLBACK, titleOf } from "./backend-choice.js";
import { el } from "./dom.js";
import { decimal, formatMilliseconds, percent } from "./format.js";
import { className, errorSentence, words } from "../language/language.js";
import { asThimbleError } from "../shared/errors.js";

/**
 * @import { Backend, DownscaledPhoto, PhotoEdit, Prediction } from "../../pkg/cpu/thimble.js"
 * @import { Backends } from "./backends.js"
 */

/** Runs each backend so often; the last counts, for the first compiles and fills caches. */
const RUNS = 3;

/** The table of a photo's backends. */
export class Comparison {
  #backends;
  #request;
  #body = el("div");

  /**
   * @param {HTMLElement} container that it fills
   * @param {Backends} backends
   * @param {() => Promise<{photo: DownscaledPhoto, edit: PhotoEdit}>} request what to classify, as it is edited now
   */
  constructor(container, backends, request) {
    this.#backends = backends;
    this.#request = request;
    const again = el("button", { type: "button", class: "quiet" }, words.comparison.again);
    const compare = async () => {
      again.disabled = true;
      await this.#compare();
      again.disabled = false;
    };
    again.addEventListener("click", () => void compare());
    container.append(this.#body, again);
    void compare();
  }

  async #compare() {
    const names = /** @type {Backend[]} */ (Object.keys(BACKENDS)).sort(
      (a, b) => Number(b === FALLBACK) - Number(a === FALLBACK),
    );
    const rows = new Map(names.map((name) => [name, row(titleOf(name))]));
    const heads = words.comparison.heads.map((head) => el("th", { scope: "col" }, head));
    const table = el(
      "table",
      { class: "session" },
      el("thead", {}, el("tr", {}, ...heads)),
      el("tbody", {}, ...rows.values()),
    );
    this.#body.replaceChildren(
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": words.comparison.table }, table),
    );
    const pools = this.#backends.benchmarkPools(1);
    /** @type {Prediction | undefined} */
    let expected;
    try {
      const { photo, edit } = await this.#request();
      for (const [name, cells] of rows) {
        try {
          const worker = await pools.firstWorker(name);
          /** @type {Prediction | undefined} */
          let found;
          for (let run = 0; run < RUNS; run += 1) found = await worker.classifyDownscaled(photo, edit, true);
          if (!found) continue;
          expected ??= found;
          fill(cells, found, expected, worker.tick);
        } catch (error) {
          fillError(cells, errorSentence(asThimbleError(error)));
        }
      }
    } catch (error) {
      this.#body.replaceChildren(el("p", { class: "error" }, errorSentence(asThimbleError(error))));
    } finally {
      pools.close();
    }
  }
}

/** @param {string} title */
function row(title) {
  return el("tr", {}, el("th", { scope: "row" }, title), el("td", { colspan: "4" }, words.card.waiting));
}

/** @type {(row: HTMLElement, sentence: string) => void} */
function fillError(row, sentence) {
  row.lastElementChild?.replaceWith(el("td", { colspan: "4", class: "why" }, sentence));
}

/** @type {(row: HTMLElement, found: Prediction, expected: Prediction, tick: number) => void} */
function fill(row, found, expected, tick) {
  const [garment] = found.garments;
  const difference = largestDifference(found, expected);
  const { inference, readBack } = found.milliseconds;
  const cells = [
    garment ? className(garment.label) : words.nothingFound,
    garment ? percent(confidenceOf(garment)) : "",
    difference === null ? words.comparison.otherGarments : decimal(difference, 4),
    formatMilliseconds(inference + readBack, tick),
  ];
  row.lastElementChild?.remove();
  row.append(...cells.map((cell) => el("td", {}, cell)));
}

/** @type {(a: Prediction, b: Prediction) => number | null} of a probability; null where other garments were found */
export function largestDifference(a, b) {
  if (a.garments.length !== b.garments.length) return null;
  const gaps = a.garments.flatMap(({ probabilities }, index) =>
    [...probabilities].map((share, at) => Math.abs(share - (b.garments[index]?.probabilities[at] ?? 0))),
  );
  return Math.max(0, ...gaps);
}
