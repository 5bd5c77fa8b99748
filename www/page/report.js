// What a card says of a garment: the prediction, the network's input, the bars; and the times. Updated after an edit.
import { backendOf, titleOf } from "./backend-choice.js";
import { Answers } from "./answers.js";
import { el } from "./dom.js";
import { drawInput, editSentence, headline, isPhoto, times, warmSentence } from "./prediction.js";
import { formatMilliseconds } from "./format.js";
import { errorSentence, words } from "../language/language.js";

/**
 * @import { Garment, Prediction } from "../../pkg/cpu/thimble.js"
 * @import { ClassifierWorker } from "../pool/classifier-worker.js"
 * @import { PhotoPrediction } from "../pool/public.js"
 * @import { ThimbleError } from "../shared/errors.js"
 * @import { Photo } from "./photo.js"
 * @import { WarmTime } from "../shared/types.js"
 */

/** A page that is wide enough for two columns. */
const WIDE = "(min-width: 44rem)";

/** The parts of a card below its photo. */
export class Report {
  #labels;
  /** @type {HTMLElement} */
  #headline = el("div");
  #answer;
  #input;
  #caption = el("figcaption");
  #inputFigure;
  #answers;
  #network;
  #times;
  #source = el("span", { class: "source" });
  #warm = el("p", { class: "warm" });
  #edited = el("p", { class: "edited", hidden: "" });
  #error = el("p", { class: "error", hidden: "" });

  /**
   * @param {Photo} photo
   * @param {PhotoPrediction} prediction
   * @param {ClassifierWorker} worker that made it
   * @param {HTMLElement} choice of the garment, above the prediction
   */
  constructor(photo, prediction, worker, choice) {
    const { info, tick } = worker;
    const { network } = info;
    this.#labels = info.labels;
    this.#answers = new Answers(photo, info.labels);
    this.#answer = el("div", { class: "answer" }, choice, this.#headline, this.#answers.actions);
    this.#input = el("canvas", { role: "img", "aria-label": words.network.input(photo.name) });
    this.#inputFigure = el("figure", { class: "input" }, this.#input, this.#caption);
    const int8 = backendOf(info, isPhoto(prediction)) === "cpu-int8" ? " (int8)" : "";
    this.#network =
      isPhoto(prediction) && network.classifiesPhotos
        ? words.network.photoNetworksWarm(int8)
        : `${words.network.quoted(network.name)}${int8}`;
    const total = formatMilliseconds(prediction.milliseconds.total, tick);
    const summary = el("summary", {}, this.#source, " ", el("span", { class: "spent" }, words.network.spent(total)));
    const stages = el("details", {}, summary, times(prediction, tick));
    // A phone shows the sum alone until it is tapped.
    stages.open = matchMedia(WIDE).matches;
    this.#times = el("div", { class: "timing" }, stages, this.#edited);
    this.#showSource(prediction, worker);
    this.showGarment(prediction.garments[0] ?? null);
  }

  get elements() {
    return [this.#answer, this.#error, this.#inputFigure, this.#answers.table, this.#times];
  }

  /** @param {Garment | null} garment null where nothing was found */
  showGarment(garment) {
    this.#headline.replaceWith((this.#headline = headline(garment, this.#labels)));
    this.#inputFigure.hidden = !garment;
    this.#answers.show(garment);
    if (!garment) return;
    drawInput(this.#input, garment.input);
    this.#caption.textContent = garment.inverted ? words.network.seenInverted : words.network.seen;
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
    const { network } = info;
    const ofPhoto = isPhoto(prediction);
    const title = titleOf(backendOf(info, ofPhoto));
    const networks =
      ofPhoto && network.classifiesPhotos ? words.network.photoNetworks : words.network.quoted(network.name);
    this.#source.textContent = words.network.source(title, networks);
  }

  /** @param {HTMLElement} element to show below the times */
  add(element) {
    this.#times.append(element);
  }

  /** Shows what the visitor says. */
  showAnswer() {
    this.#answers.showAnswer();
  }

  /** @param {ThimbleError} error why the edited photo could not be classified */
  showError(error) {
    this.#error.hidden = false;
    this.#error.textContent = errorSentence(error);
  }

  /** @param {WarmTime | ThimbleError} time an error: why it was not measured */
  showTime(time) {
    this.#warm.textContent =
      time instanceof Error ? words.network.notTimed(errorSentence(time)) : warmSentence(time, this.#network);
    this.#edited.before(this.#warm);
  }
}
