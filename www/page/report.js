// What a card says of its photo: the prediction, the network's input, the bars, the times. Updated after an edit.
import { BACKENDS, FALLBACK } from "./backend-choice.js";
import { el } from "./dom.js";
import { bars, drawInput, editSentence, headline, inputCanvas, times, warmSentence } from "./prediction.js";
import { toSentence } from "./format.js";

/**
 * @import { Prediction } from "../../pkg/cpu/thimble.js"
 * @import { ClassifierWorker } from "../pool/classifier-worker.js"
 * @import { PhotoPrediction } from "../pool/public.js"
 * @import { ThimbleError } from "../shared/errors.js"
 * @import { WarmTime } from "../shared/types.js"
 */

/** The parts of a card below its photo. */
export class Report {
  #headline;
  #input;
  #caption = el("figcaption");
  #inputFigure;
  #bars;
  #network;
  #times;
  #source;
  #warm = el("p", { class: "warm" });
  #edited = el("p", { class: "edited", hidden: "" });
  #error = el("p", { class: "error", hidden: "" });

  /**
   * @param {string} name of the photo
   * @param {PhotoPrediction} prediction
   * @param {ClassifierWorker} worker that made it
   */
  constructor(name, prediction, worker) {
    const { info, tick } = worker;
    const { labels, network, backend } = info;
    this.#headline = headline(prediction, labels);
    this.#input = inputCanvas(prediction.input, `${name} as the network sees it, 28 by 28 pixels`);
    this.#inputFigure = el("figure", { class: "input" }, this.#input, this.#caption);
    this.#caption.textContent = caption(prediction);
    this.#bars = bars(prediction, labels);
    this.#network = `“${network.name}”${backend === "cpu-int8" ? " (int8)" : ""}`;
    this.#source = el("p", { class: "source" }, source(prediction, worker));
    this.#times = el("div", { class: "timing" }, this.#source, times(prediction.milliseconds, tick), this.#edited);
  }

  get elements() {
    return [this.#headline, this.#error, this.#inputFigure, this.#bars, this.#times];
  }

  /**
   * Shows the prediction after an edit.
   * @param {Prediction} prediction
   * @param {ClassifierWorker} worker
   */
  update(prediction, worker) {
    const { info, tick } = worker;
    this.#source.textContent = source(prediction, worker);
    this.#error.hidden = true;
    this.#headline.replaceWith((this.#headline = headline(prediction, info.labels)));
    this.#bars.replaceWith((this.#bars = bars(prediction, info.labels)));
    drawInput(this.#input, prediction.input);
    this.#caption.textContent = caption(prediction);
    this.#edited.hidden = false;
    this.#edited.textContent = editSentence(prediction.milliseconds, tick);
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

/**
 * @param {Pick<Prediction, "quality">} prediction
 * @param {ClassifierWorker} worker
 * @returns {string} which backend and network made it
 */
function source({ quality }, { info }) {
  const { backend, network } = info;
  // A Fashion-MNIST image has no quality.
  const isPhoto = quality !== null;
  const { title } = BACKENDS[backend === "cpu-int8" && isPhoto && !network.photosInt8 ? FALLBACK : backend];
  return `Classified by ${title} with ${isPhoto && network.classifiesPhotos ? "the photo network" : `“${network.name}”`}`;
}

/** @param {Pick<Prediction, "inverted">} prediction */
function caption({ inverted }) {
  return inverted ? "As the network sees it, inverted" : "As the network sees it";
}
