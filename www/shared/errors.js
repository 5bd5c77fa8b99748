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

/** @typedef {{name: string, code: string, message: string}} PlainError code: empty where the error had none */

/** @type {(error: unknown) => PlainError} */
export function toPlain(error) {
  if (!(error instanceof Error)) return { name: "Error", code: "", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return { name: error.name, code, message: error.message };
}

/**
 * Gives an error without a code, which nobody foresaw, a code and a sentence for the visitor.
 * @param {PlainError} plain
 * @returns {ThimbleError}
 */
export function fromPlain({ name, code, message }) {
  if (code) return new ThimbleError(code, message);
  // A trap of the wasm, which is how a Rust panic ends.
  if (name === "RuntimeError") return new ThimbleError("panic", `The classifier stopped with “${message}”.`);
  const found = [name, message].filter(Boolean).join(": ");
  return new ThimbleError(
    "unexpected",
    `Something unexpected went wrong (${found}). Try again. If that does not help, reload the page.`,
  );
}

/** @type {(error: unknown) => ThimbleError} with a code and a sentence, whatever was thrown */
export function asThimbleError(error) {
  return error instanceof ThimbleError ? error : fromPlain(toPlain(error));
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

/** What a visitor does about a failed download. */
export const RETRY = "Check the connection, then try again or reload the page.";

/** @type {(error: unknown) => string} for a sentence's brackets */
export function describe(error) {
  return error instanceof Error ? error.message : String(error);
}
