// One photo's card: waiting, at work, with its verdict, or with what went wrong.
import { Adjuster } from "./adjuster.js";
import { sentence } from "./advice.js";
import { announce } from "./announce.js";
import { el } from "./dom.js";
import { Editor } from "./editor.js";
import { markOnce } from "./marks.js";
import { SAID_EACH } from "./progress.js";
import { Report } from "./report.js";

/** @typedef {import("./queue.js").Job} Job */
/** @typedef {import("./engine.js").Engine} Engine */
/** @typedef {import("./member.js").Member} Member */
/** @typedef {import("../shared/types.js").Finding} Finding */

/**
 * @typedef {object} Card
 * @property {HTMLLIElement} item
 * @property {() => void} discard takes it off the page without a word
 */

/** An answer is said when nothing more has been adjusted for so long, milliseconds. */
const QUIET_MILLISECONDS = 700;

/**
 * @param {File} file
 * @param {Pick<Engine, "queue" | "adjust">} engine
 * @param {(card: Card) => void} onRemove after the card has left the page by its own button
 * @returns {Card}
 */
export function makeCard(file, { queue, adjust }, onRemove) {
  const name = file.name || "Pasted picture";
  const heading = el("h3", { tabindex: "-1" }, name);
  const state = el("p", { class: "state" }, "Waiting …");
  const again = el("button", { type: "button", class: "quiet", "aria-label": `Classify ${name} again` }, "Again");
  const remove = el("button", { type: "button", class: "quiet", "aria-label": `Remove ${name}` }, "Remove");
  // Without a picture until the worker has drawn it: the page itself decodes no file, however large it says it is.
  const editor = new Editor(name);
  let removed = false;
  const body = el("div", { class: "card-body" }, state);
  const article = el("article", { class: "card" }, el("header", {}, heading, again, remove), editor.element, body);
  const item = el("li", { "data-state": "queued" }, article);
  /** @type {Report | null} */
  let report = null;
  /** @type {import("../shared/types.js").Verdict | null} */
  let answered = null;
  /** Whether an adjustment had no answer when the photo was asked for again. */
  let unfinished = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let quiet;
  const say = (/** @type {string} */ sentence) => {
    if (queue.batch.total <= SAID_EACH) announce(sentence);
  };

  /** @type {Job} */
  const job = {
    file,
    working() {
      if (removed) return;
      item.dataset.state = "working";
      state.textContent = "Looking at it …";
    },
    lacking() {
      state.textContent = "The network's weights for pictures of this kind are being loaded …";
    },
    done(verdict, member) {
      if (removed) return;
      markOnce("verdict");
      mark(verdict, member);
      report = new Report(name, verdict, member);
      answered = verdict;
      editor.show(verdict);
      settle("done", ...report.elements);
      say(`${name}: ${sentence(verdict, member.loaded.info.labels)}`);
    },
    pictured(thumbnail) {
      editor.picture(thumbnail);
    },
    timed(warm, verdict) {
      if (verdict === answered) report?.timed(warm);
    },
    failed(error) {
      if (removed) return;
      item.dataset.code = error.code;
      report = null;
      answered = null;
      editor.hide();
      settle("failed", el("p", { class: "error" }, error.message));
      say(`${name}: ${error.message}`);
    },
    cancelled() {
      if (report) {
        // The answer that it had still holds.
        settle("done", ...report.elements);
        if (unfinished) editor.dispatchEvent(new Event("adjust"));
        return;
      }
      state.textContent = "Cancelled before it was answered.";
      settle("cancelled", state);
    },
  };

  /**
   * Nothing is asked any more.
   * @param {"done" | "failed" | "cancelled"} how
   * @param {...HTMLElement} shown
   */
  const settle = (how, ...shown) => {
    item.dataset.state = how;
    body.replaceChildren(...shown);
    editor.element.inert = false;
    again.disabled = false;
  };

  /**
   * What tests and styles read off the card.
   * @param {Pick<Finding, "label" | "sure" | "trouble">} found
   * @param {Member} member
   */
  const mark = ({ label, sure, trouble }, { backend, loaded }) => {
    Object.assign(item.dataset, { label, backend, network: loaded.info.network.name, sure: String(sure), trouble: trouble ?? "" });
  };
  const adjuster = new Adjuster(
    (/** @type {{photo: import("../shared/types.js").ReducedPhoto, adjustment: import("../shared/types.js").Adjustment}} */ wish, signal) =>
      adjust(wish.photo, wish.adjustment, signal),
    ({ finding, member }, isLast, { adjustment }) => {
      mark(finding, member);
      report?.adjusted(finding, member);
      // Where the photo has been turned on, what was found before lies elsewhere now.
      if (adjustment.turns === editor.adjustment.turns) editor.found(finding);
      if (!isLast) return;
      delete item.dataset.adjusting;
      clearTimeout(quiet);
      quiet = setTimeout(() => announce(`${name}, adjusted: ${sentence(finding, member.loaded.info.labels)}`), QUIET_MILLISECONDS);
    },
    (error) => {
      delete item.dataset.adjusting;
      report?.failed(error);
      announce(`${name}: ${error.message}`);
    },
  );
  const stop = () => {
    adjuster.stop();
    clearTimeout(quiet);
    delete item.dataset.adjusting;
  };
  editor.addEventListener("adjust", () => {
    if (!answered?.reduced) return;
    clearTimeout(quiet);
    item.dataset.adjusting = "";
    adjuster.want({ photo: answered.reduced, adjustment: editor.adjustment });
  });

  const submit = () => {
    unfinished = item.dataset.adjusting !== undefined;
    stop();
    item.dataset.state = "queued";
    delete item.dataset.code;
    again.disabled = true;
    // What is adjusted now would be of an answer that is about to go.
    editor.element.inert = true;
    state.textContent = "Waiting …";
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
    const target = neighbour?.querySelector("h3") ?? document.getElementById("pick");
    target?.focus();
    announce(`${name} was removed.`);
    onRemove(card);
  });
  submit();
  return card;
}
