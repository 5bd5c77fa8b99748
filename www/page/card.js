// One photo's card: waiting, in progress, with its prediction, or with what went wrong; and its tools.
import { garmentSentence, sentence, waitingFor } from "./advice.js";
import { announce } from "./announce.js";
import { answerByKey } from "./answers.js";
import { el } from "./dom.js";
import { Editor } from "./editor.js";
import { GarmentChoice } from "./garment-choice.js";
import { comparisonSection, ExplanationSection } from "./late-sections.js";
import { LatestRequest } from "./latest-request.js";
import { Report } from "./report.js";
import { errorSentence, words } from "../language/language.js";

/**
 * @import { PhotoEdit } from "../../pkg/cpu/thimble.js"
 * @import { Backends } from "./backends.js"
 * @import { Edit } from "./editor.js"
 * @import { EditedPhoto } from "./late-sections.js"
 * @import { Photo } from "./photo.js"
 * @import { Classified, Queue } from "./queue.js"
 * @import { Explained } from "./why.js"
 */

/** @typedef {{queue: Queue, backends: Backends}} Services */

/** A prediction is said when nothing more has been edited for so long, milliseconds. */
const QUIET_MILLISECONDS = 700;

/** The card of a photo at any time of its life. Sends `remove` when its button is pressed. */
export class Card extends EventTarget {
  element;
  heading;
  #photo;
  #services;
  #editor;
  #choice;
  #state = el("p", { class: "state" });
  #bar = el("progress", { class: "download", hidden: "", "aria-label": words.card.download });
  #body = el("div", { class: "card-body" });
  #again;
  /** @type {Report | null} */
  #report = null;
  /** @type {Classified | null} the prediction that the report shows, and its edits */
  #shown = null;
  /** Quarter turns of the photo in which the garments were found. */
  #foundTurns = 0;
  /** Whether an edit had none when the photo was submitted again. */
  #unfinished = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #quiet;
  #edits;
  /** @type {ExplanationSection | null} */
  #explanation = null;
  /** Ends what it listens to. */
  #lifetime = new AbortController();

  /**
   * @param {Photo} photo
   * @param {Services} services
   */
  constructor(photo, services) {
    super();
    this.#photo = photo;
    this.#services = services;
    const { name } = photo;
    this.heading = el("h3", { tabindex: "-1" }, name);
    this.#again = el(
      "button",
      { type: "button", class: "quiet", "aria-label": words.card.againLabel(name) },
      words.card.again,
    );
    const remove = el(
      "button",
      { type: "button", class: "quiet", "aria-label": words.card.removeLabel(name) },
      words.card.remove,
    );
    // Without an image until the worker has drawn it: the page itself decodes no file, however large it says it is.
    this.#editor = new Editor(name);
    this.#choice = new GarmentChoice(name);
    const header = el("header", {}, this.heading, this.#editor.adjust, this.#again, remove);
    this.element = el("article", { class: "card" }, header, this.#editor.element, this.#body);
    this.#edits = this.#latestEdit();
    this.#again.addEventListener("click", () => services.queue.submit(photo));
    remove.addEventListener("click", () => this.dispatchEvent(new Event("remove")));
    this.#choice.addEventListener("choose", () => this.#choose());
    this.#editor.addEventListener("edit", () => this.#edit());
    const { signal } = this.#lifetime;
    photo.addEventListener("state", () => this.#showState(), { signal });
    photo.addEventListener("download", () => this.#showDownload(), { signal });
    photo.addEventListener("thumbnail", () => void this.#showThumbnail(), { signal });
    photo.addEventListener("answer", () => this.#report?.showAnswer(), { signal });
    this.element.addEventListener("keydown", (event) => {
      // Of another garment than the first the visitor says nothing.
      if (this.#choice.garment === photo.garment) answerByKey(event, photo);
    });
    photo.addEventListener("time", () => photo.time && this.#report?.showTime(photo.time), { signal });
    this.#showState();
    void this.#showThumbnail();
    if (photo.time) this.#report?.showTime(photo.time);
  }

  /** Ends it: another card of this photo takes its place. */
  end() {
    this.stop();
    this.#lifetime.abort();
  }

  /** @returns {Edit | null} what the visitor has changed; null where nothing */
  get edit() {
    return this.#editor.isEdited ? this.#editor.edit : null;
  }

  /** @param {Edit} edit of a card of this photo before, classified again */
  restore(edit) {
    this.#editor.restore(edit);
  }

  /** Drops what an edit still waits for. */
  stop() {
    this.#edits.stop();
    clearTimeout(this.#quiet);
    this.#photo.setEditing(false);
  }

  #showState() {
    const { state, classified, error, waitsForWeights } = this.#photo;
    if (state === "queued") {
      this.#unfinished = this.#photo.isEditing;
      this.stop();
      // An edit now would be of a prediction that is about to go.
      this.#wait(words.card.waiting);
    } else if (state === "working") {
      this.#wait(waitsForWeights ? words.card.loadingWeights : words.card.classifying);
    } else if (classified) {
      if (classified === this.#shown) {
        // Cancelled: the prediction that it had still holds.
        this.#settle(...(this.#report?.elements ?? []));
        if (this.#unfinished) this.#edit();
      } else {
        this.#showPrediction(classified);
      }
    } else if (error) {
      this.#forget();
      this.#editor.hide();
      this.#settle(el("p", { class: "error" }, errorSentence(error)));
    } else {
      this.#state.textContent = words.card.cancelled;
      this.#settle(this.#state);
    }
  }

  /** Shows how far what it waits for is. */
  #showDownload() {
    const { download } = this.#photo;
    this.#bar.hidden = !download;
    if (!download) return;
    this.#state.textContent = waitingFor(download);
    this.#bar.max = download.total;
    this.#bar.value = download.received;
  }

  /** @param {string} sentence */
  #wait(sentence) {
    this.#again.disabled = true;
    this.#editor.element.inert = true;
    this.#state.textContent = sentence;
    this.#bar.hidden = true;
    this.#body.replaceChildren(this.#state, this.#bar);
  }

  /** @param {HTMLElement[]} shown */
  #settle(...shown) {
    this.#body.replaceChildren(...shown);
    this.#editor.element.inert = false;
    this.#again.disabled = false;
  }

  #forget() {
    this.#report = null;
    this.#shown = null;
  }

  /** @param {Classified} classified */
  #showPrediction(classified) {
    const { prediction, worker } = classified;
    this.#shown = classified;
    this.#choice.offer(prediction.garments);
    this.#report = new Report(this.#photo, prediction, worker, this.#choice.element);
    const { backends } = this.#services;
    this.#explanation = new ExplanationSection(backends, () => this.#explained(classified));
    this.#explanation.show(this.#choice.garment);
    this.#report.add(this.#explanation.element);
    this.#report.add(comparisonSection(backends, () => this.#editedPhoto(classified)));
    this.#editor.show(prediction);
    this.#foundTurns = 0;
    this.#settle(...this.#report.elements);
  }

  /** @type {(classified: Classified) => Promise<EditedPhoto>} */
  async #editedPhoto(classified) {
    const { signal } = this.#lifetime;
    return { photo: await this.#services.queue.downscaledOf(this.#photo, classified, signal), edit: this.#editor.edit };
  }

  /** @type {(classified: Classified) => Promise<Explained | null>} */
  async #explained(classified) {
    const edited = await this.#editedPhoto(classified);
    const { garment, index } = this.#choice;
    const { thumbnail, latest } = this.#photo;
    const { labels } = (latest ?? classified).worker.info;
    return garment && { ...edited, garment, index, thumbnail, labels };
  }

  async #showThumbnail() {
    const { thumbnail, hasNoThumbnail } = this.#photo;
    if (hasNoThumbnail) this.#editor.hide();
    // Where no bitmap is to be had, the prediction stands without it.
    const bitmap = thumbnail && (await createImageBitmap(thumbnail).catch(() => null));
    if (bitmap && thumbnail === this.#photo.thumbnail) this.#editor.showPhoto(bitmap);
    else if (thumbnail && !bitmap) this.#editor.hide();
  }

  #choose() {
    const { garment } = this.#choice;
    this.#report?.showGarment(garment);
    this.#showFound();
    this.#explanation?.show(this.#choice.garment);
    const labels = this.#shown?.worker.info.labels;
    if (garment && labels) announce(`${this.#photo.name}: ${garmentSentence(garment, labels)}`);
  }

  #showFound() {
    // Where the photo has been rotated since, what was found is elsewhere now.
    if (this.#foundTurns === this.#editor.edit.quarterTurns) this.#editor.showFound(this.#choice.garment);
  }

  #edit() {
    if (!this.#shown) return;
    clearTimeout(this.#quiet);
    this.#photo.setEditing(true);
    this.#edits.request({ classified: this.#shown, edit: this.#editor.edit });
  }

  #latestEdit() {
    const photo = this.#photo;
    const { queue, backends } = this.#services;
    return new LatestRequest(
      async (/** @type {{classified: Classified, edit: PhotoEdit}} */ { classified, edit }, signal) =>
        backends.classifyDownscaled(await queue.downscaledOf(photo, classified, signal), edit, signal),
      ({ prediction, worker }, isLast, { edit }) => {
        photo.update({ prediction, worker });
        this.#report?.update(prediction, worker);
        this.#choice.offer(prediction.garments);
        this.#report?.showGarment(this.#choice.garment);
        this.#foundTurns = edit.quarterTurns ?? 0;
        this.#showFound();
        if (!isLast) return;
        this.#explanation?.show(this.#choice.garment);
        photo.setEditing(false);
        clearTimeout(this.#quiet);
        this.#quiet = setTimeout(
          () => announce(words.card.edited(photo.name, sentence(prediction, worker.info.labels))),
          QUIET_MILLISECONDS,
        );
      },
      (error) => {
        photo.setEditing(false);
        this.#report?.showError(error);
        announce(`${photo.name}: ${errorSentence(error)}`);
      },
    );
  }
}
