// Makes the networks' files that the engines read: weights (.safetensors), ONNX models (.onnx) and LiteRT models (.tflite).
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cache, python } from "../python.mjs";
import { layersOf } from "./layers.mjs";
import { onnxModel } from "./onnx.mjs";
import { readSafetensors } from "./safetensors.mjs";

const run = promisify(execFile);
const converter = fileURLToPath(new URL("to_tflite.py", import.meta.url));

/** Where the files go. */
export const models = join(cache, "models");

/**
 * NAME.safetensors and NAME.onnx of each network.
 * @param {string} program the command line's, which exports the weights
 * @param {string[]} networks
 */
export async function makeModels(program, networks) {
  await mkdir(models, { recursive: true });
  for (const name of networks) {
    const file = join(models, `${name}.safetensors`);
    await run(program, ["export", "--network", name, "--out", file]);
    await writeFile(join(models, `${name}.onnx`), onnxModel(layersOf(readSafetensors(await readFile(file)).tensors)));
  }
}

/**
 * NAME-BATCH.tflite and NAME-int8-BATCH.tflite of each network. Those that were made from the same weights by the same
 * script are kept: making them takes minutes.
 * @param {string[]} networks
 * @param {number[]} batches
 * @param {(text: string) => void} say
 */
export async function makeLiteRtModels(networks, batches, say) {
  const hash = createHash("sha256")
    .update(batches.join())
    .update(await readFile(converter));
  for (const name of networks) hash.update(name).update(await readFile(join(models, `${name}.safetensors`)));
  const stamp = join(models, "tflite.sha256");
  const made = hash.digest("hex");
  if ((await readFile(stamp, "utf8").catch(() => "")) === made) return;
  const interpreter = await python(say);
  say("LiteRT models: converting");
  const given = ["--weights", models, "--out", models, "--network", ...networks, "--batch", ...batches.map(String)];
  await run(interpreter, [converter, ...given], { maxBuffer: 2 ** 26 });
  await writeFile(stamp, made);
}
