// The three backends by name: which package each is in, and what people call it.

/** @typedef {import("../shared/types.js").Backend} Backend */
/** @typedef {Backend | "automatic"} Choice */

/** @type {Record<Backend, {title: string, package: "cpu" | "webgpu"}>} */
export const BACKENDS = {
  webgpu: { title: "WebGPU (burn)", package: "webgpu" },
  cpu: { title: "CPU", package: "cpu" },
  ndarray: { title: "ndarray (burn)", package: "webgpu" },
};

/**
 * Always there, loaded first, and what answers when another fails.
 * @type {Backend}
 */
export const FALLBACK = "cpu";
