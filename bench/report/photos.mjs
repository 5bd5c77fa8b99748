// The figures of model/photos.json and model/photo-trials.json: photos of people whose photos the network never saw.
import { finetuneSettings, photoFacts, ttaViews } from "./fields.mjs";
import { json, percent, table } from "./table.mjs";

/** What `crops` says where nothing is left out. */
const USUAL = "usual";

/** Photos, by cross-validation. */
export async function photoFigures() {
  const report = await json("model/photos.json");
  const { confidentTop1, confidentShare, noneConfidentShare } = photoFacts(report);
  const between = (/** @type {{low: number, high: number}} */ { low, high }) => `${percent(low)} to ${percent(high)}`;
  const mean =
    report.fashion_validation.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0) /
    report.fashion_validation.length;
  return table(
    ["photos, cross-validated by sender", "", "95 % interval, or on what"],
    [
      ["right", percent(report.top1), `${between(report.top1_interval)}; ${report.n} photos of the ten classes`],
      ["right, mean over the classes present", percent(report.macro), between(report.macro_interval)],
      [
        "right where it is confident",
        percent(confidentTop1),
        `confident of ${percent(confidentShare)} of them, and of ${percent(noneConfidentShare)} of those of none`,
      ],
      [
        "AUROC, right against wrong or none",
        report.auroc_wrong_or_none.toFixed(3),
        `${report.n + report.n_none} photos`,
      ],
      ["AUROC, the ten against none", report.auroc_none.toFixed(3), `${report.n_none} photos of none of the ten`],
      ["expected calibration error", percent(report.ece), "temperature fitted on the other folds"],
      ["Fashion-MNIST, validation", percent(mean), `${percent(report.fashion_validation_before)} before fine-tuning`],
    ],
  );
}

/** The same by class, by fold and by views of test-time augmentation. */
export async function photoTables() {
  const report = await json("model/photos.json");
  const classes = table(
    ["class", "photos", "precision", "recall"],
    report.per_class.map((/** @type {any} */ row) => [
      row.name,
      String(row.n),
      percent(row.precision),
      percent(row.recall),
    ]),
  );
  const folds = table(
    ["fold", "photos", "right", "mean over classes"],
    report.folds.map((/** @type {any} */ row) => [
      String(row.fold),
      String(row.n),
      percent(row.top1),
      percent(row.macro_average),
    ]),
  );
  const views = table(
    ["views (test-time augmentation)", "right", "mean over classes", "loss"],
    photoFacts(report).byTtaViews.map((/** @type {any} */ row) => [
      String(ttaViews(row)),
      percent(row.top1),
      percent(row.macro),
      row.loss.toFixed(4),
    ]),
  );
  return [classes, folds, views].join("\n\n");
}

/** What each part of a photo's preparation brings: trials that differ in it alone. */
export async function photoCrops() {
  const trials = await photoTrialsRead();
  const rest = (/** @type {any} */ { views, folds, seed, finetune }) =>
    JSON.stringify({ views, folds, seed, ...finetune, crops: null });
  const changed = new Set(trials.filter((trial) => trial.finetune.crops !== USUAL).map(rest));
  const compared = trials
    .filter((trial) => changed.has(rest(trial)))
    .sort((one, other) => one.finetune.steps - other.finetune.steps);
  const rows = compared.map(({ finetune, n, top1, macro, auroc_wrong_or_none, auroc_none }) => [
    finetune.crops,
    String(finetune.steps),
    `${percent(top1)} of ${n}`,
    percent(macro),
    auroc_wrong_or_none.toFixed(3),
    auroc_none.toFixed(3),
  ]);
  return table(["crops", "steps", "right", "macro", "AUROC wrong or none", "AUROC none"], rows);
}

/** What was tried for photos. */
export async function photoTrials() {
  const trials = (await photoTrialsRead()).filter((trial) => trial.finetune.crops === USUAL);
  const flat = trials.map((/** @type {any} */ trial) => ({
    views: trial.views,
    folds: trial.folds.join(" "),
    seed: trial.seed,
    ...trial.finetune,
  }));
  const keys = Object.keys(Object.assign({}, ...flat));
  const differing = keys.filter((key) => new Set(flat.map((/** @type {any} */ row) => String(row[key]))).size > 1);
  const rows = trials.map((/** @type {any} */ trial, /** @type {number} */ index) => [
    ...differing.map((key) => String(flat[index]?.[key] ?? "")),
    percent(trial.top1),
    percent(trial.macro),
    trial.auroc_wrong_or_none.toFixed(3),
    trial.auroc_none.toFixed(3),
    percent(trial.fashion_validation),
  ]);
  const head = [...differing, "right", "macro", "AUROC wrong or none", "AUROC none", "Fashion-MNIST (validation)"];
  return table(head, rows);
}

/** @returns {Promise<any[]>} the trials, of which the first did not say how photos were prepared */
async function photoTrialsRead() {
  const trials = await json("model/photo-trials.json");
  return trials.map((/** @type {any} */ trial) => ({
    ...trial,
    finetune: { crops: USUAL, ...finetuneSettings(trial) },
  }));
}
