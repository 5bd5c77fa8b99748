// The page's language: the browser's, until the visitor chooses another. A file of its own, so that all parts of the page
// have the same words, and every language but English is fetched when it is chosen.
/* global LANGUAGES */
import { words as english } from "./en.js";

/**
 * @import { ThimbleError } from "../shared/errors.js"
 * @import { Words } from "./en.js"
 */

const KEY = "thimble-language";

/** The language of index.html and of what comes with this file. */
const ENGLISH = "en";

/** @type {Words} of the language in use */
export let words = english;

/** The code of the language in use. */
let current = ENGLISH;

/** Counts choices, so that a language that is slow to come does not overrule a later one. */
let turn = 0;

/** @type {(() => void)[]} */
const listeners = [];

/** @param {() => void} listener called when the words have become those of another language */
export function onLanguage(listener) {
  listeners.push(listener);
}

/** @returns {[code: string, name: string][]} all that the page has */
export function languages() {
  /** @type {[string, string][]} */
  const others = Object.entries(LANGUAGES).map(([code, { name }]) => [code, name]);
  return [[ENGLISH, english.language], ...others];
}

/** @returns {string} the code of the language in use */
export function language() {
  return current;
}

/** @returns {string} the code of the language that the visitor has chosen before, else of the browser's first that the page has */
export function wantedLanguage() {
  const known = new Set(languages().map(([code]) => code));
  const wishes = [stored(), ...navigator.languages].map((tag) => tag?.split("-")[0]?.toLowerCase() ?? "");
  return wishes.find((code) => known.has(code)) ?? ENGLISH;
}

/**
 * Fetches a language's words, and shows them.
 * @param {string} code of one of `languages`
 * @returns {Promise<void>} rejects where they cannot be fetched; the language in use stays
 */
export async function useLanguage(code) {
  const own = ++turn;
  const file = LANGUAGES[code]?.file;
  /** @type {{words: Words}} */
  const { words: chosen } = file ? await import(file) : { words: english };
  if (own !== turn || code === current) return;
  current = code;
  words = chosen;
  document.documentElement.lang = code;
  translatePage();
  for (const listener of listeners) listener();
}

/** @param {string} code kept for the next visit */
export function keepLanguage(code) {
  try {
    localStorage.setItem(KEY, code);
  } catch {
    // Kept for this visit only.
  }
}

/** Storage may be forbidden, which must not stop the page. */
function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** @type {(label: string) => string} a class by its English name, as this language calls it */
export function className(label) {
  return words.classes[label] ?? label;
}

/**
 * @type {(error: ThimbleError & {sentence?: () => string}) => string} what the visitor is told: the sentence of an error of the
 *   page's own, else by the error's code where this language has it
 */
export function errorSentence({ code, message, sentence }) {
  return toSentence(sentence?.() ?? words.errors[code]?.(message) ?? message);
}

/**
 * @type {(message: string) => string} an error's message as a sentence: the wasm packages' messages start in lower case
 *   and have no full stop
 */
export function toSentence(message) {
  const capitalized = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(capitalized) ? capitalized : `${capitalized}.`;
}

/** @type {Map<Element, {text: string | null, label: string | null}>} index.html's own English */
const originals = new Map();

/** Puts this language's words into index.html's elements. */
function translatePage() {
  for (const element of document.querySelectorAll("[data-words], [data-words-label]")) {
    let original = originals.get(element);
    if (!original) {
      const { dataset } = /** @type {HTMLElement} */ (element);
      original = {
        text: dataset.words === undefined ? null : templateOf(element),
        label: dataset.wordsLabel === undefined ? null : element.getAttribute("aria-label"),
      };
      originals.set(element, original);
    }
    const { words: text, wordsLabel: label } = /** @type {HTMLElement} */ (element).dataset;
    if (text !== undefined) fill(element, words.page[text] ?? original.text ?? "");
    if (label !== undefined) element.setAttribute("aria-label", words.page[label] ?? original.label ?? "");
  }
}

/** @type {(element: Element) => string} its text, with {0} for its first child element */
function templateOf(element) {
  const children = [...element.children];
  return [...element.childNodes]
    .map((node) => (node instanceof Element ? `{${children.indexOf(node)}}` : (node.textContent ?? "")))
    .join("")
    .replace(/\s+/g, " ");
}

/** @type {(element: Element, template: string) => void} template: with {0} for its first child element */
function fill(element, template) {
  const children = [...element.children];
  const parts = template.split(/\{(\d)\}/);
  element.replaceChildren(...parts.map((part, index) => (index % 2 === 0 ? part : (children[Number(part)] ?? ""))));
}
