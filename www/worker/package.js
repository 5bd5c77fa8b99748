// Fetching one wasm package and starting it.
import { BROWSERS } from "../shared/browsers.js";
import { ThimbleError } from "../shared/errors.js";
import { describe, fetchFile, RETRY } from "./fetch.js";

/** @typedef {typeof import("../../pkg/cpu/thimble.js")} ThimbleModule both packages have the same surface */

/**
 * @param {string} script URL of the glue
 * @param {string} wasm URL of the module
 * @returns {Promise<ThimbleModule>}
 */
export async function loadPackage(script, wasm) {
  // Asked for at once: neither download waits for the other.
  const response = fetchFile(wasm, "The classifier", "package-fetch");
  // Awaited below; without this an early failure would count as unhandled while the glue is still coming.
  response.catch(() => {});
  const glue = await importGlue(script);
  const found = await response;
  try {
    await glue.default({ module_or_path: found });
  } catch (error) {
    if (!isOfWebAssembly(error)) {
      throw new ThimbleError("package-fetch", `The classifier's download broke off (${describe(error)}). ${RETRY}`);
    }
    throw new ThimbleError("package-start", `The classifier's WebAssembly did not start (${describe(error)}). ${UPDATE}`);
  }
  return glue;
}

/**
 * It is compiled while it arrives, so a connection that drops shows there too: as a TypeError or an AbortError.
 * @param {unknown} error
 */
function isOfWebAssembly(error) {
  const { CompileError, LinkError, RuntimeError } = WebAssembly;
  return error instanceof CompileError || error instanceof LinkError || error instanceof RuntimeError;
}

const UPDATE = `Reload the page; if that does not help, update the browser (${BROWSERS}).`;

/**
 * @param {string} url
 * @returns {Promise<ThimbleModule>}
 */
async function importGlue(url) {
  try {
    return await import(url);
  } catch (error) {
    throw new ThimbleError("package-fetch", `The classifier's program could not be loaded (${describe(error)}). ${RETRY}`);
  }
}
