// Fetching the weights of a network that has none in the packages.
import { ThimbleError } from "../shared/errors.js";
import { describe, fetchFile, RETRY } from "./fetch.js";

const WHAT = "The network's weights";

/**
 * @param {string} url
 * @returns {Promise<Uint8Array>} the whole file; the package checks that it is the right one
 */
export async function fetchWeights(url) {
  const response = await fetchFile(url, WHAT, "weights-fetch");
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new ThimbleError("weights-fetch", `${WHAT} broke off on their way (${describe(error)}). ${RETRY}`);
  }
}
