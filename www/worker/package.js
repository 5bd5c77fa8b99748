// Starting one wasm package, which the owner of this worker has compiled.
import { BROWSERS } from "../shared/browsers.js";
import { ThimbleError } from "../shared/errors.js";
import { describe, RETRY } from "../shared/fetch.js";

/** @typedef {typeof import("../../pkg/cpu/thimble.js")} ThimbleModule both packages have the same surface */

/**
 * @param {string} script URL of the glue
 * @param {WebAssembly.Module} module
 * @returns {Promise<ThimbleModule>}
 */
export async function startPackage(script, module) {
  const glue = await importGlue(script);
  try {
    await glue.default({ module_or_path: module });
  } catch (error) {
    throw new ThimbleError(
      "package-start",
      `The classifier's WebAssembly did not start (${describe(error)}). Reload the page; if that does not help, ` +
        `update the browser (${BROWSERS}).`,
    );
  }
  return glue;
}

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
