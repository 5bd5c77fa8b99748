// Collects the short runs that `thimble-train train` left in a folder into model/ablations.json: what each
// followed and how it did on the validation images. Runs that were scored on the test images are
// no ablations and are left out; a run that is there already is replaced.
//
// Usage: node bench/report/collect-ablations.mjs RUNS && npm run figures
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const target = fileURLToPath(new URL("../../model/ablations.json", import.meta.url));
const [folder] = process.argv.slice(2);
if (!folder) throw new Error("usage: node bench/report/collect-ablations.mjs RUNS");

/**
 * What tells one run from another.
 * @param {any} run
 */
const key = (run) =>
  JSON.stringify([run.recipe, run.images, run.seed], (_, value) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort())
      : value,
  );

/** @type {Map<string, any>} */
const runs = new Map();
if (existsSync(target)) {
  for (const run of JSON.parse(await readFile(target, "utf8"))) runs.set(key(run), run);
}
for (const name of (await readdir(folder)).sort()) {
  const path = join(folder, name, "report.json");
  if (!existsSync(path)) continue;
  const { recipe, seed, data, validation, test, train_seconds } = JSON.parse(await readFile(path, "utf8"));
  if (test) continue;
  const { accuracy, loss } = validation;
  const run = { recipe, images: data.images, seed, validation: { accuracy, loss }, train_seconds };
  runs.set(key(run), run);
}
await writeFile(target, `${JSON.stringify([...runs.values()], null, 2)}\n`);
