// The progress of many photos, and the button that cancels them.
import { announce } from "./announce.js";
import { byId } from "./dom.js";
import { words } from "../language/language.js";

/**
 * @import { Collection } from "./collection.js"
 * @import { Batch, Queue } from "./queue.js"
 */

/** With more photos at a time, the progress is announced instead of each prediction. */
export const SAID_EACH = 5;

/** When the progress is announced first, milliseconds; each time after that it takes twice as long. */
const SAY_MILLISECONDS = 4000;

/** Progress that ends sooner is not shown: it would only flicker. Milliseconds. */
const SHOW_MILLISECONDS = 250;

/**
 * @param {Queue} queue
 * @param {Collection} collection
 */
export function startProgress(queue, collection) {
  const panel = byId("progress", HTMLElement);
  const bar = byId("progress-bar", HTMLProgressElement);
  const text = byId("progress-text", HTMLElement);
  const cancel = byId("progress-cancel", HTMLButtonElement);
  const resume = byId("progress-resume", HTMLButtonElement);
  let running = false;
  let cancelled = false;
  let said = 0;
  let quiet = SAY_MILLISECONDS;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let showing;

  const stop = () => {
    cancelled = true;
    // The button goes, and the focus would fall to the top of the page with it.
    if (document.activeElement === cancel) byId("results", HTMLElement).focus({ preventScroll: true });
    queue.cancelAll();
  };
  cancel.addEventListener("click", stop);
  resume.addEventListener("click", () => {
    byId("results", HTMLElement).focus({ preventScroll: true });
    collection.resume();
  });
  const showResume = () => {
    const { cancelled } = collection.counts;
    resume.hidden = cancelled === 0;
    resume.textContent = words.progress.resume(cancelled);
  };
  collection.addEventListener("change", showResume);
  addEventListener("keydown", (event) => {
    // A dialog takes the key for itself.
    if (event.key === "Escape" && running && !document.querySelector("dialog[open]")) stop();
  });

  const begin = () => {
    running = true;
    cancelled = false;
    said = performance.now();
    quiet = SAY_MILLISECONDS;
    showing = setTimeout(() => {
      panel.hidden = false;
    }, SHOW_MILLISECONDS);
  };
  const end = () => {
    running = false;
    clearTimeout(showing);
    panel.hidden = true;
  };
  queue.addEventListener("batch", () => {
    const { total, done } = queue.batch;
    bar.max = Math.max(total, 1);
    bar.value = done;
    if (done === total) showResume();
    text.textContent = words.progress.of(done, total);
    if (done === total) {
      if (running && (cancelled || total > SAID_EACH)) announce(summary(queue.batch, cancelled));
      end();
    } else if (!running) {
      if (total > 1) begin();
    } else if (total > SAID_EACH && performance.now() - said > quiet) {
      said = performance.now();
      quiet *= 2;
      announce(words.progress.spoken(done, total));
    }
  });
}

/** @type {(batch: Batch, cancelled: boolean) => string} */
function summary({ done, failed }, cancelled) {
  return words.progress.summary(cancelled, done - failed, failed);
}
