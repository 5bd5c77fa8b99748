// LiteRT.js on the CPU, which is XNNPACK. As its documentation advises: its build with relaxed SIMD, with threads only
// where there are several, the input's tensor used again, results deleted. A model holds for one batch size.
// This worker is a classic one: LiteRT.js loads its wasm by `importScripts`.
import { loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";
import { host, INPUT_VALUES, toFloats } from "../host.js";

host(async ({ tflite, threads }) => {
  const folder = new URL("litert/", location.href).href;
  // Its threads start from its own script and not from this worker's.
  let isByXnnpack = false;
  const settings = {
    mainScriptUrlOrBlob: `${folder}litert_wasm_threaded_internal.js`,
    locateFile: (/** @type {string} */ name) => folder + name,
    // Its log, of which only what went wrong is passed on.
    printErr(/** @type {string} */ text) {
      isByXnnpack ||= text.includes("Created TensorFlow Lite XNNPACK delegate");
      if (!/^(INFO|WARNING)/.test(text)) console.error(text);
    },
  };
  Object.assign(globalThis, { Module: settings });
  await loadLiteRt(folder, { threads: threads > 1 });
  return {
    facts: {},
    async call(count) {
      const options = { accelerator: "wasm", cpuOptions: { numThreads: threads } };
      const model = await loadAndCompile(`${tflite}-${count}.tflite`, options);
      if (!isByXnnpack) throw new Error("LiteRT.js runs without XNNPACK");
      const values = new Float32Array(count * INPUT_VALUES);
      /** @type {any} */
      let input;
      return {
        fill(inputs) {
          toFloats(inputs, values);
          input?.delete();
          input = new Tensor(values, [count, 28, 28, 1]);
        },
        async run() {
          const [logits] = await model.run(input);
          const found = logits.toTypedArray();
          logits.delete();
          return found;
        },
      };
    },
  };
});
