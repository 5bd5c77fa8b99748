// Which wasm packages and networks this site has. bundle.mjs writes the list twice: into index.html, so that nothing has
// to be fetched before the first package, and as packages.json, for what changes while the page is open.
import { byId } from "./dom.js";
import { pageError } from "./page-error.js";
import { hasRelaxedSimd } from "./support.js";
import { words } from "../language/language.js";

/** @import { Packages } from "../shared/types.js" */

/** How often the page looks for a package that is still being built, milliseconds. */
const POLL_MILLISECONDS = 5000;

/**
 * @returns {Packages} as they were when this page was made, for this browser
 */
export function knownPackages() {
  return ofThisBrowser(JSON.parse(byId("packages", HTMLScriptElement).textContent ?? ""));
}

/**
 * @returns {Promise<Packages>} as they are now, for this browser
 */
export async function readPackages() {
  const url = inAssets("packages.json");
  let response;
  try {
    response = await fetch(url, { cache: "no-cache" });
  } catch {
    throw pageError("package-fetch", () => words.backends.listFailed);
  }
  if (!response.ok) {
    throw pageError("package-fetch", () => words.backends.listStatus(response.status));
  }
  return ofThisBrowser(await response.json());
}

/**
 * @param {Packages} packages
 * @returns {Packages} with the CPU's package that uses relaxed SIMD where the browser has it; preload.js chooses in the
 *   same way
 */
function ofThisBrowser({ "cpu-relaxed": relaxed, ...packages }) {
  return relaxed && hasRelaxedSimd() ? { ...packages, cpu: relaxed } : packages;
}

/**
 * Asks again and again, only while `pending` names the package.
 * @param {"webgpu"} name
 * @param {Packages} first
 * @param {(packages: Packages) => void} onEnd called once, when the package is there or nobody builds it any more
 * @returns {() => void} stops asking
 */
export function waitForPackage(name, first, onEnd) {
  const isPending = (/** @type {Packages} */ packages) => !packages[name] && packages.pending.includes(name);
  let stopped = !isPending(first);
  const ask = async () => {
    // A server that restarts between two polls is no reason to stop asking.
    const packages = await readPackages().catch(() => first);
    if (stopped) return;
    if (isPending(packages)) setTimeout(ask, POLL_MILLISECONDS);
    else onEnd(packages);
  };
  if (!stopped) setTimeout(ask, POLL_MILLISECONDS);
  return () => {
    stopped = true;
  };
}

/**
 * @param {string} file relative to packages.json
 * @returns {string} absolute URL
 */
export function inAssets(file) {
  return new URL(file, new URL("assets/", document.baseURI)).href;
}
