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
 * @property {(name: string) => string | null} weightsOf the address of that network's weights; null where embedded
 * @property {boolean} late whether it answers photos without them
 */

/**
 * @typedef {object} Ready
 * @property {Loaded} loaded
 * @property {() => Promise<void>} equip gives the worker its network's weights, where it has none yet: fetched first, with
 *   the worker free for something else, and then handed over. What failed is tried anew when it is asked for again.
 */

/**
 * @param {Client} client of a worker, which starts meanwhile
 * @param {Downloads} downloads
 * @param {Files} files
 * @returns {Promise<Ready>}
 */
export async function loadClassifier(client, downloads, { script, wasm, backend, network, weightsOf, late }) {
  const url = network ? weightsOf(network) : null;
  const [module, early] = await Promise.all([downloads.module(wasm), url && !late ? downloads.weights(url) : null]);
  const weights = early ?? (url ? downloads.trusted(url) : null);
  try {
    const loaded = await client.call((service) => service.load({ script, module, backend, network, weights }), LIMIT);
    return { loaded, equip: equipper(client, downloads, weights ? null : weightsOf(loaded.info.network.name)) };
  } catch (error) {
    // What came was not what it should be: it is fetched anew when it is asked for again.
    const { code } = asThimbleError(error);
    if (code === "weights" && url) downloads.forget(url);
    if (code === "package-start") downloads.forget(wasm);
    throw error;
  }
}

/**
 * @param {Client} client
 * @param {Downloads} downloads
 * @param {string | null} url of the weights; null where the worker has them
 * @returns {Ready["equip"]}
 */
function equipper(client, downloads, url) {
  /** @type {Promise<void> | undefined} */
  let equipped;
  const equip = async () => {
    if (!url) return;
    const weights = await downloads.weights(url);
    try {
      await client.call((service) => service.addWeights(weights), LIMIT);
      downloads.trust(url, weights);
    } catch (error) {
      if (asThimbleError(error).code === "weights") downloads.forget(url);
      throw error;
    }
  };
  return () => {
    equipped ??= equip().catch((error) => {
      equipped = undefined;
      throw error;
    });
    return equipped;
  };
}
