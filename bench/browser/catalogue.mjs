// What is measured: data only.

/**
 * @typedef {object} Entry one engine in one of its settings
 * @property {string} engine its id in the results
 * @property {string} script of page/engines, without its ending
 * @property {boolean} [classic] whether its worker is a classic one, not a module
 * @property {number} workers that share a batch, each with an instance of its own
 * @property {number} threads that one instance uses inside
 * @property {string} [package] folder in pkg/, for the project's own
 * @property {string} [backend] of the wasm package
 * @property {string} [module] of the Rust peers, without its ending
 * @property {boolean} [relaxed] whether it needs relaxed SIMD
 * @property {boolean} [int8] whether it computes in int8: only its labels are compared
 * @property {boolean} [gpu] whether it needs a graphics adapter
 * @property {"rust" | "litert"} [needs] what has to be made for it first
 */

/** Networks by their id in the results, which is that of their files too. */
export const NETWORKS = ["paper", "thimble"];

/** Workers beside each other share batches from this size on. */
export const SHARED_FROM = 16;

/**
 * How much is measured: batch sizes; rounds in which the engines take turns, whose median each figure is; how often a
 * page is opened from nothing; inputs whose logits are compared first.
 */
export const FULL = { batches: [1, 16, 64, 256], rounds: 7, coldRounds: 5, compared: 256 };

/** The same for a look at whether all engines run, and agree. */
export const CHECK = { batches: [1, 16], rounds: 1, coldRounds: 1, compared: 16 };

/** Batch sizes that models of one batch size are made for: those measured, those compared, and the test set's last. */
export const MODEL_BATCHES = [1, 16, 64, 256];

/** How long an engine runs in each of its turns, milliseconds at least. */
export const TURN = 100;

/** How long everything rests between two turns, milliseconds: pools of threads spin for a while after their work. */
export const REST = 20;

/** Batch sizes for the whole test set, for engines on the processor and on graphics adapters. */
export const TEST_BATCH = { cpu: 64, gpu: 256 };

/** The test set is gone through this often where one time takes no longer than so many seconds, else once. */
export const TEST_REPEATED = { times: 3, below: 4 };

/** The greatest difference of any logit from the reference's for an engine to count. */
export const TOLERANCE = 1e-3;

/** The share of labels that have to be the reference's, of an engine that computes in int8. */
export const LABELS = 0.99;

/** What the others' logits are compared with: none of ours. */
export const REFERENCE = "onnxruntime-web-wasm";

/**
 * @param {number} cores
 * @returns {Entry[]}
 */
export function entries(cores) {
  const counts = cores > 1 ? [1, cores] : [1];
  const one = { workers: 1, threads: 1 };
  /** @type {Entry[]} */
  const ours = counts.flatMap((workers) => [
    {
      engine: "thimble",
      script: "thimble",
      package: "cpu-relaxed",
      relaxed: true,
      backend: "cpu",
      threads: 1,
      workers,
    },
    {
      engine: "thimble-int8",
      script: "thimble",
      package: "cpu-relaxed",
      relaxed: true,
      backend: "cpu-int8",
      int8: true,
      threads: 1,
      workers,
    },
  ]);
  /** @type {Entry[]} without relaxed SIMD */
  const plain = ours
    .filter(({ workers }) => workers === 1)
    .map((entry) => ({ ...entry, package: "cpu", relaxed: false }));
  const peer = (/** @type {Omit<Entry, "workers" | "threads">} */ entry) =>
    counts.map((threads) => ({ ...entry, workers: 1, threads }));
  const litert = { script: "litert", classic: true, relaxed: true, needs: /** @type {const} */ ("litert") };
  const rust = { script: "rust-peer", relaxed: true, needs: /** @type {const} */ ("rust"), ...one };
  return [
    ...ours,
    ...plain,
    ...peer({ engine: "litert.js-wasm", ...litert }),
    ...peer({ engine: "litert.js-wasm-int8", ...litert, int8: true }),
    ...peer({ engine: "onnxruntime-web-wasm", script: "onnxruntime-wasm" }),
    ...peer({ engine: "tensorflow.js-wasm", script: "tensorflow-wasm" }),
    { engine: "rten-wasm", module: "rten", ...rust },
    { engine: "tract-wasm", module: "tract", ...rust },
    { engine: "burn-flex", script: "thimble", package: "burn-flex", backend: "flex", ...one },
    { engine: "burn-ndarray", script: "thimble", package: "webgpu", backend: "ndarray", ...one },
    { engine: "burn-webgpu", script: "thimble", package: "webgpu", backend: "webgpu", gpu: true, ...one },
    { engine: "onnxruntime-web-webgpu", script: "onnxruntime-webgpu", gpu: true, ...one },
    { engine: "tensorflow.js-webgpu", script: "tensorflow-webgpu", gpu: true, ...one },
  ];
}
