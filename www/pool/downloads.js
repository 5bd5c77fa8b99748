// Packages and weights, fetched and compiled once for all workers.
import { BROWSERS } from "../shared/browsers.js";
import { describe, RETRY, ThimbleError } from "../shared/errors.js";

const WEIGHTS = "The network's weights";

/** A phone on a slow line needs minutes for the WebGPU package. */
const LIMIT_MILLISECONDS = 180_000;

/** Compiled packages and weights by URL. One that failed is not kept: the next request tries anew. */
export class Downloads {
  /** @type {Map<string, Promise<any>>} */
  #known = new Map();
  /** @type {Map<string, Uint8Array>} */
  #trusted = new Map();

  /**
   * A compiled module can be sent to any number of workers, which then share its code.
   * @param {string} url
   * @returns {Promise<WebAssembly.Module>}
   */
  module(url) {
    return this.#once(url, compile);
  }

  /** @type {(url: string) => Promise<Uint8Array>} the whole file; the package checks that it is the right one */
  weights(url) {
    return this.#once(url, fetchWeights);
  }

  /**
   * Notes that a classifier has accepted these weights, so that others can be created with them.
   * @param {string} url
   * @param {Uint8Array} weights
   */
  trust(url, weights) {
    this.#trusted.set(url, weights);
  }

  /**
   * @param {string} url
   * @returns {Uint8Array | null} weights that a classifier has accepted; null where there are none yet
   */
  trusted(url) {
    return this.#trusted.get(url) ?? null;
  }

  /**
   * Takes over a package that is being compiled already.
   * @param {string} url
   * @param {Promise<WebAssembly.Module>} module
   */
  keep(url, module) {
    void this.#once(url, () => module);
  }

  /**
   * Drops what is large and not in use.
   * @param {string} url
   */
  forget(url) {
    this.#known.delete(url);
    this.#trusted.delete(url);
  }

  /**
   * @template T
   * @param {string} url
   * @param {(url: string) => Promise<T>} get
   * @returns {Promise<T>}
   */
  #once(url, get) {
    const known = this.#known.get(url);
    if (known) return known;
    const got = get(url);
    this.#known.set(url, got);
    got.catch(() => {
      if (this.#known.get(url) === got) this.#known.delete(url);
    });
    return got;
  }
}

/** @type {(url: string) => Promise<WebAssembly.Module>} */
export async function compile(url) {
  const response = await fetchFile(url, "The classifier", "package-fetch");
  try {
    // Compiled while it arrives, where the server calls it what it is.
    const isWasm = response.headers.get("content-type") === "application/wasm";
    return await (isWasm ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer()));
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) {
      throw new ThimbleError(
        "package-start",
        `The classifier's WebAssembly did not start (${describe(error)}). Reload the page; if that does not help, ` +
          `update the browser (${BROWSERS} or newer).`,
      );
    }
    // A connection that drops shows here too: as a TypeError or an AbortError.
    throw new ThimbleError("package-fetch", `The classifier's download broke off (${describe(error)}). ${RETRY}`);
  }
}

/** @type {(url: string) => Promise<Uint8Array>} */
async function fetchWeights(url) {
  const response = await fetchFile(url, WEIGHTS, "weights-fetch");
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new ThimbleError(
      "weights-fetch",
      `The download of the network's weights broke off (${describe(error)}). ${RETRY}`,
    );
  }
}

/**
 * @param {string} url
 * @param {string} what is fetched, as in “The classifier”
 * @param {string} code of the error
 * @returns {Promise<Response>} a response of status 200
 */
async function fetchFile(url, what, code) {
  const failed = (/** @type {string} */ why) =>
    new ThimbleError(code, `${what} could not be downloaded (${why}). ${RETRY}`);
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
