// Errors that the page itself finds, which are told in its language.
import { ThimbleError } from "../shared/errors.js";

/**
 * @param {string} code kebab-case
 * @param {() => string} sentence in the language in use when it is called: a language may come after the error
 * @returns {ThimbleError}
 */
export function pageError(code, sentence) {
  return Object.assign(new ThimbleError(code, sentence()), { sentence });
}
