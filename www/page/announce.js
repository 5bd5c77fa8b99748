// Sentences for screen readers through a live region, and notices that everyone sees.
import { byId } from "./dom.js";

/** Announcements within this time are joined: a region that changes too fast is not read. */
const GATHER_MILLISECONDS = 150;

/** @type {string[]} */
let waiting = [];

/**
 * Announces a sentence without showing it.
 * @param {string} sentence
 */
export function announce(sentence) {
  waiting.push(sentence);
  if (waiting.length > 1) return;
  reach(byId("live", HTMLElement), document.body);
  // Emptied first: a region that is given the text it already has is not read.
  byId("live", HTMLElement).textContent = "";
  setTimeout(() => {
    byId("live", HTMLElement).textContent = waiting.join(" ");
    waiting = [];
  }, GATHER_MILLISECONDS);
}

/**
 * Shows a sentence above the results, and announces it.
 * @param {string} sentence empty to hide the last one
 * @param {{text: string, press: () => void}} [action] a button beside it, which closes the notice too
 */
export function notice(sentence, action) {
  const element = byId("notice", HTMLElement);
  reach(element, byId("notice-place", HTMLElement));
  element.hidden = sentence === "";
  byId("notice-text", HTMLElement).textContent = sentence;
  const button = byId("notice-action", HTMLButtonElement);
  button.hidden = !action;
  button.textContent = action?.text ?? "";
  button.onclick = () => {
    notice("");
    action?.press();
  };
  if (sentence) announce(sentence);
}

/**
 * Moves an element into the open dialog: what is outside of it is neither read nor pressed.
 * @type {(element: HTMLElement, place: HTMLElement) => void} place: where it is without a dialog
 */
function reach(element, place) {
  const dialog = document.querySelector("dialog[open]");
  const host = dialog ?? place;
  if (element.parentElement === host) return;
  host.append(element);
  dialog?.addEventListener("close", () => place.append(element), { once: true });
}
