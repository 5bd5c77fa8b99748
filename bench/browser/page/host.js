// What runs in every worker: one engine with one network, timed on inputs of the test set.
import * as Comlink from "comlink";

/** Grey values of an input. */
export const INPUT_VALUES = 784;

/**
 * @typedef {object} Settings of an engine, from catalogue.mjs, with what the driver adds to them
 * @property {number} threads that the engine may use inside
 * @property {string} network
 * @property {string} weights address of the network's weights, as `thimble-train export` wrote them
 * @property {string} model address of the network as an ONNX model
 * @property {string} tflite address of its LiteRT models, up to their batch sizes
 * @property {string} [backend] for the engines that have several
 * @property {string} [package] address of the wasm package's folder
 * @property {string} [burnpack] address of the weights as the package wants them
 * @property {string} [module] address of a Rust peer's wasm module
 */

/**
 * @typedef {object} Call one call of an engine, for a number of inputs, made once and used again
 * @property {(inputs: Uint8Array) => void} fill takes other inputs
 * @property {() => Float32Array | Promise<Float32Array>} run logits of the inputs, ten of each; they may be
 *   overwritten by the next run
 */

/**
 * @typedef {object} Engine
 * @property {Record<string, unknown>} facts such as versions
 * @property {(count: number) => Promise<Call>} call for `count` inputs
 */

/**
 * Makes this worker a host.
 * @param {(settings: Settings) => Promise<Engine>} open
 */
export function host(open) {
  Comlink.expose(new Host(open));
}

/** What the page calls. */
export class Host {
  /** @type {Engine | undefined} */
  #engine;
  /** @type {Map<number, Call>} */
  #calls = new Map();
  #open;

  /** @param {(settings: Settings) => Promise<Engine>} open */
  constructor(open) {
    this.#open = open;
  }

  /**
   * @param {Settings} settings
   * @returns {Promise<Record<string, unknown>>} the engine's facts
   */
  async open(settings) {
    this.#engine = await this.#open(settings);
    return this.#engine.facts;
  }

  /**
   * @param {Uint8Array} inputs 784 bytes each
   * @returns {Promise<Float32Array>} ten logits of each
   */
  async logits(inputs) {
    const call = await this.#call(inputs.length / INPUT_VALUES);
    call.fill(inputs);
    const logits = (await call.run()).slice();
    return Comlink.transfer(logits, [logits.buffer]);
  }

  /**
   * Calls the engine again and again with the same inputs, as one who waits for each result would.
   * @param {Uint8Array} inputs
   * @param {number} span milliseconds at least
   * @returns {Promise<number>} microseconds an input
   */
  async time(inputs, span) {
    const count = inputs.length / INPUT_VALUES;
    const call = await this.#call(count);
    call.fill(inputs);
    const started = performance.now();
    let calls = 0;
    do {
      await call.run();
      calls += 1;
    } while (performance.now() - started < span);
    return ((performance.now() - started) * 1000) / (calls * count);
  }

  /** @param {number} count of inputs */
  async #call(count) {
    if (!this.#engine) throw new Error("the engine was not opened");
    const call = this.#calls.get(count) ?? (await this.#engine.call(count));
    this.#calls.set(count, call);
    return call;
  }
}

/**
 * @param {Uint8Array} inputs
 * @param {Float32Array} values takes them, 0 to 1
 */
export function toFloats(inputs, values) {
  for (let index = 0; index < inputs.length; index += 1) values[index] = (inputs[index] ?? 0) / 255;
}
