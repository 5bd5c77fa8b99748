// ONNX Runtime Web. As its documentation advises: all graph optimizations, a session for one batch size (so that
// memory is planned ahead), the input's tensor made once. An output's tensor handed in as well stays as it was in the
// build for wasm, so it makes a new one.
import { host, INPUT_VALUES, toFloats } from "../host.js";

/** @typedef {any} Ort the library, in one of its builds */

/**
 * Makes this worker a host of it.
 * @param {Ort} ort
 * @param {"wasm" | "webgpu"} provider
 * @param {string} build the name of its wasm files
 */
export function hostOnnxRuntime(ort, provider, build) {
  const file = (/** @type {string} */ name) => new URL(`onnxruntime/${name}`, location.href).href;
  ort.env.wasm.wasmPaths = { mjs: file(`${build}.mjs`), wasm: file(`${build}.wasm`) };
  host((settings) => open(ort, settings, provider));
}

/**
 * @param {Ort} ort
 * @param {import("../host.js").Settings} settings
 * @param {"wasm" | "webgpu"} provider
 * @returns {Promise<import("../host.js").Engine>}
 */
async function open(ort, { model, threads }, provider) {
  ort.env.wasm.numThreads = threads;
  const bytes = new Uint8Array(await (await fetch(model)).arrayBuffer());
  return {
    facts: { version: ort.env.versions.web },
    async call(count) {
      const session = await ort.InferenceSession.create(bytes, {
        executionProviders: [provider],
        graphOptimizationLevel: "all",
        freeDimensionOverrides: { batch: count },
        enableCpuMemArena: true,
        enableMemPattern: true,
        executionMode: "sequential",
      });
      const values = new Float32Array(count * INPUT_VALUES);
      const feeds = { inputs: new ort.Tensor("float32", values, [count, 1, 28, 28]) };
      return {
        fill: (inputs) => toFloats(inputs, values),
        async run() {
          const { logits } = await session.run(feeds);
          return logits.data;
        },
      };
    },
  };
}
