// Sentences for everyone: said by screen readers through a live region, and shown where they matter to all.
import { byId } from "./dom.js";

/** Announcements of one moment are said together: a region that changes too fast is not read. */
const GATHER_MILLISECONDS = 150;

/** @type {string[]} */
let waiting = [];

/**
 * Said, not shown.
 * @param {string} sentence
 */
export function announce(sentence) {
  waiting.push(sentence);
  if (waiting.length > 1) return;
  // Emptied first: a region that is given the text it already has says nothing.
  byId("live", HTMLElement).textContent = "";
  setTimeout(() => {
    byId("live", HTMLElement).textContent = waiting.join(" ");
    waiting = [];
  }, GATHER_MILLISECONDS);
}

/**
 * Shown above the results, and said.
 * @param {string} sentence empty to take the last one away
 */
export function notice(sentence) {
  const element = byId("notice", HTMLElement);
  element.hidden = sentence === "";
  byId("notice-text", HTMLElement).textContent = sentence;
  if (sentence) announce(sentence);
}
