// Measures the project's native kernels beside other engines and writes bench/results/native-peers.json.
//
// Usage: node bench/native/run.mjs [--check] EXPORTER [THIMBLE]
//   EXPORTER   the program whose `export` writes the weights
//   THIMBLE    the program whose `bench --json` times the project's kernels; the same where left out
//   --check    compare the engines' logits and run each once; write nothing
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeLiteRtModels, makeModels, models } from "../models/make.mjs";
import { buildNativePeers } from "../peers/build.mjs";
import { python } from "../python.mjs";
import { MODEL_BATCHES, NETWORKS } from "../browser/catalogue.mjs";

const { values: options, positionals } = parseArgs({
  options: { check: { type: "boolean", default: false } },
  allowPositionals: true,
});
const [exporter, thimble = exporter] = positionals;
if (!exporter || !thimble) throw new Error("usage: node bench/native/run.mjs [--check] EXPORTER [THIMBLE]");
const say = (/** @type {string} */ text) => console.error(text);
const here = fileURLToPath(new URL(".", import.meta.url));

await makeModels(exporter, NETWORKS);
await makeLiteRtModels(NETWORKS, MODEL_BATCHES, say);
const given = [
  join(here, "measure.py"),
  "--models",
  models,
  "--peers",
  await buildNativePeers(say),
  "--thimble",
  thimble,
];
const report = await output(await python(say), options.check ? [...given, "--check"] : given);
if (!options.check) await writeFile(join(here, "../results/native-peers.json"), report);

/**
 * @param {string} program
 * @param {string[]} given
 * @returns {Promise<string>} what it writes to its standard output
 */
function output(program, given) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, given, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (part) => (text += part));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(text) : reject(new Error(`${program} ended with ${code}`))));
  });
}
