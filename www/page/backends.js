// The backends by name: which package each is in, and what people call it.

/** @typedef {import("../shared/types.js").Backend} Backend */
/** @typedef {Backend | "automatic"} Choice */

/**
 * @typedef {object} Traits
 * @property {string} title
 * @property {"cpu" | "webgpu"} package
 * @property {number} tolerance largest difference of a logit from the CPU's at which it still counts as computing the same network
 */

/** @type {Record<Backend, Traits>} */
export const BACKENDS = {
  webgpu: { title: "WebGPU (burn)", package: "webgpu", tolerance: 1e-2 },
  cpu: { title: "CPU", package: "cpu", tolerance: 1e-2 },
  // Rounding changes a logit by some tenths at most, another network's or a wrong sum by whole ones.
  "cpu-int8": { title: "CPU, 8-bit integers", package: "cpu", tolerance: 0.5 },
  ndarray: { title: "ndarray (burn)", package: "webgpu", tolerance: 1e-2 },
};

/**
 * Always there, loaded first, and what answers when another fails.
 * @type {Backend}
 */
export const FALLBACK = "cpu";
