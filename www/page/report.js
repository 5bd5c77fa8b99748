// What a card says of its photo: the verdict, the picture that the network saw, the bars, the times. Filled again when the
// photo is adjusted.
import { BACKENDS, FALLBACK } from "./backends.js";
import { el } from "./dom.js";
import { drawPicture, pictureCanvas } from "./picture.js";
import { againSentence, bars, headline, times, warmSentence } from "./verdict.js";

/** @typedef {import("./member.js").Member} Member */
/** @typedef {import("../shared/types.js").Finding} Finding */
/** @typedef {import("../shared/types.js").Verdict} Verdict */

/** The parts of a card below its photo. */
export class Report {
  #headline;
  #picture;
  #caption = el("figcaption");
  #seen;
  #bars;
  #warmed;
  #timing;
  #by;
  #warm = el("p", { class: "warm" });
  #again = el("p", { class: "adjusted", hidden: "" });
  #error = el("p", { class: "error", hidden: "" });

  /**
   * @param {string} name of the photo
   * @param {Verdict} verdict
   * @param {Member} member that gave it
   */
  constructor(name, verdict, member) {
    const { loaded } = member;
    const { labels, network } = loaded.info;
    this.#headline = headline(verdict, labels);
    this.#picture = pictureCanvas(verdict.picture, `${name} as the network sees it, 28 by 28 pixels`);
    this.#seen = el("figure", { class: "seen" }, this.#picture, this.#caption);
    this.#caption.textContent = caption(verdict);
    this.#bars = bars(verdict, labels);
    this.#warmed = `“${network.name}”${member.backend === "cpu-int8" ? " in 8-bit integers" : ""}`;
    this.#by = el("p", { class: "by" }, answeredBy(verdict, member));
    this.#timing = el("div", { class: "timing" }, this.#by, times(verdict.milliseconds, loaded.tick), this.#again);
  }

  get elements() {
    return [this.#headline, this.#error, this.#seen, this.#bars, this.#timing];
  }

  /**
   * @param {Finding} finding
   * @param {Member} member
   */
  adjusted(finding, member) {
    const { loaded } = member;
    const { labels } = loaded.info;
    this.#by.textContent = answeredBy(finding, member);
    this.#error.hidden = true;
    this.#headline.replaceWith((this.#headline = headline(finding, labels)));
    this.#bars.replaceWith((this.#bars = bars(finding, labels)));
    drawPicture(this.#picture, finding.picture);
    this.#caption.textContent = caption(finding);
    this.#again.hidden = false;
    this.#again.textContent = againSentence(finding.milliseconds, loaded.tick);
  }

  /** @param {import("../shared/errors.js").ThimbleError} error why the photo could not be looked at again */
  failed({ message }) {
    this.#error.hidden = false;
    this.#error.textContent = message;
  }

  /** @param {import("../shared/types.js").Warm | import("../shared/errors.js").ThimbleError} warm an error: why the time was not taken */
  timed(warm) {
    this.#warm.textContent = warm instanceof Error ? `Warm inference was not measured. ${warm.message}` : warmSentence(warm, this.#warmed);
    this.#again.before(this.#warm);
  }
}

/**
 * @param {Pick<Finding, "quality">} found
 * @param {Member} member
 * @returns {string} who answered, as people call it
 */
function answeredBy({ quality }, { backend, loaded }) {
  const { network } = loaded.info;
  // A picture of the data set's form has no quality.
  const isPhoto = quality !== null;
  const { title } = BACKENDS[backend === "cpu-int8" && isPhoto && !network.photosInIntegers ? FALLBACK : backend];
  return `Answered by ${title} with ${isPhoto && network.photos ? "the network for photos" : `“${network.name}”`}`;
}

/** @param {Pick<Finding, "inverted">} found */
function caption({ inverted }) {
  return inverted ? "As the network sees it, dark turned light" : "As the network sees it";
}
