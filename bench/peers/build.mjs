// Builds the Rust peers: for the browser to wasm, and natively. Cargo says what is fresh.
import { execFile } from "node:child_process";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cache } from "../python.mjs";

const run = promisify(execFile);
const workspace = fileURLToPath(new URL(".", import.meta.url));
const target = join(cache, "peers");

/**
 * What is compiled for the browser, each once for every browser and once with relaxed SIMD.
 * @type {Record<string, string>}
 */
const FEATURES = { simd128: "+simd128", relaxed: "+simd128,+relaxed-simd" };

/**
 * @param {(text: string) => void} say
 * @returns {Promise<string>} a folder with NAME-FEATURES.wasm: rten and tract, `simd128` and `relaxed`
 */
export async function buildWasmPeers(say) {
  const folder = join(target, "wasm");
  await mkdir(folder, { recursive: true });
  for (const [name, features] of Object.entries(FEATURES)) {
    say(`Rust peers for wasm, ${name}: building`);
    // Of each feature set its own folder, since cargo would build everything anew with every change of flags.
    const built = join(target, name);
    await cargo(["--target", "wasm32-unknown-unknown", "--package", "rten-peer", "--package", "tract-peer"], built, {
      RUSTFLAGS: `-C target-feature=${features}`,
    });
    for (const peer of ["rten", "tract"]) {
      await copyFile(
        join(built, "wasm32-unknown-unknown/release", `${peer}_peer.wasm`),
        join(folder, `${peer}-${name}.wasm`),
      );
    }
  }
  return folder;
}

/**
 * @param {(text: string) => void} say
 * @returns {Promise<string>} the native program's path
 */
export async function buildNativePeers(say) {
  say("Rust peers, native: building");
  const built = join(target, "native");
  await cargo(["--package", "native-peers"], built, {});
  return join(built, "release", "native-peers");
}

/**
 * @param {string[]} given
 * @param {string} folder
 * @param {Record<string, string>} environment
 */
async function cargo(given, folder, environment) {
  const env = { ...process.env, ...environment, CARGO_TARGET_DIR: folder };
  await run("cargo", ["build", "--release", "--locked", ...given], { cwd: workspace, env, maxBuffer: 2 ** 26 });
}
