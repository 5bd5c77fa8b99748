// What takes longest, begun before the page is parsed and its style sheet is there: the CPU's first worker starts, and its
// package is compiled while it arrives. A script of its own for that, with the worker's code in it; main.js takes over what
// it began.
import { inAssets, knownPackages } from "./page/packages.js";
import { checkSupport } from "./page/support.js";
import { workerUrl } from "./page/worker-url.js";
import { compile } from "./pool/downloads.js";
import { startWorker } from "./pool/start-worker.js";

/**
 * @typedef {object} Begun
 * @property {string} script absolute URL of the package's glue, which the worker fetches
 * @property {string} wasm absolute URL of the package
 * @property {Promise<WebAssembly.Module>} module
 * @property {import("./pool/start-worker.js").Started} started
 */

export { workerUrl };

/** @type {Begun | null} */
let begun = begin();

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
    checkSupport();
    const { cpu } = knownPackages();
    if (!cpu) return null;
    const [script, wasm] = [inAssets(cpu.script), inAssets(cpu.wasm)];
    const started = startWorker(workerUrl(script));
    const module = compile(wasm);
    // Whoever takes it over hears of it too.
    module.catch(() => {});
    return { script, wasm, module, started };
  } catch {
    return null;
  }
}
