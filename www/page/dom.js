// Helpers over the DOM; everything else is plain DOM.
import { words } from "../language/language.js";

/**
 * Makes an element with attributes and children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Partial<Record<string, string>>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** @type {Map<string, Promise<unknown>>} style sheets by their URLs */
const styles = new Map();

/**
 * Adds a style sheet, once.
 * @param {string} url relative to the page
 * @returns {Promise<unknown>} resolves when it is there
 */
export function addStyle(url) {
  const known = styles.get(url);
  if (known) return known;
  const link = el("link", { rel: "stylesheet", href: url });
  const loaded = new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => {
      styles.delete(url);
      link.remove();
      reject(new Error(words.noStyle));
    });
  });
  styles.set(url, loaded);
  document.head.append(link);
  return loaded;
}

/**
 * Finds the element of index.html with this id.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new TypeError(`index.html has no ${type.name} with the id "${id}"`);
}
