// Having a worker start its classifier from what all workers share.
import { asThimbleError } from "../shared/errors.js";

/** @typedef {import("./client.js").Client} Client */
/** @typedef {import("./downloads.js").Downloads} Downloads */
/** @typedef {import("../shared/types.js").Loaded} Loaded */

/** Creating a classifier from a compiled package, on a slow phone with WebGPU's shaders. */
const LIMIT = 120_000;

/**
 * @typedef {object} Files what a classifier is made of; absolute URLs
 * @property {string} script of the package
 * @property {string} wasm of the package
 * @property {import("../shared/types.js").Backend} backend
 * @property {string} [network] the package's default one where left out
 * @property {string | null} weights null where embedded
 */

/**
 * @param {Client} client of a worker, which starts meanwhile
 * @param {Downloads} downloads
 * @param {Files} files
 * @returns {Promise<Loaded>}
 */
export async function loadClassifier(client, downloads, { script, wasm, backend, network, weights }) {
  const [module, bytes] = await Promise.all([downloads.module(wasm), weights ? downloads.weights(weights) : null]);
  try {
    return await client.call((service) => service.load({ script, module, backend, network, weights: bytes }), LIMIT);
  } catch (error) {
    // What came was not what it should be: it is fetched anew when it is asked for again.
    const { code } = asThimbleError(error);
    if (code === "weights" && weights) downloads.forget(weights);
    if (code === "package-start") downloads.forget(wasm);
    throw error;
  }
}
