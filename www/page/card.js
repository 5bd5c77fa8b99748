// One photo's card: waiting, at work, with its verdict, or with what went wrong.
import { announce } from "./announce.js";
import { BACKENDS } from "./backends.js";
import { el } from "./dom.js";
import { percent } from "./format.js";
import { markOnce } from "./marks.js";
import { pictureCanvas } from "./picture.js";
import { SAID_EACH } from "./progress.js";
import { bars, confidenceOf, headline, times, warmSentence } from "./verdict.js";

/** @typedef {import("./queue.js").Job} Job */
/** @typedef {import("./queue.js").Queue} Queue */

/**
 * @typedef {object} Card
 * @property {HTMLLIElement} item
 * @property {() => void} discard takes it off the page without a word
 */

/** Up to this width, pixels, a thumbnail is enlarged without smoothing. */
const TINY = 64;

/**
 * @param {File} file
 * @param {Queue} queue
 * @param {(card: Card) => void} onRemove after the card has left the page by its own button
 * @returns {Card}
 */
export function makeCard(file, queue, onRemove) {
  const name = file.name || "Pasted picture";
  const heading = el("h3", { tabindex: "-1" }, name);
  const state = el("p", { class: "state" }, "Waiting …");
  const again = el("button", { type: "button", class: "quiet", "aria-label": `Classify ${name} again` }, "Again");
  const remove = el("button", { type: "button", class: "quiet", "aria-label": `Remove ${name}` }, "Remove");
  // Empty until the worker has read the file: the page itself decodes none, however large it says it is.
  const figure = el("figure", { class: "thumb none" });
  let removed = false;
  const body = el("div", { class: "card-body" }, state);
  const article = el("article", { class: "card" }, el("header", {}, heading, again, remove), figure, body);
  const item = el("li", { "data-state": "queued" }, article);
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
    done(verdict, { backend, loaded }) {
      if (removed) return;
      item.dataset.state = "done";
      markOnce("verdict");
      item.dataset.label = verdict.label;
      item.dataset.backend = backend;
      item.dataset.network = loaded.info.network.name;
      const share = percent(confidenceOf(verdict));
      const seen = el(
        "figure",
        { class: "seen" },
        pictureCanvas(verdict.picture, `${name} as the network sees it, 28 by 28 pixels`),
        el("figcaption", {}, verdict.inverted ? "As the network sees it, turned light on dark" : "As the network sees it"),
      );
      body.replaceChildren(
        headline(verdict),
        seen,
        bars(verdict, loaded.info.labels),
        times(verdict, loaded.tick, `${BACKENDS[backend].title} with “${loaded.info.network.name}”`),
      );
      showThumbnail(figure, verdict);
      again.disabled = false;
      say(`${name}: ${verdict.label}, ${share} sure.`);
    },
    timed(warm) {
      const sentence = warm ? warmSentence(warm) : "Warm inference was not measured: this classifier has been put away.";
      body.querySelector(".timing")?.append(el("p", { class: "warm" }, sentence));
    },
    failed(error) {
      if (removed) return;
      item.dataset.state = "failed";
      item.dataset.code = error.code;
      body.replaceChildren(el("p", { class: "error" }, error.message));
      figure.classList.add("none");
      again.disabled = false;
      say(`${name}: ${error.message}`);
    },
    cancelled() {
      item.dataset.state = "cancelled";
      state.textContent = "Cancelled before it was answered.";
      again.disabled = false;
    },
  };

  const submit = () => {
    item.dataset.state = "queued";
    delete item.dataset.code;
    again.disabled = true;
    state.textContent = "Waiting …";
    body.replaceChildren(state);
    queue.submit(job);
  };
  again.addEventListener("click", submit);
  const card = {
    item,
    discard() {
      removed = true;
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

/**
 * @param {HTMLElement} figure
 * @param {import("../shared/types.js").Verdict} verdict
 */
function showThumbnail(figure, { thumbnail, width }) {
  figure.classList.toggle("none", !thumbnail);
  figure.classList.toggle("tiny", width <= TINY);
  if (!thumbnail) return;
  const canvas = el("canvas", { width: String(thumbnail.width), height: String(thumbnail.height), "aria-hidden": "true" });
  canvas.getContext("bitmaprenderer")?.transferFromImageBitmap(thumbnail);
  figure.replaceChildren(canvas);
}
