// One photo: its file, how far its prediction is, and what the visitor says of it. Knows no element.
import { isConfident } from "./advice.js";
import { words } from "../language/language.js";

/**
 * @import { Prediction } from "../../pkg/cpu/thimble.js"
 * @import { ClassifierWorker } from "../pool/classifier-worker.js"
 * @import { ThimbleError } from "../shared/errors.js"
 * @import { DownloadState, WarmTime } from "../shared/types.js"
 * @import { Classified, Job } from "./queue.js"
 */

/**
 * @typedef {"queued" | "working" | "done" | "failed" | "cancelled"} PhotoState
 * @typedef {number | "none"} Answer what the visitor says is on a photo: a class, 0 to 9, or none of the ten
 * @typedef {{prediction: Prediction, worker: ClassifierWorker}} Latest
 */

/**
 * Sends `state` when the photo has begun, ended or been submitted again, `editing` when an edit begins or ends,
 * `prediction` when an edit has a new prediction, `thumbnail`, `download` when more has come of what it waits for, `time` when its warm time was measured, and `answer` when the visitor has said what it shows.
 * @implements {Job}
 */
export class Photo extends EventTarget {
  file;
  name;
  /** @type {PhotoState} */
  state = "queued";
  /** Whether it waits for weights that this kind of image needs. */
  waitsForWeights = false;
  /** @type {DownloadState | null} how far what it waits for is; null where it waits for no download */
  download = null;
  /** @type {Classified | null} its prediction without edits */
  classified = null;
  /** @type {Latest | null} its prediction with the edits so far */
  latest = null;
  /** @type {ThimbleError | null} */
  error = null;
  /** @type {Blob | null} a small picture of it; null before there is one, and where it cannot be shown */
  thumbnail = null;
  /** Whether `thumbnail` will not come any more. */
  hasNoThumbnail = false;
  /** Whether an edit has no prediction yet. */
  isEditing = false;
  /** @type {WarmTime | ThimbleError | null} */
  time = null;
  /** @type {Answer | null} */
  answer = null;

  /** @param {File} file */
  constructor(file) {
    super();
    this.file = file;
    this.name = file.name || words.intake.pasted;
  }

  /** The first garment; null before the prediction and where nothing was found. */
  get garment() {
    return this.latest?.prediction.garments[0] ?? null;
  }

  /** Whether it has a prediction, and that is confident. */
  get isConfident() {
    const { garment } = this;
    return garment !== null && isConfident(garment);
  }

  /** Whether a visitor should look at it: it has no confident prediction, and nobody has said what it shows. */
  get isToCheck() {
    return (this.state === "failed" || (this.state === "done" && !this.isConfident)) && this.answer === null;
  }

  /** @type {Answer | null} what it shows as far as is known: what the visitor says, else a confident prediction */
  get shown() {
    if (this.answer !== null) return this.answer;
    return this.state === "done" && this.isConfident ? (this.garment?.index ?? null) : null;
  }

  onQueued() {
    this.waitsForWeights = false;
    this.#become("queued");
  }

  /** @param {DownloadState | null} download */
  onDownload(download) {
    const waitsFor = this.state === "queued" ? "classifier" : this.waitsForWeights ? "weights" : null;
    this.download = download?.what === waitsFor ? download : null;
    this.#send("download");
  }

  onStart() {
    this.download = null;
    this.#become("working");
  }

  onWeights() {
    this.waitsForWeights = true;
    this.#become("working");
  }

  /** @param {Classified} classified */
  onDone(classified) {
    this.classified = classified;
    this.latest = classified;
    this.error = null;
    this.time = null;
    this.#become("done");
  }

  /** @param {Blob | null} thumbnail */
  onThumbnail(thumbnail) {
    this.thumbnail = thumbnail;
    this.hasNoThumbnail = !thumbnail;
    this.#send("thumbnail");
  }

  /** @type {Job["onTime"]} */
  onTime(time, prediction) {
    if (prediction !== this.classified?.prediction) return;
    this.time = time;
    this.#send("time");
  }

  /** @param {ThimbleError} error */
  onFailed(error) {
    this.error = error;
    this.classified = null;
    this.latest = null;
    this.#become("failed");
  }

  /** The prediction that it had still holds. */
  onCancelled() {
    this.#become(this.classified ? "done" : "cancelled");
  }

  /** @param {boolean} isEditing */
  setEditing(isEditing) {
    if (this.isEditing === isEditing) return;
    this.isEditing = isEditing;
    this.#send("editing");
  }

  /** @param {Latest} latest after an edit */
  update(latest) {
    this.latest = latest;
    this.#send("prediction");
  }

  /** @param {Answer | null} answer null takes it back */
  say(answer) {
    this.answer = answer;
    this.#send("answer");
  }

  /** @param {PhotoState} state */
  #become(state) {
    this.state = state;
    this.#send("state");
  }

  /** @param {"state" | "editing" | "prediction" | "thumbnail" | "time" | "answer" | "download"} type */
  #send(type) {
    this.dispatchEvent(new Event(type));
  }
}
