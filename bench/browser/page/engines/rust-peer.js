// rten and tract, as bench/peers exports them: functions over wasm's memory. A network is prepared for each batch size.
import { host, INPUT_VALUES, toFloats } from "../host.js";

/**
 * @typedef {object} Exports
 * @property {WebAssembly.Memory} memory
 * @property {(bytes: number) => number} reserve
 * @property {(model: number, bytes: number, batch: number) => number} open
 * @property {(network: number) => number} inputs
 * @property {(network: number) => number} run
 * @property {() => number} error_text
 * @property {() => number} error_bytes
 */

host(async ({ module, model }) => {
  const [compiled, bytes] = await Promise.all([WebAssembly.compileStreaming(fetch(module ?? "")), bytesOf(model)]);
  const instance = await WebAssembly.instantiate(compiled, stubs(compiled));
  const peer = /** @type {Exports} */ (/** @type {unknown} */ (instance.exports));
  return { facts: {}, call: async (count) => call(peer, bytes, count) };
});

/**
 * @param {Exports} peer
 * @param {Uint8Array} model
 * @param {number} count of inputs
 * @returns {import("../host.js").Call}
 */
function call(peer, model, count) {
  const address = peer.reserve(model.length);
  new Uint8Array(peer.memory.buffer, address, model.length).set(model);
  const network = peer.open(address, model.length, count) || fail(peer);
  return {
    // The memory may have grown, and its buffer be another one, since the last call.
    fill: (inputs) =>
      toFloats(inputs, new Float32Array(peer.memory.buffer, peer.inputs(network), count * INPUT_VALUES)),
    run() {
      const logits = peer.run(network) || fail(peer);
      return new Float32Array(peer.memory.buffer, logits, count * 10);
    },
  };
}

/**
 * @param {Exports} peer
 * @returns {never}
 */
function fail(peer) {
  throw new Error(new TextDecoder().decode(new Uint8Array(peer.memory.buffer, peer.error_text(), peer.error_bytes())));
}

/**
 * What the module imports: the sources of random numbers and of threads, which no network here asks for.
 * @param {WebAssembly.Module} module
 * @returns {WebAssembly.Imports}
 */
function stubs(module) {
  /** @type {Record<string, Record<string, () => never>>} */
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => {
      throw new Error(`the module calls ${from}.${name}, which is not here`);
    };
  }
  return imports;
}

/** @param {string} url */
async function bytesOf(url) {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}
