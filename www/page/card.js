// One photo's card: waiting, at work, with its verdict, or with what went wrong.
import { announce } from "./announce.js";
import { BACKENDS } from "./backends.js";
import { el } from "./dom.js";
import { percent } from "./format.js";
import { pictureCanvas } from "./picture.js";
import { bars, confidenceOf, headline, times, warmSentence } from "./verdict.js";

/** @typedef {import("./engine.js").Job} Job */

/** Up to this width, pixels, a thumbnail is enlarged without smoothing. */
const TINY = 64;

/**
 * @param {File} file
 * @param {import("./engine.js").Engine} engine
 * @param {() => void} onRemove after the card has left the page
 * @returns {HTMLLIElement}
 */
export function makeCard(file, engine, onRemove) {
  const name = file.name || "Pasted picture";
  const heading = el("h3", { tabindex: "-1" }, name);
  const state = el("p", { class: "state" }, "Waiting …");
  const again = el("button", { type: "button", class: "quiet", "aria-label": `Classify ${name} again` }, "Again");
  const remove = el("button", { type: "button", class: "quiet", "aria-label": `Remove ${name}` }, "Remove");
  const { figure, release } = thumbnail(file);
  const body = el("div", { class: "card-body" }, state);
  const article = el("article", { class: "card" }, el("header", {}, heading, again, remove), figure, body);
  const item = el("li", { "data-state": "queued" }, article);

  /** @type {Job} */
  const job = {
    file,
    working() {
      item.dataset.state = "working";
      state.textContent = "Looking at it …";
    },
    done(verdict, { backend, loaded }) {
      item.dataset.state = "done";
      // For npm run measure: from navigation to the first verdict.
      if (performance.getEntriesByName("verdict").length === 0) performance.mark("verdict");
      item.dataset.label = verdict.label;
      item.dataset.backend = backend;
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
        times(verdict, loaded.tick, BACKENDS[backend].title),
      );
      again.disabled = false;
      announce(`${name}: ${verdict.label}, ${share} sure.`);
    },
    timed(warm) {
      body.querySelector(".timing")?.append(el("p", { class: "warm" }, warmSentence(warm)));
    },
    failed(error) {
      item.dataset.state = "failed";
      item.dataset.code = error.code;
      body.replaceChildren(el("p", { class: "error" }, error.message));
      again.disabled = false;
      announce(`${name}: ${error.message}`);
    },
  };

  const submit = () => {
    item.dataset.state = "queued";
    delete item.dataset.code;
    again.disabled = true;
    state.textContent = "Waiting …";
    body.replaceChildren(state);
    engine.submit(job);
  };
  again.addEventListener("click", submit);
  remove.addEventListener("click", () => {
    engine.cancel(job);
    release();
    // The focus would fall to the top of the page with the button.
    const neighbour = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    const target = neighbour?.querySelector("h3") ?? document.getElementById("pick");
    target?.focus();
    announce(`${name} was removed.`);
    onRemove();
  });
  submit();
  return item;
}

/**
 * @param {File} file
 * @returns {{figure: HTMLElement, release: () => void}} release gives the file's URL back
 */
function thumbnail(file) {
  const url = URL.createObjectURL(file);
  const image = el("img", { alt: "", decoding: "async" });
  const figure = el("figure", { class: "thumb" }, image);
  // A file that is no picture has no thumbnail; its card says why.
  image.addEventListener("error", () => figure.classList.add("none"));
  image.addEventListener("load", () => figure.classList.toggle("tiny", image.naturalWidth <= TINY));
  image.src = url;
  return { figure, release: () => URL.revokeObjectURL(url) };
}
