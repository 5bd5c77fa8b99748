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

/** Faster than without relaxed SIMD, for both. */
const FEATURES = "-C target-feature=+simd128,+relaxed-simd";

/**
 * @param {(text: string) => void} say
 * @returns {Promise<string>} a folder with rten.wasm and tract.wasm
 */
export async function buildWasmPeers(say) {
  say("Rust peers for wasm: building");
  const built = join(target, "relaxed");
  await cargo(["--target", "wasm32-unknown-unknown", "--package", "rten-peer", "--package", "tract-peer"], built, {
    RUSTFLAGS: FEATURES,
  });
  const folder = join(target, "wasm");
  await mkdir(folder, { recursive: true });
  for (const peer of ["rten", "tract"]) {
    await copyFile(join(built, "wasm32-unknown-unknown/release", `${peer}_peer.wasm`), join(folder, `${peer}.wasm`));
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
