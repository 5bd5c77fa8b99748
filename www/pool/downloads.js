// Packages and weights, fetched and compiled once for all workers.
import { BROWSERS } from "../shared/browsers.js";
import { describe, RETRY, ThimbleError } from "../shared/errors.js";

const WEIGHTS = "The network's weights";

/** A phone on a slow line needs minutes for the WebGPU package. */
const LIMIT_MILLISECONDS = 180_000;

/** How much of a file has come. Sends `change`. */
export class Received extends EventTarget {
  /** Bytes of the file itself, without compression. */
  bytes = 0;
  /** Whether the server sends it compressed. */
  isCompressed = false;

  /** @param {number} bytes that have come since */
  add(bytes) {
    this.bytes += bytes;
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * Compiled packages and weights by URL. One that failed is not kept: the next request tries anew. Sends `change` when more
 * of a file has come.
 */
export class Downloads extends EventTarget {
  /** @type {Map<string, Promise<any>>} */
  #known = new Map();
  /** @type {Map<string, Received>} of files that are still coming */
  #coming = new Map();
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
   * @param {Received} received of it so far
   */
  keep(url, module, received) {
    void this.#once(url, () => module, received);
  }

  /**
   * @param {string} url
   * @returns {Received | null} how much has come of a file; null where it is not on its way
   */
  received(url) {
    return this.#coming.get(url) ?? null;
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
   * @param {(url: string, received: Received) => Promise<T>} get
   * @param {Received} received
   * @returns {Promise<T>}
   */
  #once(url, get, received = new Received()) {
    const known = this.#known.get(url);
    if (known) return known;
    this.#coming.set(url, received);
    received.addEventListener("change", () => this.dispatchEvent(new Event("change")));
    const got = get(url, received);
    this.#known.set(url, got);
    const end = () => void this.#coming.delete(url);
    got.then(end, () => {
      end();
      if (this.#known.get(url) === got) this.#known.delete(url);
    });
    return got;
  }
}

/** @type {(url: string, received: Received) => Promise<WebAssembly.Module>} */
export async function compile(url, received) {
  const response = await fetchFile(url, "The classifier", "package-fetch");
  try {
    // The response itself goes to the compiler, which can then keep the compiled code with the file.
    void count(response.clone(), received).catch(() => {});
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

/** @type {(url: string, received: Received) => Promise<Uint8Array>} */
async function fetchWeights(url, received) {
  const response = await fetchFile(url, WEIGHTS, "weights-fetch");
  try {
    void count(response.clone(), received).catch(() => {});
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new ThimbleError(
      "weights-fetch",
      `The download of the network's weights broke off (${describe(error)}). ${RETRY}`,
    );
  }
}

/** @type {(response: Response, received: Received) => Promise<void>} reads it to its end, and counts */
async function count({ body, headers }, received) {
  received.isCompressed = headers.has("content-encoding");
  const reader = body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
    received.add(part.value.length);
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
