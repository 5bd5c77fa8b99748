// Errors with a code, and their way through comlink (which by itself keeps only name and message).
import { transferHandlers } from "comlink";

/** A failure that the visitor is told about: `code` for programs, `message` for people. */
export class ThimbleError extends Error {
  /**
   * @param {string} code kebab-case
   * @param {string} message what was found, what was expected, what to do
   */
  constructor(code, message) {
    super(message);
    this.name = "ThimbleError";
    this.code = code;
  }
}

/**
 * @typedef {object} PlainError
 * @property {string} name
 * @property {string} code empty where the error had none
 * @property {string} message
 */

/**
 * @param {unknown} error
 * @returns {PlainError}
 */
export function toPlain(error) {
  if (!(error instanceof Error)) return { name: "Error", code: "", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return { name: error.name, code, message: error.message };
}

/**
 * @param {PlainError} plain
 * @returns {ThimbleError}
 */
export function fromPlain(plain) {
  const error = new ThimbleError(plain.code, plain.message);
  error.name = plain.name;
  return error;
}

/**
 * Has comlink carry `name`, `code` and `message` of a thrown error. Called once on each side.
 */
export function carryErrorCodes() {
  const original = transferHandlers.get("throw");
  if (!original) return;
  transferHandlers.set("throw", {
    canHandle: original.canHandle,
    serialize: (/** @type {{value: unknown}} */ thrown) => [toPlain(thrown.value), []],
    deserialize: (/** @type {PlainError} */ plain) => {
      throw fromPlain(plain);
    },
  });
}
