// Collects the reports that a fine-tuning left in folders into model/photo-trials.json: how each
// fine-tuning differs from the standard one, and what came out by cross-validation.
//
// Usage: node bench/report/collect-photo-trials.mjs OUT... && npm run figures
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { finetuneSettings, photoFacts } from "./fields.mjs";

const target = fileURLToPath(new URL("../../model/photo-trials.json", import.meta.url));
const folders = process.argv.slice(2);
if (folders.length === 0) throw new Error("usage: node bench/report/collect-photo-trials.mjs OUT...");

/** @param {any} trial what tells one from another */
const key = (trial) => JSON.stringify([trial.network, finetuneSettings(trial), trial.seed, trial.views, trial.folds]);

/** @type {Map<string, any>} */
const trials = new Map();
if (existsSync(target)) {
  for (const trial of JSON.parse(await readFile(target, "utf8"))) trials.set(key(trial), trial);
}
for (const folder of folders) {
  const report = JSON.parse(await readFile(join(folder, "report.json"), "utf8"));
  const { network, seed, views, n, top1, macro, auroc_wrong_or_none, auroc_none } = report;
  const fashion = report.fashion_validation;
  const trial = {
    network,
    finetune: finetuneSettings(report),
    seed,
    views,
    n,
    top1,
    macro,
    confident_top1: photoFacts(report).confidentTop1,
    auroc_wrong_or_none,
    auroc_none,
    folds: report.folds.map((/** @type {any} */ fold) => fold.fold),
    fashion_validation:
      fashion.reduce((/** @type {number} */ sum, /** @type {number} */ share) => sum + share, 0) / fashion.length,
    seconds: report.seconds,
  };
  trials.set(key(trial), trial);
}
await writeFile(target, `${JSON.stringify([...trials.values()], null, 2)}\n`);
