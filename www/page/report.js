// What a card says of a garment: the prediction, the network's input, the bars; and the times. Updated after an edit.
import { BACKENDS, FALLBACK } from "./backend-choice.js";
import { el } from "./dom.js";
import { bars, drawInput, editSentence, headline, isPhoto, times, warmSentence } from "./prediction.js";
import { toSentence } from "./format.js";

/**
 * @import { Garment, Prediction } from "../../pkg/cpu/thimble.js"
 * @import { ClassifierWorker } from "../pool/classifier-worker.js"
 * @import { PhotoPrediction } from "../pool/public.js"
 * @import { ThimbleError } from "../shared/errors.js"
 * @import { WarmTime } from "../shared/types.js"
 */

/** The parts of a card below its photo. */
export class Report {
  #labels;
  /** @type {HTMLElement} */
  #headline = el("div");
  #answer;
  #input;
  #caption = el("figcaption");
  #inputFigure;
  /** @type {HTMLElement} */
  #bars = el("table");
  #network;
  #times;
  #source = el("p", { class: "source" });
  #warm = el("p", { class: "warm" });
  #edited = el("p", { class: "edited", hidden: "" });
  #error = el("p", { class: "error", hidden: "" });

  /**
   * @param {string} name of the photo
   * @param {PhotoPrediction} prediction
   * @param {ClassifierWorker} worker that made it
   * @param {HTMLElement} choice of the garment, above the prediction
   */
  constructor(name, prediction, worker, choice) {
    const { info, tick } = worker;
    const { network, backend } = info;
    this.#labels = info.labels;
    this.#answer = el("div", { class: "answer" }, choice, this.#headline);
    this.#input = el("canvas", { role: "img", "aria-label": `${name} as the network sees it` });
    this.#inputFigure = el("figure", { class: "input" }, this.#input, this.#caption);
    const int8 = backend === "cpu-int8" && (network.photosInt8 || !isPhoto(prediction)) ? " (int8)" : "";
    this.#network =
      isPhoto(prediction) && network.classifiesPhotos
        ? `the photo networks${int8} for one garment`
        : `“${network.name}”${int8}`;
    this.#times = el("div", { class: "timing" }, this.#source, times(prediction, tick), this.#edited);
    this.#showSource(prediction, worker);
    this.showGarment(prediction.garments[0] ?? null);
  }

  get elements() {
    return [this.#answer, this.#error, this.#inputFigure, this.#bars, this.#times];
  }

  /** @param {Garment | null} garment null where nothing was found */
  showGarment(garment) {
    this.#headline.replaceWith((this.#headline = headline(garment, this.#labels)));
    this.#inputFigure.hidden = !garment;
    const shown = garment ? bars(garment, this.#labels) : el("table", { class: "bars", hidden: "" });
    this.#bars.replaceWith((this.#bars = shown));
    if (!garment) return;
    drawInput(this.#input, garment.input);
    this.#caption.textContent = garment.inverted ? "As the network sees it, inverted" : "As the network sees it";
  }

  /**
   * Shows the times of the prediction after an edit.
   * @param {Prediction} prediction
   * @param {ClassifierWorker} worker
   */
  update(prediction, worker) {
    this.#showSource(prediction, worker);
    this.#error.hidden = true;
    this.#edited.hidden = false;
    this.#edited.textContent = editSentence(prediction.milliseconds, worker.tick);
  }

  /**
   * @param {Pick<Prediction, "garments">} prediction
   * @param {ClassifierWorker} worker
   */
  #showSource(prediction, { info }) {
    const { backend, network } = info;
    const ofPhoto = isPhoto(prediction);
    const { title } = BACKENDS[backend === "cpu-int8" && ofPhoto && !network.photosInt8 ? FALLBACK : backend];
    const networks = ofPhoto && network.classifiesPhotos ? "the photo networks" : `“${network.name}”`;
    this.#source.textContent = `Classified by ${title} with ${networks}`;
  }

  /** @param {ThimbleError} error why the edited photo could not be classified */
  showError({ message }) {
    this.#error.hidden = false;
    this.#error.textContent = message;
  }

  /** @param {WarmTime | ThimbleError} time an error: why it was not measured */
  showTime(time) {
    this.#warm.textContent =
      time instanceof Error
        ? `Warm inference was not measured. ${toSentence(time.message)}`
        : warmSentence(time, this.#network);
    this.#edited.before(this.#warm);
  }
}
