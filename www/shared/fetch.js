// One way to fetch: every failure is an error with a code, and names what was to come.
import { ThimbleError } from "./errors.js";

/** What a visitor does about a failed download. */
export const RETRY = "Check the connection, then try again or reload the page.";

/** A phone on a slow line needs minutes for the WebGPU package. */
const LIMIT_MILLISECONDS = 180_000;

/**
 * @param {string} url
 * @param {string} what is fetched, as in “The classifier”
 * @param {string} code of the error
 * @returns {Promise<Response>} a response of status 200
 */
export async function fetchFile(url, what, code) {
  const failed = (/** @type {string} */ why) => new ThimbleError(code, `${what} could not be downloaded (${why}). ${RETRY}`);
  let response;
  try {
    // Browsers from before AbortSignal.timeout have limits of their own.
    response = await fetch(url, { signal: AbortSignal.timeout?.(LIMIT_MILLISECONDS) });
  } catch (error) {
    throw failed(describe(error));
  }
  if (!response.ok) throw failed(`the server answered ${response.status}, not 200`);
  return response;
}

/**
 * @param {unknown} error
 * @returns {string}
 */
export function describe(error) {
  return error instanceof Error ? error.message : String(error);
}
