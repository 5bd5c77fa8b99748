// The folders that the bench serves: its page bundled, the test set, the loops, the models, the packages.
import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { pkg, root } from "./project.mjs";
import { multiplyAddModule } from "./multiply-add.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const page = join(here, "page");
const modules = join(here, "..", "node_modules");
const ENGINES = [
  "thimble",
  "onnxruntime-wasm",
  "onnxruntime-webgpu",
  "tensorflow-wasm",
  "tensorflow-webgpu",
  "rust-peer",
];
/** Those whose worker is no module. */
const CLASSIC = ["litert"];

/** With these headers a page may share memory between its workers, which the peers' threads need. */
export const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * @param {string} folder that is empty
 * @param {{models: string, peers: string | null, inputs: Uint8Array}} given the folders of the networks' files and of the
 *   Rust peers, and the test set
 * @returns {Promise<Record<string, string>>} folders to serve, by path prefix
 */
export async function makeSite(folder, { models, peers, inputs }) {
  const engines = (/** @type {string[]} */ names) => names.map((name) => join(page, "engines", `${name}.js`));
  /** @type {import("esbuild").BuildOptions} */
  const options = {
    outdir: folder,
    entryNames: "[name]",
    bundle: true,
    minify: true,
    target: "es2022",
    // ONNX Runtime with its wasm files apart, which starts its threads from them and not from our worker.
    conditions: ["onnxruntime-web-use-extern-wasm"],
    // TensorFlow.js looks for these only in Node.
    external: ["fs", "path", "util", "worker_threads", "perf_hooks", "os", "crypto"],
    logLevel: "error",
  };
  await build({
    ...options,
    format: "esm",
    entryPoints: [join(page, "main.js"), join(page, "peak.js"), join(page, "cold.js"), ...engines(ENGINES)],
  });
  await build({ ...options, format: "iife", entryPoints: engines(CLASSIC) });
  for (const name of ["index.html", "cold.html"]) await cp(join(page, name), join(folder, name));
  await mkdir(join(folder, "data"));
  await writeFile(join(folder, "data", "inputs"), inputs);
  for (const kind of /** @type {const} */ (["relaxed", "simd128", "dot"])) {
    await writeFile(join(folder, `multiply-add-${kind}.wasm`), multiplyAddModule(kind));
  }
  return {
    "/pkg/": pkg,
    "/model/": join(root, "model"),
    "/networks/": models,
    ...(peers ? { "/peers/": peers } : {}),
    "/litert/": join(modules, "@litertjs", "core", "wasm"),
    "/onnxruntime/": join(modules, "onnxruntime-web", "dist"),
    "/tensorflow/": join(modules, "@tensorflow", "tfjs-backend-wasm", "dist"),
    "/": folder,
  };
}

/**
 * What an engine is opened with.
 * @param {import("./catalogue.mjs").Entry} entry
 * @param {string} network
 * @param {string} origin of the server
 * @returns {{script: string, type: WorkerType, settings: import("./page/host.js").Settings}}
 */
export function opening({ script, classic, threads, backend, package: folder, module, int8 }, network, origin) {
  return {
    script: `${script}.js`,
    type: classic ? "classic" : "module",
    settings: {
      network,
      threads,
      backend,
      weights: `${origin}/networks/${network}.safetensors`,
      model: `${origin}/networks/${network}.onnx`,
      burnpack: `${origin}/model/${network}.bpk`,
      tflite: `${origin}/networks/${network}${int8 ? "-int8" : ""}`,
      package: folder && `${origin}/pkg/${folder}/`,
      module: module && `${origin}/peers/${module}.wasm`,
    },
  };
}
