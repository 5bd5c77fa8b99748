// What is measured: data only.

/**
 * @typedef {object} Entry one engine in one of its settings
 * @property {string} engine the name in docs/bench.json
 * @property {string} script of page/engines, without its ending
 * @property {number} workers that share a batch, each with an instance of its own
 * @property {number} threads that one instance uses inside
 * @property {string[]} [packages] folders in pkg/, the first that is there and runs in this browser
 * @property {string} [backend] of the wasm package
 * @property {boolean} [rounds] whether it computes with numbers so coarse that only its labels are compared
 * @property {boolean} [gpu] whether it wants a graphics adapter
 */

/** Networks by the name in docs/bench.json, which is that of their files too. */
export const NETWORKS = ["paper", "thimble"];

/** Workers beside each other share batches from this size on. */
export const SHARED_FROM = 16;

/**
 * How much is measured: pictures at once; rounds in which the engines take turns, whose median each figure is; how
 * often a page is opened from nothing; pictures whose logits are compared first.
 */
export const FULL = { batches: [1, 16, 64, 256], rounds: 7, coldRounds: 5, compared: 256 };

/** The same for a look at whether all engines run, and agree. */
export const CHECK = { batches: [1, 16], rounds: 1, coldRounds: 1, compared: 16 };

/** How long an engine runs in each of its turns, milliseconds at least. */
export const TURN = 100;

/** How long everything rests between two turns, milliseconds: pools of threads spin for a while after their work. */
export const REST = 20;

/** Pictures at once over the whole test set, for engines on the processor and on graphics adapters. */
export const TEST_BATCH = { cpu: 64, gpu: 256 };

/** The test set is gone through this often where one time takes no longer than so many seconds, else once. */
export const TEST_REPEATED = { times: 3, below: 4 };

/** The greatest difference of any logit from the reference's for an engine to count. */
export const TOLERANCE = 1e-3;

/** The share of labels that have to be the reference's, of an engine that rounds. */
export const LABELS = 0.99;

/** What the others' logits are compared with: none of ours. */
export const REFERENCE = "onnxruntime-web-wasm";

/** Packages whose code needs relaxed SIMD. */
export const RELAXED = ["cpu-relaxed"];

/**
 * @param {number} cores
 * @returns {Entry[]}
 */
export function entries(cores) {
  const thimble = { engine: "thimble", script: "thimble", packages: ["cpu-relaxed", "cpu"], backend: "cpu", threads: 1 };
  const burn = { script: "thimble", workers: 1, threads: 1 };
  const peer = (/** @type {string} */ engine, /** @type {string} */ script) => {
    const one = { engine, script, workers: 1, threads: 1 };
    return cores > 1 ? [one, { ...one, threads: cores }] : [one];
  };
  return [
    ...[1, cores].filter((workers, index) => index === 0 || workers > 1).flatMap((workers) => [
      { ...thimble, workers },
      { ...thimble, engine: "thimble-int8", backend: "cpu-int8", rounds: true, workers },
    ]),
    ...peer("onnxruntime-web-wasm", "onnxruntime-wasm"),
    ...peer("tensorflow.js-wasm", "tensorflow-wasm"),
    { ...burn, engine: "burn-flex", packages: ["burn-flex"], backend: "flex" },
    { ...burn, engine: "burn-ndarray", packages: ["webgpu"], backend: "ndarray" },
    { ...burn, engine: "burn-webgpu", packages: ["webgpu"], backend: "webgpu", gpu: true },
    { engine: "onnxruntime-web-webgpu", script: "onnxruntime-webgpu", workers: 1, threads: 1, gpu: true },
    { engine: "tensorflow.js-webgpu", script: "tensorflow-webgpu", workers: 1, threads: 1, gpu: true },
  ];
}
