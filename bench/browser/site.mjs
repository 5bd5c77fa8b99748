// The folder that the bench serves: its page bundled, the networks in each engine's form, the test set, the loop.
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { pkg, root } from "../browser/harness.mjs";
import { layersOf } from "./model/layers.mjs";
import { onnxModel } from "./model/onnx.mjs";
import { readSafetensors } from "./model/safetensors.mjs";
import { multiplyAddModule } from "./multiply-add.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const page = join(here, "page");
const modules = join(here, "node_modules");
const ENGINES = ["thimble", "onnxruntime-wasm", "onnxruntime-webgpu", "tensorflow-wasm", "tensorflow-webgpu"];

/** With these headers a page may share memory between its workers, which the peers' threads need. */
export const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * @param {string} folder that is empty
 * @param {{thimble: string, networks: string[], pictures: Uint8Array}} inputs the command line's program, the
 *   networks' names and the test set
 * @returns {Promise<Record<string, string>>} folders to serve, by path prefix
 */
export async function makeSite(folder, { thimble, networks, pictures }) {
  await build({
    entryPoints: [join(page, "main.js"), join(page, "peak.js"), join(page, "cold.js"), ...ENGINES.map((name) => join(page, "engines", `${name}.js`))],
    outdir: folder,
    entryNames: "[name]",
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    // ONNX Runtime with its wasm files apart, which starts its threads from them and not from our worker.
    conditions: ["onnxruntime-web-use-extern-wasm"],
    // TensorFlow.js looks for these only in Node.
    external: ["fs", "path", "util", "worker_threads", "perf_hooks", "os", "crypto"],
    logLevel: "error",
  });
  for (const name of ["index.html", "cold.html"]) await cp(join(page, name), join(folder, name));
  await mkdir(join(folder, "networks"));
  for (const name of networks) {
    const file = join(folder, "networks", `${name}.safetensors`);
    await promisify(execFile)(thimble, ["export", "--network", name, "--out", file]);
    const weights = await readFile(file);
    await writeFile(join(folder, "networks", `${name}.onnx`), onnxModel(layersOf(readSafetensors(weights).tensors)));
  }
  await mkdir(join(folder, "data"));
  await writeFile(join(folder, "data", "pictures"), pictures);
  for (const kind of /** @type {const} */ (["relaxed", "simd128", "dot"])) {
    await writeFile(join(folder, `multiply-add-${kind}.wasm`), multiplyAddModule(kind));
  }
  return {
    "/pkg/": pkg,
    "/model/": join(root, "model"),
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
 * @returns {{script: string, settings: import("./page/host.js").Settings}}
 */
export function opening({ script, threads, backend, packages }, network, origin) {
  return {
    script: `${script}.js`,
    settings: {
      network,
      threads,
      backend,
      weights: `${origin}/networks/${network}.safetensors`,
      model: `${origin}/networks/${network}.onnx`,
      burnpack: `${origin}/model/${network}.bpk`,
      package: packages && `${origin}/pkg/${packages[0]}/`,
    },
  };
}
