// What takes longest, begun before the page is parsed and its style sheet is there: the CPU's first worker starts, and
// its package is compiled while it arrives. A script of its own, with the worker's code in it; main.js takes over what
// it began.
import { inAssets, knownPackages } from "./page/packages.js";
import { missingFeature } from "./page/support.js";
import { compile, Received } from "./pool/downloads.js";
import { startWorker } from "./pool/worker-client.js";

/** @import { StartedWorker } from "./pool/worker-client.js" */

/**
 * @typedef {object} Begun
 * @property {string} script absolute URL of the package's glue, which the worker fetches
 * @property {string} wasm absolute URL of the package
 * @property {Promise<WebAssembly.Module>} module
 * @property {Received} received of the package so far
 * @property {StartedWorker} started
 */

/** @type {Map<string, string>} blob URLs by package script; never revoked, for there are two */
const workerUrls = new Map();

/** @type {Begun | null} */
let begun = begin();

/**
 * A worker of an http address has only the policy that the server sends with its file, and a static server sends none.
 * One of a blob address has the policy of the page that made it, so that it too can reach no other origin. The blob
 * holds all its code: a worker would ask for an import only when it runs.
 * @param {string} script of the package that this worker will surely want, to come while it starts; or ""
 * @returns {string} what a worker of the page is started from
 */
export function workerUrl(script) {
  const known = workerUrls.get(script);
  if (known) return known;
  // Where it does not come, starting the package says why.
  const early = script ? `import(${JSON.stringify(script)}).catch(() => {});\n` : "";
  const url = URL.createObjectURL(new Blob([early, WORKER_CODE], { type: "text/javascript" }));
  workerUrls.set(script, url);
  return url;
}

/**
 * Hands over what was begun, once.
 * @returns {Begun | null} null where nothing could be begun: main.js tries it anew, and tells what is wrong
 */
export function takeBegun() {
  const taken = begun;
  begun = null;
  return taken;
}

/** @returns {Begun | null} */
function begin() {
  try {
    if (missingFeature()) return null;
    const { cpu } = knownPackages();
    if (!cpu) return null;
    const [script, wasm] = [inAssets(cpu.script), inAssets(cpu.wasm)];
    const started = startWorker(workerUrl(script));
    const received = new Received();
    const module = compile(wasm, received);
    // Whoever takes it over is told as well.
    module.catch(() => {});
    return { script, wasm, module, received, started };
  } catch {
    return null;
  }
}
