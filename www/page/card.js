// One photo's card: waiting, in progress, with its prediction, or with what went wrong.
import { garmentSentence, sentence } from "./advice.js";
import { announce } from "./announce.js";
import { el } from "./dom.js";
import { Editor } from "./editor.js";
import { GarmentChoice } from "./garment-choice.js";
import { LatestRequest } from "./latest-request.js";
import { SAID_EACH } from "./progress.js";
import { Report } from "./report.js";
import { markOnce } from "./stats.js";
import { toSentence } from "./format.js";

/**
 * @import { DownscaledPhoto, PhotoEdit, Prediction } from "../../pkg/cpu/thimble.js"
 * @import { ClassifierWorker } from "../pool/classifier-worker.js"
 * @import { Backends } from "./backends.js"
 * @import { Classified, Job, Queue } from "./queue.js"
 */

/**
 * @typedef {object} Card
 * @property {HTMLLIElement} item
 * @property {() => void} discard takes it off the page without a word
 */

/** A prediction is said when nothing more has been edited for so long, milliseconds. */
const QUIET_MILLISECONDS = 700;

/**
 * @param {File} file
 * @param {{queue: Queue, backends: Backends}} services
 * @param {(card: Card) => void} onRemove after the card has left the page by its own button
 * @returns {Card}
 */
export function makeCard(file, { queue, backends }, onRemove) {
  const name = file.name || "Pasted image";
  const heading = el("h3", { tabindex: "-1" }, name);
  const state = el("p", { class: "state" }, "Waiting…");
  const again = el("button", { type: "button", class: "quiet", "aria-label": `Classify ${name} again` }, "Again");
  const remove = el("button", { type: "button", class: "quiet", "aria-label": `Remove ${name}` }, "Remove");
  // Without an image until the worker has drawn it: the page itself decodes no file, however large it says it is.
  const editor = new Editor(name);
  const choice = new GarmentChoice(name);
  let removed = false;
  const body = el("div", { class: "card-body" }, state);
  const article = el("article", { class: "card" }, el("header", {}, heading, again, remove), editor.element, body);
  const item = el("li", { "data-state": "queued" }, article);
  /** @type {Report | null} */
  let report = null;
  /** @type {Classified | null} */
  let classified = null;
  /** Quarter turns of the photo in which the garments were found. */
  let foundTurns = 0;
  /** Whether an edit had no prediction yet when the photo was submitted again. */
  let unfinished = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let quiet;
  const say = (/** @type {string} */ sentence) => {
    if (queue.batch.total <= SAID_EACH) announce(sentence);
  };

  /** @type {Job} */
  const job = {
    file,
    onStart() {
      if (removed) return;
      item.dataset.state = "working";
      state.textContent = "Classifying…";
    },
    onWeights() {
      state.textContent = "Loading the weights for this kind of image…";
    },
    onDone(result) {
      if (removed) return;
      markOnce("prediction");
      const { prediction, worker } = result;
      mark(prediction, worker);
      report = new Report(name, prediction, worker, choice.element);
      classified = result;
      editor.show(prediction);
      choice.offer(prediction.garments);
      foundTurns = 0;
      settle("done", ...report.elements);
      say(`${name}: ${sentence(prediction, worker.info.labels)}`);
    },
    onThumbnail(thumbnail) {
      editor.showPhoto(thumbnail);
    },
    onTime(time, prediction) {
      if (prediction === classified?.prediction) report?.showTime(time);
    },
    onFailed(error) {
      if (removed) return;
      item.dataset.code = error.code;
      report = null;
      classified = null;
      editor.hide();
      settle("failed", el("p", { class: "error" }, toSentence(error.message)));
      say(`${name}: ${toSentence(error.message)}`);
    },
    onCancelled() {
      if (report) {
        // The prediction that it had still holds.
        settle("done", ...report.elements);
        if (unfinished) editor.dispatchEvent(new Event("edit"));
        return;
      }
      state.textContent = "Cancelled.";
      settle("cancelled", state);
    },
  };

  /** @type {(how: "done" | "failed" | "cancelled", ...shown: HTMLElement[]) => void} */
  const settle = (how, ...shown) => {
    item.dataset.state = how;
    body.replaceChildren(...shown);
    editor.element.inert = false;
    again.disabled = false;
  };

  /** @type {(prediction: Pick<Prediction, "label" | "confident" | "issue">, worker: ClassifierWorker) => void} for styles and tests */
  const mark = ({ label, confident, issue }, { info }) => {
    const { backend, network } = info;
    Object.assign(item.dataset, {
      label: label ?? "",
      backend,
      network: network.name,
      confident: String(confident),
      issue: issue ?? "",
    });
  };

  const showFound = () => {
    // Where the photo has been rotated since, what was found is elsewhere now.
    if (foundTurns === editor.edit.quarterTurns) editor.showFound(choice.garment);
  };

  const edits = new LatestRequest(
    (/** @type {{photo: DownscaledPhoto, edit: PhotoEdit}} */ { photo, edit }, signal) =>
      backends.classifyDownscaled(photo, edit, signal),
    ({ prediction, worker }, isLast, { edit }) => {
      mark(prediction, worker);
      report?.update(prediction, worker);
      choice.offer(prediction.garments);
      report?.showGarment(choice.garment);
      foundTurns = edit.quarterTurns ?? 0;
      showFound();
      if (!isLast) return;
      delete item.dataset.editing;
      clearTimeout(quiet);
      quiet = setTimeout(
        () => announce(`${name}, edited: ${sentence(prediction, worker.info.labels)}`),
        QUIET_MILLISECONDS,
      );
    },
    (error) => {
      delete item.dataset.editing;
      report?.showError(error);
      announce(`${name}: ${toSentence(error.message)}`);
    },
  );
  const stop = () => {
    edits.stop();
    clearTimeout(quiet);
    delete item.dataset.editing;
  };
  choice.addEventListener("choose", () => {
    report?.showGarment(choice.garment);
    showFound();
    const labels = classified?.worker.info.labels;
    if (choice.garment && labels) announce(`${name}: ${garmentSentence(choice.garment, labels)}`);
  });
  editor.addEventListener("edit", () => {
    if (!classified) return;
    clearTimeout(quiet);
    item.dataset.editing = "";
    edits.request({ photo: classified.downscaled, edit: editor.edit });
  });

  const submit = () => {
    unfinished = item.dataset.editing !== undefined;
    stop();
    item.dataset.state = "queued";
    delete item.dataset.code;
    again.disabled = true;
    // An edit now would be of a prediction that is about to go.
    editor.element.inert = true;
    state.textContent = "Waiting…";
    body.replaceChildren(state);
    queue.submit(job);
  };
  again.addEventListener("click", submit);
  const card = {
    item,
    discard() {
      removed = true;
      stop();
      queue.cancel(job);
      item.remove();
    },
  };
  remove.addEventListener("click", () => {
    // The focus would fall to the top of the page with the button.
    const neighbour = item.nextElementSibling ?? item.previousElementSibling;
    card.discard();
    const target = neighbour?.querySelector("h3") ?? document.getElementById("file");
    target?.focus();
    announce(`${name} was removed.`);
    onRemove(card);
  });
  submit();
  return card;
}
